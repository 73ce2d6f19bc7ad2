#include "infra/http/server.hpp"

#include <ctime>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "infra/http/connection.hpp"

namespace layerline::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

// IMF-fixdate of RFC 9110 5.6.7; by hand because strftime's names depend on the locale.
std::string http_date(std::time_t seconds) {
  static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

constexpr std::string_view crowded_answer =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

}  // namespace

class Server::State : public std::enable_shared_from_this<Server::State> {
 public:
  State(asio::io_context& context, Router router, ServerOptions options)
      : context_(context), acceptor_(context), timer_(context), shared_(std::make_shared<ServerShared>()) {
    shared_->router = std::move(router);
    shared_->options = std::move(options);
  }

  std::expected<void, std::string> listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(shared_->options.address, error);
    const tcp::endpoint endpoint(address, shared_->options.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(limits::accept_backlog, error);
    if (error) {
      return std::unexpected(fmt::format("cannot listen on {}:{}: {}", shared_->options.address, shared_->options.port, error.message()));
    }
    tick();
    asio::co_spawn(context_, accept_all(shared_from_this()), asio::detached);
    asio::co_spawn(context_, sweep_all(shared_from_this()), asio::detached);
    return {};
  }

  std::uint16_t port() const {
    boost::system::error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  std::size_t open_connections() const { return shared_->connections.size(); }

  void stop(std::chrono::milliseconds grace) {
    asio::post(context_, [self = shared_from_this(), grace] {
      self->close_listener();
      self->cut_at_ = Clock::now() + grace;
      for (Connection* connection : self->shared_->connections) {
        if (connection->idle()) connection->close();
      }
      self->timer_.cancel();
    });
  }

  void close_all() {
    close_listener();
    cut_at_ = Clock::now();
    for (Connection* connection : shared_->connections) connection->close();
    timer_.cancel();
  }

 private:
  void close_listener() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    shared_->stopping = true;
  }

  static asio::awaitable<void> accept_all(std::shared_ptr<State> self) {
    while (self->acceptor_.is_open()) {
      auto [error, socket] = co_await self->acceptor_.async_accept(awaited);
      if (error == asio::error::operation_aborted || self->shared_->stopping) break;
      if (error) {   // a client that left at once, or no descriptors: neither ends the server
        asio::steady_timer pause(self->context_, limits::accept_retry);
        co_await pause.async_wait(awaited);
        continue;
      }
      if (self->shared_->connections.size() >= self->shared_->options.connections) {
        boost::system::error_code ignored;
        socket.write_some(asio::buffer(crowded_answer), ignored);
        continue;
      }
      auto connection = std::make_shared<Connection>(self->shared_, std::move(socket));
      asio::co_spawn(self->context_, serve(std::move(connection)), asio::detached);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Connection> connection) { co_await connection->run(); }

  // The one timer: cuts off connections that are late, refreshes the clock and the Date header, ends a stopping server.
  static asio::awaitable<void> sweep_all(std::shared_ptr<State> self) {
    while (!self->shared_->stopping || !self->shared_->connections.empty()) {
      self->timer_.expires_after(limits::sweep_period);
      co_await self->timer_.async_wait(awaited);
      self->tick();
      const bool cut = self->shared_->stopping && Clock::now() >= self->cut_at_;
      for (Connection* connection : self->shared_->connections) {
        if (cut || connection->late()) connection->close();
      }
      if (cut) break;
    }
  }

  void tick() {
    shared_->now = Clock::now();
    const std::time_t seconds = std::time(nullptr);
    if (seconds == date_of_) return;
    date_of_ = seconds;
    shared_->date = http_date(seconds);
  }

  using Executor = asio::io_context::executor_type;

  asio::io_context& context_;
  asio::basic_socket_acceptor<tcp, Executor> acceptor_;
  asio::steady_timer timer_;
  std::shared_ptr<ServerShared> shared_;
  Clock::time_point cut_at_ = Clock::time_point::max();
  std::time_t date_of_ = 0;
};

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;

Server::~Server() {
  if (state_) state_->close_all();
}

std::expected<Server, std::string> Server::listen(asio::io_context& context, Router router, ServerOptions options) {
  auto state = std::make_shared<State>(context, std::move(router), std::move(options));
  if (auto listening = state->listen(); !listening) return std::unexpected(std::move(listening.error()));
  return Server(std::move(state));
}

std::uint16_t Server::port() const { return state_->port(); }
std::size_t Server::open_connections() const { return state_->open_connections(); }
void Server::stop(std::chrono::milliseconds grace) { state_->stop(grace); }

}  // namespace layerline::http
