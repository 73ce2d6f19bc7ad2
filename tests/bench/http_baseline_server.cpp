// The least that a durable command server can do, written by hand, to compare ours with: parse JSON, encode one Protobuf event, append it
// to a file, fdatasync once for all who wait, answer. One thread. It decides nothing, checks nothing, and knows neither limits nor
// time-outs.
//   baseline_server [--port N] [--file PATH] [--no-sync]    prints "listening on PORT"; POST {"material":…,"milligrams":…,"by":…}
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <simdjson.h>

#include "schemas/layerline/events.pb.h"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view stored_answer =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"stored\":true}";
constexpr std::string_view refused_answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

// Whoever appends waits until its bytes are synced. Posting twice lets every ready socket be read first: so the batch forms by itself.
class Log {
 public:
  Log(asio::io_context& context, const char* path, bool sync)
      : context_(context), file_(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)), sync_(sync) {}

  asio::awaitable<void> append(std::string_view record) {
    buffer_ += record;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler) {
          waiting_.emplace_back(std::move(handler));
          if (waiting_.size() == 1) asio::post(context_, [this] { asio::post(context_, [this] { commit(); }); });
        },
        asio::use_awaitable);
  }

 private:
  void commit() {
    const bool written = ::pwrite(file_, buffer_.data(), buffer_.size(), offset_) == static_cast<ssize_t>(buffer_.size());
    if (!written || (sync_ && ::fdatasync(file_) != 0)) std::abort();
    offset_ += static_cast<off_t>(buffer_.size());
    buffer_.clear();
    auto synced = std::move(waiting_);
    waiting_.clear();
    for (auto& waiter : synced) std::move(waiter)();
  }

  asio::io_context& context_;
  int file_;
  bool sync_;
  off_t offset_ = 0;
  std::string buffer_;
  std::vector<asio::any_completion_handler<void()>> waiting_;
};

bool encode(std::string& body, std::string& record) {
  thread_local simdjson::ondemand::parser parser;
  thread_local layerline::events::StockReceived event;
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  std::string_view material;
  std::string_view by;
  std::int64_t milligrams = 0;
  if (parser.iterate(body.data(), body.size(), body.capacity()).get(document)) return false;
  if (document["material"].get(material) || document["milligrams"].get(milligrams) || document["by"].get(by)) return false;
  event.set_material(std::string(material));
  event.set_milligrams(milligrams);
  event.set_by(std::string(by));
  event.SerializeToString(&record);
  return true;
}

asio::awaitable<void> serve(tcp::socket socket, Log& log) {
  socket.set_option(tcp::no_delay(true));
  std::array<char, 8 * 1024> received;
  std::size_t size = 0;
  std::string record;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.eager(true);
    for (;;) {
      if (size > 0) {
        boost::beast::error_code error;
        const std::size_t consumed = parser.put(asio::buffer(received.data(), size), error);
        if (error && error != http::error::need_more) co_return;
        size -= consumed;
        std::memmove(received.data(), received.data() + consumed, size);
        if (parser.is_done()) break;
      }
      const auto [error, more] = co_await socket.async_read_some(asio::buffer(received.data() + size, received.size() - size), awaited);
      if (error) co_return;
      size += more;
    }
    const bool good = encode(parser.get().body(), record);
    if (good) co_await log.append(record);
    const auto [error, written] = co_await asio::async_write(socket, asio::buffer(good ? stored_answer : refused_answer), awaited);
    if (error) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, Log& log) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(awaited);
    if (!error) asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), log), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  const char* path = "baseline.log";
  bool sync = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--no-sync") sync = false;
    else if (name == "--port" && i + 1 < argc) port = std::atoi(argv[++i]);
    else if (name == "--file" && i + 1 < argc) path = argv[++i];
  }
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
  Log log(context, path, sync);
  asio::co_spawn(context, accept(acceptor, log), asio::detached);
  std::printf("listening on %d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  context.run();
}
