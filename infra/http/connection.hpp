// One accepted connection: reads requests in order, calls their handlers, writes the answers. Private to infra/http.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "infra/http/request_parser.hpp"
#include "infra/http/router.hpp"
#include "infra/http/server.hpp"

namespace layerline::http {

using Clock = std::chrono::steady_clock;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection;

// What all connections of one server share. Only its io thread touches it.
struct ServerShared {
  Router router;
  ServerOptions options;
  Clock::time_point now = Clock::now();   // set by the sweep: precise enough for time-outs, and costs nothing per request
  std::string date;                       // value of the Date header, likewise
  bool stopping = false;
  std::unordered_set<Connection*> connections;
};

// Bytes received and not yet parsed. Grows on demand up to a bound that the caller names, and gives memory back when empty.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view bytes() const { return std::string_view(data_).substr(begin_, end_ - begin_); }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  void consume(std::size_t size);
  // Room behind the bytes for a read; empty if `most_bytes` are in use.
  [[nodiscard]] boost::asio::mutable_buffer prepare(std::size_t most_bytes);
  void commit(std::size_t size) { end_ += size; }

 private:
  std::string data_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class Connection {
 public:
  Connection(std::shared_ptr<ServerShared> shared, Socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  boost::asio::awaitable<void> run();

  [[nodiscard]] bool idle() const { return idle_; }
  [[nodiscard]] bool late() const { return deadline_ < shared_->now; }
  void close();

 private:
  using BodyResult = std::expected<void, BodyError>;
  using Buffers = std::array<boost::asio::const_buffer, 2>;

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> read_header();
  boost::asio::awaitable<bool> receive(std::size_t most_bytes);
  boost::asio::awaitable<Response> respond(const Route& route);
  boost::asio::awaitable<Response> call(const Route& route);
  boost::asio::awaitable<BodyResult> read_body(std::string& into, std::uint64_t until_bytes);
  boost::asio::awaitable<std::expected<std::string_view, BodyError>> read_streamed();
  boost::asio::awaitable<BodyResult> invite_body();
  boost::asio::awaitable<void> drain();
  boost::asio::awaitable<bool> write(Response& response, bool keep_alive);
  boost::asio::awaitable<bool> write_file(const File& file);
  boost::asio::awaitable<bool> write_all(Buffers buffers);
  boost::asio::awaitable<void> linger();
  void write_head(const Response& response, std::uint64_t body_bytes, bool keep_alive);
  void allow_transfer(std::uint64_t bytes);

  std::shared_ptr<ServerShared> shared_;
  Socket socket_;
  RequestParser parser_;
  Request request_;
  ReadBuffer received_;
  std::string head_;                    // of the answer, and its body if that is small
  std::string piece_;                   // of a streamed body
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_bytes_ = 0;        // decoded so far
  bool body_invited_ = false;           // 100 Continue was sent, or not asked for
  bool idle_ = true;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace layerline::http
