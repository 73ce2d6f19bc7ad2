#include "projections/projector.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "projections/limits.hpp"

namespace layerline::projections {

// ---- tokens ----

std::string format_token(const PositionToken& token) {
  std::string out = token.journal_id;
  char separator = '.';
  for (const auto& [partition, offset] : token.offsets) {
    out += fmt::format("{}{}:{}", separator, partition, offset);
    separator = ',';
  }
  return out;
}

std::optional<PositionToken> parse_token(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  PositionToken token{.journal_id = std::string(text.substr(0, dot)), .offsets = {}};
  const char* at = text.data() + dot;
  const char* const end = text.data() + text.size();
  while (at != end) {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    const auto [colon, bad_partition] = std::from_chars(at + 1, end, partition);
    if (bad_partition != std::errc{} || colon == end || *colon != ':') return std::nullopt;
    const auto [behind, bad_offset] = std::from_chars(colon + 1, end, offset);
    if (bad_offset != std::errc{} || (behind != end && *behind != ',')) return std::nullopt;
    token.offsets[partition] = offset;
    at = behind;
  }
  return token;
}

// ---- start and stop ----

Projector::Projector(store::Store& store, Source source) : store_(store), source_(std::move(source)), passed_(source_.partitions, 0) {}

std::expected<void, std::string> Projector::start() {
  auto keyspaces = Keyspaces::load(store_);
  if (!keyspaces) return std::unexpected("the store can't be read: " + keyspaces.error().message);
  keyspaces_ = std::move(*keyspaces);
  if (const auto erased = keyspaces_.erase_others(store_); !erased)
    return std::unexpected("the store can't be written: " + erased.error().message);
  for (const View& view : all_views()) {
    Projection& projection = projections_.emplace_back(store_, view, keyspaces_.of(view.name));
    if (const auto loaded = projection.load(source_.partitions); !loaded)
      return std::unexpected("the store can't be read: " + loaded.error().message);
  }
  standing_.assign(projections_.size(), false);
  for (std::uint32_t partition = 0; partition < source_.partitions; ++partition) publish(partition);
  for (bool moved = true; moved;) {
    moved = false;                          // a partition may have to wait for another one
    for (std::uint32_t partition = 0; partition < source_.partitions; ++partition) {
      while (!stopping_ && pass(partition)) moved = true;
    }
  }
  const bool stands = std::ranges::all_of(standing_, std::identity());     // what may pass is waited for
  if (std::string found = trouble(); stands && !found.empty()) return std::unexpected(std::move(found));
  thread_ = std::thread([this] { run(); });
  return {};
}

void Projector::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    awaited_.notify_all();
  }
  if (source_.wake) source_.wake();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  over_ = true;
  waiting_.clear();
  moved_.notify_all();
}

void Projector::run() {
  // Where the cores are busy, commands go first: a view that lags catches up afterwards.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), projector_nice);
  while (!stopping_) {
    bool moved = false;
    for (std::uint32_t partition = 0; partition < source_.partitions && !stopping_; ++partition) moved = pass(partition) || moved;
    if (moved) gather();
    if (moved || stopping_) continue;
    if (source_.wait) {
      source_.wait(idle_wait_ms);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(idle_wait_ms));
    }
  }
}

// Under load, lets commits add up to one write, unless somebody waits for one of them.
void Projector::gather() {
  std::unique_lock lock(mutex_);
  awaited_.wait_for(lock, std::chrono::milliseconds(gather_ms), [this] { return stopping_ || !waiting_.empty() || blocked_ > 0; });
}

// ---- folding ----

// Where the views that still go on are at least; nullptr: none does.
const Mark* Projector::slowest(std::uint32_t partition) const {
  const Mark* from = nullptr;
  for (std::size_t i = 0; i < projections_.size(); ++i) {
    const Mark& position = projections_[i].position(partition);
    if (!standing_[i] && (from == nullptr || position.next_offset < from->next_offset)) from = &position;
  }
  return from;
}

// One batch of one partition; false when there is nothing more for now.
bool Projector::pass(std::uint32_t partition) {
  const Mark* from = slowest(partition);
  if (from == nullptr) return false;
  const auto reading = source_.read(partition, *from, live_batch_commits);
  if (!reading) {
    note_trouble(reading.error().reason);
    if (!reading.error().may_pass) standing_.assign(standing_.size(), true);
    return false;
  }
  note_trouble("");
  if (reading->after.next_offset == from->next_offset) return false;
  if (reading->behind && slowest(reading->behind->partition)->next_offset <= reading->behind->offset) return false;
  fold(*reading, partition);
  return true;
}

void Projector::fold(const Reading& reading, std::uint32_t partition) {
  store::Batch batch;
  for (std::size_t i = 0; i < projections_.size(); ++i) {
    if (standing_[i]) continue;
    const auto folded = projections_[i].fold(reading.commits, partition, reading.after, batch);
    if (folded) continue;
    standing_[i] = true;
    const std::lock_guard lock(mutex_);
    stopped_.push_back(folded.error());
  }
  if (const auto written = store_.write(batch); !written) {
    // Positions in memory are ahead of the store now; only a restart puts that right.
    standing_.assign(standing_.size(), true);
    note_trouble("the store can't be written: " + written.error().message);
    return;
  }
  publish(partition);
}

void Projector::publish(std::uint32_t partition) {
  std::uint64_t passed = projections_.empty() ? 0 : projections_.front().position(partition).next_offset;
  for (const Projection& projection : projections_) passed = std::min(passed, projection.position(partition).next_offset);
  const std::lock_guard lock(mutex_);
  passed_[partition] = passed;
  moved_.notify_all();
  std::erase_if(waiting_, [&](const auto& entry) {
    const Waiting& waiting = entry.second;
    if (waiting.partition != partition || waiting.offset >= passed) return false;
    waiting.callback();
    return true;
  });
}

void Projector::note_trouble(std::string text) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(text);
}

// ---- waiting ----

std::uint64_t Projector::next_offset(std::uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return partition < passed_.size() ? passed_[partition] : 0;
}

bool Projector::wait_for(std::uint32_t partition, std::uint64_t offset, std::int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  if (partition >= passed_.size()) return false;
  ++blocked_;
  awaited_.notify_all();
  moved_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return over_ || passed_[partition] > offset; });
  --blocked_;
  return passed_[partition] > offset;
}

std::optional<Projector::Ticket> Projector::when(std::uint32_t partition, std::uint64_t offset, Callback callback) {
  const std::lock_guard lock(mutex_);
  if (partition >= passed_.size() || over_ || waiting_.size() >= waiting_requests_max) return std::nullopt;
  const Ticket ticket = ++last_ticket_;
  if (passed_[partition] > offset) {
    callback();
  } else {
    waiting_.emplace(ticket, Waiting{partition, offset, std::move(callback)});
    awaited_.notify_all();
  }
  return ticket;
}

void Projector::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(ticket);
}

std::vector<Stopped> Projector::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::string Projector::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace layerline::projections
