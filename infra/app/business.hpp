// The business as the journal's owner sees it: one partition's workshops, a command in, sealed entries and an answer out.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <unordered_map>

#include "domain/commands.hpp"
#include "domain/kernel/rejection.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/crypto/random.hpp"
#include "infra/journal/hash.hpp"
#include "infra/journal/outcome.hpp"

namespace layerline::app {

// A command on its way to the owner of its workshop.
struct Envelope {
  std::string workshop;
  std::string command_id;        // idempotency key in the scope of the workshop; empty: none
  std::string payload_hash;      // HMAC-SHA-256 of what the caller sent, 32 bytes
  std::string actor;             // "operator:4f1c…"
  std::string cause;             // "http", "webhook:stripe:evt_…", "effect:…", "timer"
  Command command;
  // If-Match: the stream must be at this version.
  std::string expected_stream = {};
  std::optional<std::uint64_t> expected_version = {};
  // No command: the workshop is to go on in this partition.
  std::optional<std::uint32_t> leaves_for = {};
};

class Business {
 public:
  using Command = Envelope;
  using Refusal = Rejection;

  using Estate = Workshop;

  // `partitions`: how many there are.
  Business(crypto::KeyVault& keys, std::uint32_t partition, std::uint32_t partitions)
      : keys_(keys), partition_(partition), partitions_(partitions) {}

  [[nodiscard]] std::expected<journal::Draft, Rejection> decide(const Envelope& command, std::int64_t time_ms);
  void apply(const journal::Commit& commit, std::uint64_t offset);
  void reset() { workshops_.clear(); }
  [[nodiscard]] Workshop take_out(const std::string& workshop);
  void put_in(const std::string& workshop, Workshop estate) { workshops_[workshop] = std::move(estate); }
  // Of the versions of all streams: equal for all folds of the same events.
  [[nodiscard]] static journal::Hash digest(const Workshop& workshop);

 private:
  [[nodiscard]] std::expected<journal::Draft, Rejection> decide_to_leave(const std::string& workshop, std::uint32_t to) const;

  class Uuids : public IdSource {
   public:
    std::string next(Time now) override { return generator_.next(now.ms); }

   private:
    crypto::UuidGenerator generator_;
  };

  crypto::KeyVault& keys_;
  const std::uint32_t partition_;
  const std::uint32_t partitions_;
  Uuids ids_;
  std::unordered_map<std::string, Workshop> workshops_;
};

// Before the journal stores what was decided: the keys that it is sealed under. Ends the process if it can't.
void make_keys_durable(crypto::KeyVault& keys);

// What the first caller of an accepted command is told, and every repeat of it: ids, numbers and states as JSON, nothing personal.
[[nodiscard]] std::string answer_of(const layerline::Command& command, const Workshop& workshop);

}  // namespace layerline::app
