// Which idempotency keys the journal holds: (workshop, command id) -> payload hash and the commit's offset, 40 bytes a command.
// The first answer is not kept here: it is read again from the commit.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "infra/journal/hash.hpp"

namespace layerline::journal {

// The first 128 bits of a SHA-256: nobody can make two keys that meet.
using ShortHash = std::array<std::uint64_t, 2>;

class Dedup {
 public:
  static constexpr std::uint64_t not_accepted_yet = ~std::uint64_t{0};

  struct Seen {
    ShortHash payload{};
    std::uint64_t offset = not_accepted_yet;
  };

  [[nodiscard]] static ShortHash key(std::string_view workshop, std::string_view command_id) {
    Hash scope{};                                     // the workshop's length keeps ("a", "bc") and ("ab", "c") apart
    const std::uint64_t length = workshop.size();
    std::memcpy(scope.data(), &length, sizeof length);
    std::string text;
    text.reserve(workshop.size() + command_id.size());
    text.append(workshop).append(command_id);
    return shorten(sha256(scope, text));
  }
  // The caller's hash is one already; anything shorter is made one.
  [[nodiscard]] static ShortHash payload(std::string_view payload_hash) {
    if (payload_hash.size() < sizeof(Hash)) return shorten(sha256(payload_hash));
    ShortHash result;
    std::memcpy(result.data(), payload_hash.data(), sizeof result);
    return result;
  }

  [[nodiscard]] const Seen* find(const ShortHash& key) const {
    const auto found = seen_.find(key);
    return found == seen_.end() ? nullptr : &found->second;
  }
  void put(const ShortHash& key, Seen seen) { seen_.insert_or_assign(key, seen); }
  void accept(const ShortHash& key, std::uint64_t offset) {
    if (const auto found = seen_.find(key); found != seen_.end()) found->second.offset = offset;
  }
  void clear() { seen_.clear(); }
  [[nodiscard]] std::size_t size() const { return seen_.size(); }

 private:
  struct Spread {
    std::size_t operator()(const ShortHash& key) const { return key[0]; }   // already uniform
  };
  static ShortHash shorten(const Hash& hash) {
    ShortHash result;
    std::memcpy(result.data(), hash.data(), sizeof result);
    return result;
  }

  boost::unordered_flat_map<ShortHash, Seen, Spread> seen_;
};

}  // namespace layerline::journal
