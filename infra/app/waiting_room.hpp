// What a process answers that can't start because its brokers are away: it lives, is not ready and why, and all are asked to come again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "infra/app/start_error.hpp"
#include "infra/http/server.hpp"
#include "infra/telemetry/log.hpp"

namespace layerline::app {

class WaitingRoom {
 public:
  // `listening` is called when it does, on the thread that waits.
  WaitingRoom(std::string address, std::uint16_t port, std::function<void()> listening)
      : address_(std::move(address)), port_(port), listening_(std::move(listening)) {}
  ~WaitingRoom() { close(); }
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  // Until it is time to try again, or SIGINT or SIGTERM came. The first call opens it; fails if it can't listen.
  [[nodiscard]] std::optional<StartError> wait(const std::string& why);
  // Answers what was asked, and frees the address.
  void close();

  [[nodiscard]] bool ended();                      // by a signal

 private:
  [[nodiscard]] std::optional<StartError> open();
  [[nodiscard]] std::string trouble();
  void say(const std::string& why);

  const std::string address_;
  const std::uint16_t port_;
  const std::function<void()> listening_;
  telemetry::Logger log_;
  std::chrono::steady_clock::time_point said_{};
  boost::asio::io_context io_{1};
  std::optional<boost::asio::signal_set> signals_;
  std::optional<http::Server> server_;
  std::thread thread_;
  bool opened_ = false;
  std::mutex mutex_;                               // guards the rest
  std::condition_variable signal_;
  std::string why_;
  bool ended_ = false;
};

}  // namespace layerline::app
