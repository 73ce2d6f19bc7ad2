#include "tests/simulators/payments/webhook_sender.hpp"

#include <ctime>

#include "gateways/webhooks/stripe_signature.hpp"
#include "infra/http/client.hpp"

namespace layerline::simulators {
namespace {

using namespace std::chrono_literals;

constexpr int most_attempts = 200;       // the receiver may be restarting
constexpr auto retry_period = 200ms;     // the real one waits for hours
constexpr auto reorder_delay = 300ms;

}  // namespace

WebhookSender::WebhookSender(std::string url, Secret<std::string> secret) : url_(std::move(url)), secret_(std::move(secret)) {
  if (!url_.empty()) thread_ = std::thread([this] { run(); });
}

WebhookSender::~WebhookSender() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WebhookSender::send(const std::string& body) {
  if (url_.empty()) return;
  const std::lock_guard lock(mutex_);
  if (faults_.drop > 0) {
    --faults_.drop;
    return;
  }
  auto due = Clock::now() + std::chrono::milliseconds(faults_.delay_ms);
  if (faults_.reorder && ++events_ % 2 == 1) due += reorder_delay;
  for (int i = 0; i < faults_.repeat; ++i) queue_.emplace(due, Delivery{.body = body});
  wake_.notify_all();
}

void WebhookSender::set_faults(const WebhookFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

int WebhookSender::delivered() const {
  const std::lock_guard lock(mutex_);
  return delivered_;
}

std::size_t WebhookSender::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WebhookSender::run() {
  http::Client client;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      wake_.wait(lock);
      continue;
    }
    if (queue_.begin()->first > Clock::now()) {
      wake_.wait_until(lock, queue_.begin()->first);
      continue;
    }
    Delivery delivery = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    lock.unlock();
    http::ClientRequest request{.method = http::Method::post, .url = url_, .body = delivery.body};
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("Stripe-Signature", webhooks::make_stripe_signature(delivery.body, secret_, std::time(nullptr)));
    const auto answer = client.perform(request, {.connect = 2s, .total = 10s});
    lock.lock();
    if (answer && answer->status >= 200 && answer->status < 300) {
      ++delivered_;
    } else if (++delivery.attempts < most_attempts) {
      queue_.emplace(Clock::now() + retry_period, std::move(delivery));
    }
  }
}

}  // namespace layerline::simulators
