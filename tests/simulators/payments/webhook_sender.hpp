// Sends signed webhooks from a thread of its own, at least once each, with the faults that a test asks for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "domain/kernel/types.hpp"

namespace layerline::simulators {

struct WebhookFaults {
  int repeat = 1;          // each event is delivered so many times
  int delay_ms = 0;        // before each delivery
  bool reorder = false;    // every other event comes after its successor
  int drop = 0;            // so many of the next events are never delivered
};

class WebhookSender {
 public:
  WebhookSender(std::string url, Secret<std::string> secret);
  ~WebhookSender();

  void send(const std::string& body);
  void set_faults(const WebhookFaults& faults);
  [[nodiscard]] int delivered() const;   // answered 2xx
  [[nodiscard]] std::size_t waiting() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Delivery {
    std::string body;
    int attempts = 0;
  };

  void run();

  const std::string url_;
  const Secret<std::string> secret_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, Delivery> queue_;   // by due time
  WebhookFaults faults_;
  int events_ = 0;
  int delivered_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace layerline::simulators
