// HTTP/1.1 server on Asio coroutines: keep-alive, pipelining in order, chunked and streamed bodies, bounded in everything (limits.hpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "infra/http/router.hpp"

namespace boost::asio {
class io_context;
}

namespace layerline::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;   // 0: the system picks a free one
  std::size_t connections = limits::connections;
  std::chrono::milliseconds idle_time = limits::idle_time;
  std::chrono::milliseconds header_time = limits::header_time;
  std::chrono::milliseconds transfer_time = limits::transfer_time;
  // Called on the io thread after each answer was handed to the kernel, with the time since its header was complete.
  std::function<void(const Request&, int status, std::chrono::nanoseconds)> on_answered = {};
  // Called when a handler threw, which is a bug that costs its client a 500 and nothing else.
  std::function<void(const Request&, const std::string& what)> on_failed = {};
};

// Everything runs on the one thread that runs the io_context, except stop(), which any thread may call.
class Server {
 public:
  // Listens and starts to accept. The error says which address failed and why.
  static std::expected<Server, std::string> listen(boost::asio::io_context& context, Router router, ServerOptions options = {});

  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  ~Server();   // closes all at once; destroy it on the io thread, or after the io_context has stopped

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t open_connections() const;

  // Closes the listener and the idle connections, lets requests in progress finish, cuts the rest off after `grace`.
  void stop(std::chrono::milliseconds grace = limits::stop_grace);

 private:
  class State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace layerline::http
