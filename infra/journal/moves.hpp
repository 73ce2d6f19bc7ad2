// How workshops get from one partition to another within a process that folds both:
//
//   commit with a seal, accepted in partition q ──▶ Moves ──▶ owner of partition p appends the adoption
//                                                     └─────▶ every fold of p that meets the adoption takes the past from here
//
// What an owner knew of a workshop at its seal stays here: partition p may have to be folded again, and takes it again then.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "infra/journal/dedup.hpp"
#include "infra/journal/hash.hpp"

namespace layerline::journal {

// Where a seal is.
struct SealPlace {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  friend auto operator<=>(const SealPlace&, const SealPlace&) = default;
};

// A workshop as it was when it left.
template <class Estate>
struct Departed {
  std::string workshop;
  std::uint32_t to = 0;
  Hash head{};                     // of the chain behind the seal
  std::int64_t time_ms = 0;        // of the seal: time does not go back for the workshop
  Estate estate;                   // what the application knew
  Keys keys;
  Hash digest{};
};

// Of all owners of one process; one thread.
template <class Estate>
class Moves {
 public:
  // An accepted seal; known ones are ignored.
  void depart(SealPlace place, Departed<Estate> departed) {
    const std::uint32_t to = departed.to;
    if (departed_.emplace(place, std::move(departed)).second) bound_for_[to].push_back(place);
  }
  [[nodiscard]] const Departed<Estate>* find(SealPlace place) const {
    const auto found = departed_.find(place);
    return found == departed_.end() ? nullptr : &found->second;
  }
  // All that ever left for this partition, adopted or not.
  [[nodiscard]] const std::vector<SealPlace>& bound_for(std::uint32_t partition) { return bound_for_[partition]; }

 private:
  std::map<SealPlace, Departed<Estate>> departed_;
  std::map<std::uint32_t, std::vector<SealPlace>> bound_for_;
};

}  // namespace layerline::journal
