// What a random workshop is played with: the same seed makes the same game.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace layerline::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::int64_t upto(std::int64_t most) { return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most + 1)); }
  bool chance(int percent) { return upto(99) < percent; }
  // A key of the map, or now and then one that does not exist.
  template <class Map>
  auto key_of(const Map& map) {
    using Key = Map::key_type;
    if (map.empty() || chance(3)) return Key("nobody");
    std::vector<Key> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    std::ranges::sort(keys);
    // The newest ones are the likeliest: old ones are over.
    return chance(60) ? keys[keys.size() - 1 - static_cast<std::size_t>(upto(std::min<std::int64_t>(7, std::ssize(keys) - 1)))]
                      : keys[static_cast<std::size_t>(upto(std::ssize(keys) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

// Of the catalogue that random commands make, mostly.
inline std::string any_sku(Dice& dice) {
  return dice.chance(80) ? fmt::format("FG-{:05}", dice.upto(7)) : fmt::format("X{}", dice.upto(20));
}

}  // namespace layerline::test
