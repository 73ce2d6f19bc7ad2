// A request as a handler sees it, and the response that it hands back. Knows nothing of sockets.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "infra/http/limits.hpp"

namespace layerline::http {

enum class Method { get, head, post, put, patch, del, options, other };

[[nodiscard]] std::string_view name_of(Method method);

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

struct Response;

// Why no more of a body can be read.
enum class BodyError {
  too_large,   // more than the route takes: 413
  malformed,   // the framing is broken: 400
  closed,      // the client went away or was too slow: no answer will reach it
};

// One request. Views that it hands out live as long as it does. Neither copied nor moved, because of them.
class Request {
 public:
  Request() = default;
  // For tests and calls inside the process. `target` is a path with an optional query.
  Request(Method method, std::string_view target, const Headers& headers = {}, std::string_view body = {});
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] Method method() const { return method_; }
  [[nodiscard]] std::string_view target() const { return target_; }   // as sent
  [[nodiscard]] std::string_view path() const;                        // as sent, without the query
  [[nodiscard]] const std::vector<std::string_view>& segments() const { return segments_; }   // percent-decoded
  [[nodiscard]] std::optional<std::string_view> query(std::string_view name) const;           // the first one, decoded
  [[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& queries() const { return queries_; }

  // The first field of that name (any case), or an empty view.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  // All fields of that name, in their order and with commas between them (RFC 9110 5.3).
  [[nodiscard]] std::string header_list(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& headers() const;

  // What the route's {name} matched, decoded; asking for a name that the route does not have is a bug (assertion).
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] std::string_view route() const { return route_; }     // the pattern that matched, for metrics

  // The whole body of a buffered route; has limits::body_padding_bytes of capacity behind its end. Empty for a streamed route.
  [[nodiscard]] const std::string& body() const { return body_; }
  // The next piece of a streamed body; empty at its end. The view lives until the next call.
  boost::asio::awaitable<std::expected<std::string_view, BodyError>> read_body_some();
  [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }

  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

  // A field that its answer will have, whoever makes that and whatever it says.
  void add_to_answer(std::string name, std::string value) const { answer_headers_.emplace_back(std::move(name), std::move(value)); }

 private:
  friend class RequestParser;
  friend class Router;
  friend class Connection;

  void clear();
  void add_header(std::string_view name, std::string_view value);
  [[nodiscard]] bool set_target(std::string_view target);   // false: not a valid request target
  void complete(Response& answer);                          // adds what it is to have

  Method method_ = Method::get;
  std::string target_;
  std::string decoded_;        // what segments_ and queries_ point into; reserved once per request
  std::vector<std::string_view> segments_;
  std::vector<std::pair<std::string_view, std::string_view>> queries_;
  std::string header_bytes_;   // names and values, one after the other
  std::vector<std::pair<std::uint32_t, std::uint32_t>> header_sizes_;
  mutable std::vector<std::pair<std::string_view, std::string_view>> headers_;   // made at the first look
  std::vector<std::pair<std::string_view, std::string_view>> parameters_;
  std::string_view route_;
  std::string body_;
  std::optional<std::uint64_t> content_length_;
  std::string remote_address_;
  bool body_taken_ = false;
  mutable Headers answer_headers_;
  std::function<boost::asio::awaitable<std::expected<std::string_view, BodyError>>()> read_more_;
};

// A file that is sent as a body; owns the descriptor.
class File {
 public:
  static std::optional<File> open(const std::filesystem::path& path);
  explicit File(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  File& operator=(File&& other) noexcept;
  ~File();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

using SharedText = std::shared_ptr<const std::string>;   // ready bytes of a cache: sent without a copy

struct Response {
  int status = 200;
  Headers headers = {};    // Content-Length, Date and Connection are the server's; control characters become spaces
  std::variant<std::string, SharedText, File> body = std::string();
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

[[nodiscard]] std::string_view reason_of(int status);
[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response text_response(int status, std::string body);

// application/problem+json (RFC 9457). `type` is the stable name, `detail` one sentence without internals or personal data.
[[nodiscard]] Response problem(int status, std::string_view type, std::string_view detail,
                               const std::vector<std::pair<std::string, std::string>>& members = {});
[[nodiscard]] Response problem(BodyError error);

}  // namespace layerline::http
