#include "infra/app/waiting_room.hpp"

#include <boost/asio/post.hpp>
#include <csignal>
#include <limits>

#include "infra/app/health.hpp"
#include "infra/app/limits.hpp"

namespace layerline::app {
namespace {

boost::asio::awaitable<http::Response> come_again() {
  http::Response response = http::problem(503, "not-ready", "This process waits for its brokers.");
  response.headers.emplace_back("Retry-After", std::to_string(limits::come_again_s));
  co_return response;
}

}  // namespace

std::optional<StartError> WaitingRoom::open() {
  http::Router router;
  add_health(router, {[this] { return trouble(); }, [] { return std::string(); }});
  // Bodies are not read, so none is too large.
  router.add_otherwise([](http::Request&) { return come_again(); }, {http::BodyMode::streamed, std::numeric_limits<std::uint64_t>::max()});
  auto server = http::Server::listen(io_, std::move(router), {.address = address_, .port = port_});
  if (!server) return server.error();
  server_.emplace(std::move(*server));
  signals_.emplace(io_, SIGINT, SIGTERM);
  signals_->async_wait([this](const boost::system::error_code& cancelled, int) {
    if (cancelled) return;
    const std::lock_guard lock(mutex_);
    ended_ = true;
    signal_.notify_all();
  });
  thread_ = std::thread([this] { io_.run(); });
  opened_ = true;
  listening_();
  return std::nullopt;
}

std::optional<StartError> WaitingRoom::wait(const std::string& why) {
  say(why);
  if (!opened_) {
    if (auto wrong = open()) return wrong;
  }
  std::unique_lock lock(mutex_);
  signal_.wait_for(lock, limits::start_retry, [this] { return ended_; });
  return std::nullopt;
}

void WaitingRoom::close() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] { signals_->cancel(); });
  server_->stop();
  thread_.join();
  server_.reset();
  signals_.reset();                                // from now on they are the process's own
}

// Not at every try.
void WaitingRoom::say(const std::string& why) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (why == why_ && now - said_ < limits::waiting_said) return;
  why_ = why;
  said_ = now;
  log_.warning("serve", "waiting for the brokers; nothing is served meanwhile", {{"why", why}});
}

std::string WaitingRoom::trouble() {
  const std::lock_guard lock(mutex_);
  return "it can't start yet: " + why_;
}

bool WaitingRoom::ended() {
  const std::lock_guard lock(mutex_);
  return ended_;
}

}  // namespace layerline::app
