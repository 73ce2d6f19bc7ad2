// Which of its two keyspaces each view lives in: a rebuild fills the other one and then switches. "orders@1.2a/", "orders@1.2b/"
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "infra/store/store.hpp"
#include "projections/commit.hpp"

namespace layerline::projections {

class Keyspaces {
 public:
  // Reads the pointers; a view without one, or of another version, lives in its "a".
  [[nodiscard]] static std::expected<Keyspaces, store::Error> load(const store::Store& store);

  // Every key of the live view begins with this.
  [[nodiscard]] const std::string& of(std::string_view view) const;
  // The keyspace that is not live.
  [[nodiscard]] std::string other(const View& view) const;
  // Erases the keyspaces that are not live: of other versions or layouts, and of a rebuild that was cut off. What is left in them would
  // escape the erasure of a person.
  [[nodiscard]] std::expected<void, store::Error> erase_others(store::Store& store) const;
  // Makes `keyspace` the live one, in the batch that completes it.
  static void point(const View& view, std::string_view keyspace, store::Batch& batch);

 private:
  std::map<std::string, std::string, std::less<>> live_;
};

// Where the stored position of a keyspace and partition is. The value is what the source of commits gave (infra/journal: encode(Position)).
[[nodiscard]] std::string position_key(std::string_view keyspace, std::uint32_t partition);

}  // namespace layerline::projections
