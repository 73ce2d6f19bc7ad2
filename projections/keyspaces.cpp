#include "projections/keyspaces.hpp"

#include <cassert>

#include <fmt/format.h>

#include "projections/document.hpp"

namespace layerline::projections {
namespace {

std::string slot(const View& view, char letter) { return fmt::format("{}@{}{}/", view.name, view.version, letter); }
std::string pointer_key(const View& view) { return fmt::format("!live/{}", view.name); }

}  // namespace

std::expected<Keyspaces, store::Error> Keyspaces::load(const store::Store& store) {
  Keyspaces keyspaces;
  for (const View& view : all_views()) {
    const auto pointer = store.get(pointer_key(view));
    if (!pointer) return std::unexpected(pointer.error());
    const bool second = *pointer && **pointer == slot(view, 'b');
    keyspaces.live_.emplace(view.name, slot(view, second ? 'b' : 'a'));
  }
  return keyspaces;
}

const std::string& Keyspaces::of(std::string_view view) const {
  const auto found = live_.find(view);
  assert(found != live_.end());
  return found->second;
}

std::string Keyspaces::other(const View& view) const { return slot(view, of(view.name) == slot(view, 'a') ? 'b' : 'a'); }

void Keyspaces::point(const View& view, std::string_view keyspace, store::Batch& batch) { batch.put(pointer_key(view), keyspace); }

std::string position_key(std::string_view keyspace, std::uint32_t partition) {
  return fmt::format("!position/{}{:04}", keyspace, partition);
}

}  // namespace layerline::projections
