// A server on a free port with its io thread, and a raw client that sends bytes as they are.
#pragma once

#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include "infra/http/server.hpp"

namespace layerline::http {

class RunningServer {
 public:
  explicit RunningServer(Router router, ServerOptions options = {}) {
    auto listening = Server::listen(context_, std::move(router), std::move(options));
    REQUIRE(listening.has_value());
    server_.emplace(std::move(*listening));
    thread_ = std::thread([this] { context_.run(); });
  }
  ~RunningServer() {
    server_->stop(std::chrono::milliseconds(0));
    thread_.join();
  }

  Server& operator*() { return *server_; }
  // Counted on the server's own thread.
  std::size_t open_connections() {
    std::promise<std::size_t> counted;
    boost::asio::post(context_, [&] { counted.set_value(server_->open_connections()); });
    return counted.get_future().get();
  }
  std::uint16_t port() const { return server_->port(); }
  std::string url(std::string_view path) const { return "http://127.0.0.1:" + std::to_string(port()) + std::string(path); }
  boost::asio::io_context& context() { return context_; }

 private:
  boost::asio::io_context context_;
  std::optional<Server> server_;
  std::thread thread_;
};

class RawClient {
 public:
  explicit RawClient(const RunningServer& server) : socket_(context_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), server.port()});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }

  // One answer with its header and, by Content-Length, its body. What the server sent behind it stays for the next call.
  std::string answer(bool with_body = true) {
    while (received_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return std::exchange(received_, {});
    }
    std::size_t size = received_.find("\r\n\r\n") + 4;
    const auto length = received_.find("Content-Length: ");
    if (with_body && length < size) size += std::stoul(received_.substr(length + 16));
    while (received_.size() < size && receive()) {
    }
    std::string answer = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
  }

  // Everything until the server closes the connection.
  std::string rest() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

  void shut_down_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

 private:
  bool receive() {
    char piece[16 * 1024];
    boost::system::error_code error;
    const std::size_t size = socket_.read_some(boost::asio::buffer(piece), error);
    received_.append(piece, size);
    return !error;
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  std::string received_;
};

inline Handler answering(std::string text) {
  return [text](Request&) -> boost::asio::awaitable<Response> { co_return text_response(200, text); };
}

}  // namespace layerline::http
