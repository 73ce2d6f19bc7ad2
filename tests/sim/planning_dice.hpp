// Chance of a history: the same seed throws the same.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>

namespace layerline::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::int64_t upto(std::int64_t most) { return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most + 1)); }
  std::int64_t from(std::int64_t least, std::int64_t most) { return least + upto(most - least); }
  bool chance(int percent) { return upto(99) < percent; }
  template <class Container>
  auto& one_of(Container& all) {
    return *std::next(std::begin(all), upto(std::ssize(all) - 1));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace layerline::sim
