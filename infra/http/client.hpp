// A blocking HTTP client for workers' threads. One Client per thread; it keeps its connections open between calls.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "infra/http/message.hpp"

namespace layerline::http {

struct ClientRequest {
  Method method = Method::get;
  std::string url;          // http:// or https://; certificates are verified, redirects are not followed
  Headers headers = {};
  std::string body = {};
  // Takes the body of a 200 piece by piece, however long it is; false ends the transfer. Without it the answer holds the body.
  std::function<bool(std::string_view)> on_body = {};
};

struct ClientResponse {
  int status = 0;
  Headers headers = {};     // names in lower case
  std::string body = {};

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

struct TransportError {
  enum class Outcome {
    not_done,   // the request did not reach the other side: it may be sent again
    unknown,    // it may have been received and acted upon: ask before it is sent again
  };
  Outcome outcome = Outcome::unknown;
  std::string message;      // libcurl's words, without the URL's query
};

struct Timeouts {
  std::chrono::milliseconds connect = limits::client_connect_time;
  std::chrono::milliseconds total = limits::client_total_time;
};

class Client {
 public:
  Client();
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // libcurl itself repeats a request on a kept connection that turned out dead; so a POST or PATCH without an Idempotency-Key
  // is sent on a connection of its own.
  std::expected<ClientResponse, TransportError> perform(const ClientRequest& request, Timeouts timeouts = {});

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace layerline::http
