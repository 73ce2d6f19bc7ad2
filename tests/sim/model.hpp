// One seed of the model check: three processes over the simulated log, each with an owner of every partition (the production owner),
// with clients that retry, workshops that move, crashes with loss of state, pauses, and heartbeats that get lost. Everything is drawn
// from the seed and runs in virtual time.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "infra/journal/log/sim/sim.hpp"
#include "infra/journal/owner.hpp"
#include "tests/sim/checkers.hpp"

namespace layerline::journal::sim {

inline constexpr std::size_t processes = 3;
inline constexpr std::size_t clients = 5;
inline constexpr std::size_t gateways = 2;
inline constexpr std::int64_t faults_end_ms = 1500;
inline constexpr std::int64_t moves_end_ms = 2000;
inline constexpr std::int64_t end_ms = 3500;             // what is left then is stuck
inline constexpr std::size_t operations_per_client = 20;

struct SeedResult {
  std::vector<Violation> violations;
  std::size_t acked = 0;
  std::size_t moves = 0;
};

template <class Rule>
class Model {
 public:
  explicit Model(std::uint64_t seed);
  SeedResult run();

 private:
  // The attempt that an answer belongs to.
  struct Token {
    std::size_t operation = 0;
    std::size_t client = 0;                              // of a move: none
    int attempt = 0;
    std::int64_t sent_ms = 0;
  };
  using ToyOwner = Owner<ToyApp, Token, Rule>;
  // What a process has of one partition.
  struct Seat {
    Seat(std::uint32_t partition, OwnerIdentity identity, Moves<ToyApp::Estate>& moves, OwnerLimits limits)
        : app(partition), owner(app, std::move(identity), moves, limits) {}
    ToyApp app;
    ToyOwner owner;
    std::int64_t heard_ms = 0;                           // last heartbeat of another owner
    bool reading = false;
  };
  struct Node {
    Moves<ToyApp::Estate> moves;
    std::vector<std::unique_ptr<Seat>> seats;            // by partition; none while crashed
    int life = 0;                                        // counts its starts; what was meant for an earlier one is dropped
    std::int64_t paused_until_ms = 0;
    [[nodiscard]] bool lives() const { return !seats.empty(); }
  };
  struct Client {
    std::size_t node = 0;                                // whom it asks next
    std::size_t done = 0;
    std::optional<std::size_t> operation;                // the one that waits
    ToyCommand command;
    int attempt = 0;
    std::array<std::uint64_t, registers> seen{};         // versions that it knows
  };

  void start(std::size_t index);
  void crash(std::size_t index);
  void break_things();
  void later(std::size_t index, std::int64_t delay_ms, std::function<void(Node&)> event);
  void tick(std::size_t index);
  void tick(std::size_t index, Node& node, std::uint32_t partition);
  void read(std::size_t index, Node& node, std::uint32_t partition);
  void carry_out(std::size_t index, Node& node);
  void carry_out(std::size_t index, Seat& seat, std::uint32_t partition);
  void heartbeat(std::size_t from, std::uint32_t partition);
  void poll(std::size_t gateway);
  void move_something();
  void next_operation(std::size_t index);
  void attempt(std::size_t index);
  void repeat(const Token& token);
  void on_answer(const Token& token, const ToyOwner::Outcome& outcome);
  void on_moved(const ToyOwner::Outcome& outcome);
  void finish(std::size_t index, std::int64_t pause_ms);
  [[nodiscard]] bool calm() const { return time_.now_ms() >= faults_end_ms; }
  [[nodiscard]] std::uint64_t random(std::uint64_t most) { return random_() % (most + 1); }
  [[nodiscard]] std::int64_t random_ms(std::int64_t most) { return static_cast<std::int64_t>(random(static_cast<std::uint64_t>(most))); }
  [[nodiscard]] bool chance(std::uint64_t per_mille) { return random(999) < per_mille; }

  std::mt19937_64 random_;
  VirtualTime time_;
  SimLog log_;
  std::array<Node, processes> nodes_;
  std::vector<ToyFollower<Rule>> gateways_;
  std::array<Client, clients> clients_;
  OwnerLimits limits_;
  std::int64_t move_every_ms_ = 0;                       // 0: never
  History history_;
};

template <class Rule>
SeedResult run_seed(std::uint64_t seed) {
  return Model<Rule>(seed).run();
}

}  // namespace layerline::journal::sim

#include "tests/sim/model.inl"
