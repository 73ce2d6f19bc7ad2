// Processes of roles apart, in one test: owners behind real HTTP servers, and a caller that owns nothing.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "gateways/internal/commands.hpp"
#include "gateways/internal/token.hpp"
#include "infra/app/commands.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/http/server.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "tests/edges/temporary_folder.hpp"

namespace layerline::app {

inline const std::string token = internal::token("a secret of the installation");

class IoThread {
 public:
  ~IoThread() { stop(); }
  // Ends what is under way as a process does.
  void stop() {
    io.stop();
    if (thread_.joinable()) thread_.join();
  }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return boost::asio::co_spawn(io, std::move(work), boost::asio::use_future).get();
  }
  boost::asio::io_context io;

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = boost::asio::make_work_guard(io);
  std::thread thread_{[this] { io.run(); }};
};

inline std::optional<std::uint32_t> only_main(const std::string& workshop) {
  return workshop == "main" ? std::optional<std::uint32_t>(0) : std::nullopt;
}

// The truth of partition 0, with the workshop "main" open.
struct Truth {
  TemporaryFolder folder;
  crypto::KeyVault keys = std::move(*crypto::KeyVault::open(folder.path() / "keys"));
  std::unique_ptr<journal::Log> log = std::move(*journal::open_embedded(folder.path() / "journal", {.partitions = 1, .sync = false}));
  Business business{keys, 0, 1};
  journal::Journal<Business> journal;

  explicit Truth(std::string operator_mail = {}, std::function<std::int64_t()> clock_ms = {})
      : journal(*log, {&business}, {.owner = "test", .clock_ms = std::move(clock_ms)}) {
    REQUIRE(journal.start());
    boost::asio::io_context unused;
    Commands commands(unused, only_main);
    commands.attach(journal);
    const settings::OpenWorkshop open{WorkshopId("main"), "Main", "EUR", std::move(operator_mail)};
    const Outcome opened = commands.execute_blocking(
        {.workshop = "main", .command_id = {}, .payload_hash = {}, .actor = "test", .cause = {}, .command = open});
    REQUIRE(std::holds_alternative<journal::Accepted>(opened));
  }
};

// Serves /internal/commands; without a truth it owns nothing.
class OwnerProcess {
 public:
  explicit OwnerProcess(Truth* truth, std::uint16_t port = 0) : commands_(thread_.io, only_main) {
    if (truth != nullptr) commands_.attach(truth->journal);
    http::Router router;
    internal::add_commands(router, commands_, token);
    http::ServerOptions options{.port = port};
    options.on_answered = [this](const http::Request&, int, std::chrono::nanoseconds) { requests += 1; };
    auto server = http::Server::listen(thread_.io, std::move(router), std::move(options));
    REQUIRE(server);
    server_.emplace(std::move(*server));
  }
  ~OwnerProcess() {
    if (!stopped_) stop();
    server_.reset();             // before its io_context
  }
  // From here on `requests` stays.
  void stop() {
    stopped_ = true;
    thread_.run([](http::Server& server) -> boost::asio::awaitable<void> {
      server.stop(std::chrono::milliseconds(0));
      co_return;
    }(*server_));
    thread_.stop();
  }
  std::uint16_t port() const { return server_->port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

  std::atomic<int> requests = 0;

 private:
  bool stopped_ = false;
  std::optional<http::Server> server_;
  IoThread thread_;
  Commands commands_;
};

// A gateway or worker: whom it takes for the owner can be changed.
class CallerProcess {
 public:
  explicit CallerProcess(Owner first_owner, std::chrono::milliseconds answer_time = limits::peer_answer_time)
      : owner_(std::move(first_owner)), client_(thread_.io),
        remote_(thread_.io, client_, {.authorization = internal::authorization(token), .on_failed = {}, .answer_time = answer_time}),
        commands(thread_.io, only_main, [this](std::uint32_t) { return this->owner(); }, &remote_) {}
  ~CallerProcess() { thread_.stop(); }

  Outcome execute(Envelope envelope) { return thread_.run(commands.execute(std::move(envelope))); }
  void set_owner(Owner owner) {
    const std::lock_guard lock(mutex_);
    owner_ = std::move(owner);
  }
  // Called with how often the owner was asked for; sets another one.
  void when_asked(std::function<std::optional<Owner>(int times)> change) { change_ = std::move(change); }
  IoThread& thread() { return thread_; }

 private:
  Owner owner() {
    const std::lock_guard lock(mutex_);
    asked_ += 1;
    if (change_) {
      if (auto other = change_(asked_)) owner_ = std::move(*other);
    }
    return owner_;
  }

  std::mutex mutex_;
  Owner owner_;
  int asked_ = 0;
  std::function<std::optional<Owner>(int)> change_;
  IoThread thread_;
  http::AsyncClient client_;
  Remote remote_;

 public:
  Commands commands;
};

}  // namespace layerline::app
