// The business of the model check: four registers. A put is always taken, a swap only on the version that the client saw, and
// "ensure" changes nothing when it is so already. Each answer carries what the decision saw, so that a stale one shows.
#pragma once

#include <array>
#include <expected>
#include <string>

#include "infra/journal/outcome.hpp"

namespace layerline::journal::sim {

inline constexpr std::size_t registers = 4;

enum class ToyKind { put, swap, ensure };

struct ToyCommand {
  std::string workshop;
  std::string command_id;
  std::string payload_hash;
  std::string actor;
  std::string cause;
  ToyKind kind = ToyKind::put;
  std::size_t target = 0;            // register
  std::uint64_t expected = 0;        // swap: version that the client saw
};

// What a decision that changed nothing stood on.
struct Seen {
  std::uint64_t version = 0;
  std::string last;                  // command id of the register's last change
};

class ToyApp {
 public:
  using Command = ToyCommand;
  using Refusal = Seen;

  std::expected<Draft, Refusal> decide(const Command& command, std::int64_t) {
    Seen& seen = registers_[command.target];
    if (command.kind == ToyKind::swap && seen.version != command.expected) return std::unexpected(seen);
    Draft draft;
    if (command.kind == ToyKind::ensure && seen.version > 0) {
      draft.answer = std::to_string(seen.version) + " " + seen.last;
      return draft;
    }
    Entry& entry = draft.entries.emplace_back();
    entry.set_stream("register/" + std::to_string(command.target));
    entry.set_version(++seen.version);
    entry.set_type("toy.put");
    entry.set_schema(1);
    seen.last = command.command_id;
    draft.answer = std::to_string(seen.version);
    return draft;
  }

  void apply(const Commit& commit, std::uint64_t) {
    for (const Entry& entry : commit.entries()) registers_[target_of(entry)] = {entry.version(), commit.command_id()};
  }

  void reset() { registers_ = {}; }

  [[nodiscard]] static std::size_t target_of(const Entry& entry) { return static_cast<std::size_t>(entry.stream().back() - '0'); }

 private:
  std::array<Seen, registers> registers_{};
};

}  // namespace layerline::journal::sim
