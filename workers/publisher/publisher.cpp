#include "workers/publisher/publisher.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "workers/publisher/limits.hpp"

namespace layerline::publisher {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using kafka::Broken;

}  // namespace

Publisher::Publisher(const journal::Log& log, Target target) : log_(log), target_(std::move(target)) {}

void Publisher::start() {
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Publisher::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

// Every failure ends the session; the next one finds out what has become of it.
void Publisher::run() {
  while (!stopping_) {
    auto session = Session::open(log_, target_, working_counts_);
    const auto ended = session ? work(**session) : std::unexpected(std::move(session.error()));
    caught_up_ = false;
    if (ended) break;
    note(ended.error().reason);
    session = std::unexpected(Broken{});          // a fenced producer must not linger
    pause(ended.error().kind == Broken::Kind::fenced ? limits::fenced_wait_ms : limits::retry_ms);
  }
}

std::expected<void, Broken> Publisher::work(Session& session) {
  auto next_write = Clock::now();
  while (!stopping_) {
    const std::uint64_t seen = log_.wait(~std::uint64_t{0}, milliseconds(0));
    // 1. What the journal has.
    const auto more = session.collect();
    if (!more) return std::unexpected(more.error());
    note(session.obstacle());
    // 2. Wait for more, unless a transaction is full or due.
    const auto now = Clock::now();
    const bool due = !session.idle() && (session.waiting() >= limits::batch_events || now >= next_write);
    if (!due) {
      caught_up_ = session.idle() && !*more;
      // While a batch fills its time passes anyway: waking for every record would only cost.
      if (!session.idle()) pause(std::chrono::ceil<milliseconds>(next_write - now).count());
      else if (!*more) static_cast<void>(log_.wait(seen, milliseconds(limits::idle_wait_ms)));
      continue;
    }
    // 3. Events and position, all or nothing.
    caught_up_ = false;
    next_write = now + milliseconds(limits::batch_ms);
    if (auto written = write(session); !written) return written;
  }
  return {};
}

std::expected<void, Broken> Publisher::write(Session& session) {
  while (true) {
    auto written = session.write(stopping_);
    if (written) {
      const std::lock_guard lock(mutex_);
      counts_ = working_counts_;
      return {};
    }
    if (written.error().kind != Broken::Kind::again || stopping_) return written;
    note(written.error().reason);
    pause(limits::retry_ms);
  }
}

void Publisher::note(std::string trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

void Publisher::pause(std::int64_t ms) const {
  const auto until = Clock::now() + milliseconds(ms);
  for (auto left = until - Clock::now(); !stopping_ && left.count() > 0; left = until - Clock::now()) {
    std::this_thread::sleep_for(std::min<Clock::duration>(milliseconds(limits::stop_check_ms), left));
  }
}

std::string Publisher::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Counts Publisher::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace layerline::publisher
