#include "projections/keyspaces.hpp"

#include <cassert>

#include <fmt/format.h>

#include "projections/document.hpp"

namespace layerline::projections {
namespace {

// How the keys in a keyspace are made. A new layout is folded from the start, as a new version of every view would be.
constexpr int layout = 2;   // 2: without the partition

std::string slot(const View& view, char letter) { return fmt::format("{}@{}.{}{}/", view.name, view.version, layout, letter); }
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

std::expected<void, store::Error> Keyspaces::erase_others(store::Store& store) const {
  store::Batch batch;
  for (const auto& [view, live] : live_) {
    for (const std::string_view kind : {"", "!parked/", "!position/"}) {
      // The first key of a keyspace names it; the next one is sought behind all of its keys.
      std::string after;
      for (bool more = true; more;) {
        more = false;
        const auto read = store.scan(fmt::format("{}{}@", kind, view), after, [&](std::string_view key, std::string_view) {
          const std::string keyspace(key.substr(kind.size(), key.find('/', kind.size()) + 1 - kind.size()));
          after = fmt::format("{}{}\xff", kind, keyspace);
          if (keyspace != live) batch.erase_prefix(fmt::format("{}{}", kind, keyspace));
          more = true;
          return false;
        });
        if (!read) return std::unexpected(read.error());
      }
    }
  }
  return store.write(batch);
}

void Keyspaces::point(const View& view, std::string_view keyspace, store::Batch& batch) { batch.put(pointer_key(view), keyspace); }

std::string position_key(std::string_view keyspace, std::uint32_t partition) {
  return fmt::format("!position/{}{:04}", keyspace, partition);
}

}  // namespace layerline::projections
