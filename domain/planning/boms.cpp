#include "domain/planning/boms.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace layerline::planning {
namespace {

// Of the items that are left when those that nobody left needs were taken out again and again, each is needed by another one of them.
// So a walk from one to who needs it comes by where it has been.
Rejection cycle(const Boms& boms, const std::vector<std::size_t>& needed_by, std::span<const std::string> skus) {
  const auto left = [&](ItemNumber item) { return needed_by[item] > 0; };
  ItemNumber at = 0;
  while (!left(at)) ++at;
  std::vector<ItemNumber> path;
  while (std::ranges::find(path, at) == path.end()) {
    path.push_back(at);
    at = std::ranges::find_if(boms.uses[at], left, &BomUse::parent)->parent;
  }
  std::string named = skus[at];
  for (auto step = path.rbegin(); *step != at; ++step) named += " → " + skus[*step];
  return Rejection{.type = "bom-cycle", .detail = "boms: a cycle: " + named + " → " + skus[at]};
}

}  // namespace

std::expected<Boms, Rejection> boms_of(std::vector<std::vector<BomUse>> components, std::span<const std::string> skus) {
  Boms boms{.components = std::move(components), .uses = std::vector<std::vector<BomUse>>(skus.size()), .by_level = {}};
  std::vector<std::size_t> needed_by(skus.size());
  std::vector<ItemNumber> parents(skus.size());
  std::iota(parents.begin(), parents.end(), ItemNumber{0});
  std::ranges::sort(parents, {}, [&](ItemNumber item) -> const std::string& { return skus[item]; });
  for (const ItemNumber parent : parents) {
    for (const BomUse& use : boms.components[parent]) {
      boms.uses[use.component].push_back(use);
      ++needed_by[use.component];
    }
  }
  for (ItemNumber item = 0; item < skus.size(); ++item) {
    if (needed_by[item] == 0) boms.by_level.push_back(item);
  }
  for (std::size_t done = 0; done < boms.by_level.size(); ++done) {
    for (const BomUse& use : boms.components[boms.by_level[done]]) {
      if (--needed_by[use.component] == 0) boms.by_level.push_back(use.component);
    }
  }
  if (boms.by_level.size() < skus.size()) return std::unexpected(cycle(boms, needed_by, skus));
  return boms;
}

}  // namespace layerline::planning
