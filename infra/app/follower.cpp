#include "infra/app/follower.hpp"

#include <algorithm>
#include <chrono>

#include "infra/app/limits.hpp"
#include "infra/sealing/sealing.hpp"

namespace layerline::app {

Follower::Follower(journal::Log& log, crypto::KeyVault& keys, std::vector<std::string> types)
    : log_(log), keys_(keys), types_([&] { std::ranges::sort(types); return std::move(types); }()) {
  const std::uint32_t partitions = log_.describe().partitions;
  for (std::uint32_t partition = 0; partition < partitions; ++partition) readers_.emplace_back(log_, journal::start_of(partition));
  passed_.resize(partitions);
}

std::expected<void, journal::ReadStop> Follower::start() {
  for (std::size_t read = 1; read > 0;) {
    const auto passed = read_all(false);
    if (!passed) return std::unexpected(passed.error());
    read = *passed;
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

void Follower::run() {
  bool away = false;
  for (std::uint64_t seen = 0; !stopping_;) {
    const auto passed = read_all(true);
    if (!passed || away) {
      const std::lock_guard lock(mutex_);
      trouble_ = passed ? "" : journal::describe(passed.error());
      if (!passed && passed.error().kind != journal::ReadStop::Kind::log_error) return;
    }
    away = !passed;
    if (!passed || *passed == 0) seen = log_.wait(seen, std::chrono::milliseconds(limits::follower_wait_ms));
  }
}

std::expected<std::size_t, journal::ReadStop> Follower::read_all(bool live) {
  std::size_t total = 0;
  for (std::uint32_t partition = 0; partition < readers_.size(); ++partition) {
    journal::Reader& reader = readers_[partition];
    const auto passed = reader.poll([&](const journal::Commit& commit, std::uint64_t offset) {
      if (journal::must_wait(commit, [this](std::uint32_t other) { return readers_.at(other).position().offset; })) return false;
      hand_out(commit, offset, partition, live);
      return !stopping_;
    });
    if (!passed) return std::unexpected(passed.error());
    if (*passed == 0) continue;
    total += *passed;
    const std::lock_guard lock(mutex_);
    passed_[partition] = reader.position().offset;
    trouble_.clear();
    moved_.notify_all();
  }
  return total;
}

void Follower::hand_out(const journal::Commit& commit, std::uint64_t offset, std::uint32_t partition, bool live) {
  if (commit.has_adopted() && arrival_) arrival_(commit.workshop(), partition);
  for (const journal::Entry& entry : commit.entries()) {
    if (!std::ranges::binary_search(types_, entry.type())) continue;
    if (auto decoded = sealing::decode(entry, keys_, event_); !decoded) {
      const std::lock_guard lock(mutex_);
      trouble_ = decoded.error().message;
      continue;
    }
    const Fact fact{partition, offset, commit.time_ms(), commit.workshop(), entry.stream(), entry.type(), event_, live};
    for (const Subscriber& subscriber : subscribers_) subscriber(fact);
  }
}

void Follower::stop() {
  stopping_ = true;
  log_.wake();
  if (thread_.joinable()) thread_.join();
}

bool Follower::wait_for(std::uint32_t partition, std::uint64_t offset, std::int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return passed_.at(partition) > offset; });
}

std::string Follower::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace layerline::app
