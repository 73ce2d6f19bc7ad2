// The business of the model check: two workshops of two registers each, and a partition where each is at home first. A put is always
// taken, a swap only on the version that the client saw, and "ensure" changes nothing when it is so already. Each answer carries what
// the decision saw, so that a stale one shows.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "infra/journal/hash.hpp"
#include "infra/journal/outcome.hpp"

namespace layerline::journal::sim {

inline constexpr std::uint32_t partitions = 2;
inline constexpr std::size_t workshops = 2;
inline constexpr std::size_t registers = 4;

[[nodiscard]] inline std::size_t workshop_of(std::size_t target) { return target * workshops / registers; }
[[nodiscard]] inline std::uint32_t first_home_of(std::size_t workshop) { return static_cast<std::uint32_t>(workshop) % partitions; }

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
  std::optional<std::uint32_t> leaves_for = {};
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
  using Estate = std::array<Seen, registers>;      // only those of the workshop are used

  explicit ToyApp(std::uint32_t partition) : partition_(partition) { reset(); }

  // A workshop that is not here is answered as one that was never heard of: only a stray command comes to that.
  std::expected<Draft, Refusal> decide(const Command& command, std::int64_t) {
    const auto here = estates_.find(command.workshop);
    if (here == estates_.end()) return std::unexpected(Seen{});
    if (command.leaves_for) return decide_to_leave(*command.leaves_for);
    Seen& seen = here->second[command.target];
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
    for (const Entry& entry : commit.entries()) estates_[commit.workshop()][target_of(entry)] = {entry.version(), commit.command_id()};
  }

  void reset() {
    estates_.clear();
    for (std::size_t workshop = 0; workshop < workshops; ++workshop) {
      if (first_home_of(workshop) == partition_) estates_[std::to_string(workshop)] = {};
    }
  }

  Estate take_out(const std::string& workshop) {
    Estate estate = estates_[workshop];
    estates_.erase(workshop);
    return estate;
  }
  void put_in(const std::string& workshop, Estate estate) { estates_[workshop] = std::move(estate); }
  [[nodiscard]] static Hash digest(const Estate& estate) {
    std::string text;
    for (const Seen& seen : estate) text += std::to_string(seen.version) + " " + seen.last + "\n";
    return sha256(text);
  }

  [[nodiscard]] static std::size_t target_of(const Entry& entry) { return static_cast<std::size_t>(entry.stream().back() - '0'); }

 private:
  [[nodiscard]] Draft decide_to_leave(std::uint32_t to) const {
    Draft draft{.answer = "0"};
    if (to != partition_) draft.leaves_for = to;
    return draft;
  }

  std::uint32_t partition_;
  std::map<std::string, Estate> estates_;
};

}  // namespace layerline::journal::sim
