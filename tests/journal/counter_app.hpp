// A toy business for the journal's tests: one number per workshop that never falls below zero.
#pragma once

#include <unistd.h>

#include <atomic>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "infra/journal/hash.hpp"
#include "infra/journal/outcome.hpp"

namespace layerline::journal::test {

class CounterApp {
 public:
  using Refusal = std::string;
  struct Estate {
    std::int64_t value = 0;
    std::uint64_t version = 0;
  };
  struct Command {
    std::string workshop = {};
    std::string command_id = {};
    std::string payload_hash = {};
    std::string actor = {};
    std::string cause = {};
    std::int64_t amount = 0;
    std::size_t padding = 0;      // bytes added to the event
    std::optional<std::uint32_t> leaves_for = {};
  };

  std::expected<Draft, Refusal> decide(const Command& command, std::int64_t) {
    if (command.leaves_for) return Draft{.answer = "left", .leaves_for = command.leaves_for};
    Estate& counter = counters_[command.workshop];
    if (counter.value + command.amount < 0) return std::unexpected("would fall below zero");
    Draft draft;
    if (command.amount != 0) {
      Entry& entry = draft.entries.emplace_back();
      entry.set_stream("counter/" + command.workshop);
      entry.set_version(counter.version + 1);
      entry.set_type("counter.added");
      entry.set_schema(1);
      entry.set_data(std::to_string(command.amount) + std::string(command.padding, ' '));
      evolve(counter, entry);
    }
    draft.answer = std::to_string(counter.value);
    return draft;
  }

  void apply(const Commit& commit, std::uint64_t) {
    for (const Entry& entry : commit.entries()) evolve(counters_[commit.workshop()], entry);
  }

  void reset() { counters_.clear(); }
  Estate take_out(const std::string& workshop) {
    const Estate estate = counters_[workshop];
    counters_.erase(workshop);
    return estate;
  }
  void put_in(const std::string& workshop, Estate estate) { counters_[workshop] = estate; }
  [[nodiscard]] static Hash digest(const Estate& estate) { return sha256(std::to_string(estate.version)); }

  [[nodiscard]] std::int64_t value(const std::string& workshop) const {
    const auto found = counters_.find(workshop);
    return found == counters_.end() ? 0 : found->second.value;
  }

 private:
  static void evolve(Estate& counter, const Entry& entry) {
    counter.value += std::stoll(entry.data());
    counter.version = entry.version();
  }
  std::map<std::string, Estate> counters_;
};

inline CounterApp::Command add(std::string workshop, std::string key, std::int64_t amount) {
  return {.workshop = std::move(workshop), .command_id = std::move(key), .payload_hash = std::to_string(amount), .actor = "operator:test",
          .cause = "test", .amount = amount};
}

inline std::filesystem::path fresh_folder(const std::string& name) {
  static std::atomic<int> next = 0;
  auto folder = std::filesystem::temp_directory_path() /
                ("layerline-" + name + "-" + std::to_string(::getpid()) + "-" + std::to_string(++next));
  std::filesystem::remove_all(folder);
  return folder;
}

}  // namespace layerline::journal::test
