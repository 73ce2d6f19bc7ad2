// Which idempotency keys the journal holds: (workshop, command id) -> payload hash and the commit's place, 40 bytes a command.
// The first answer is not kept here: it is read again from the commit.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/journal/hash.hpp"

namespace layerline::journal {

// The first 128 bits of a SHA-256: nobody can make two keys that meet.
using ShortHash = std::array<std::uint64_t, 2>;

// The keys of one workshop, over all partitions that it was in.
class Keys {
 public:
  static constexpr std::uint64_t not_accepted_yet = ~std::uint64_t{0};

  struct Seen {
    ShortHash payload{};
    std::uint64_t offset = not_accepted_yet;
  };
  struct Place {
    Seen seen;
    std::uint32_t partition = 0;
  };

  // `here`: the partition that the keys are kept for.
  [[nodiscard]] std::optional<Place> find(const ShortHash& key, std::uint32_t here) const {
    if (const auto found = own_.find(key); found != own_.end()) return Place{found->second, here};
    for (const Past& past : past_) {
      if (const auto found = past.keys->find(key); found != past.keys->end()) return Place{found->second, past.partition};
    }
    return std::nullopt;
  }
  void put(const ShortHash& key, Seen seen) { own_.insert_or_assign(key, seen); }
  void accept(const ShortHash& key, std::uint64_t offset) {
    if (const auto found = own_.find(key); found != own_.end()) found->second.offset = offset;
  }
  // Nothing is added in this partition any more: from here on the keys are shared with whom they are copied to.
  void close(std::uint32_t here) {
    past_.push_back({here, std::make_shared<const Map>(std::exchange(own_, {}))});
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t size = own_.size();
    for (const Past& past : past_) size += past.keys->size();
    return size;
  }

 private:
  struct Spread {
    std::size_t operator()(const ShortHash& key) const { return key[0]; }   // already uniform
  };
  using Map = boost::unordered_flat_map<ShortHash, Seen, Spread>;
  struct Past {
    std::uint32_t partition;
    std::shared_ptr<const Map> keys;
  };

  Map own_;
  std::vector<Past> past_;         // of the partitions that the workshop was in before
};

// The keys of all workshops in one partition.
class Dedup {
 public:
  explicit Dedup(std::uint32_t partition) : partition_(partition) {}

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

  [[nodiscard]] std::optional<Keys::Place> find(const std::string& workshop, const ShortHash& key) const {
    const auto keys = workshops_.find(workshop);
    return keys == workshops_.end() ? std::nullopt : keys->second.find(key, partition_);
  }
  void put(const std::string& workshop, const ShortHash& key, Keys::Seen seen) { workshops_[workshop].put(key, seen); }
  void accept(const std::string& workshop, const ShortHash& key, std::uint64_t offset) {
    if (const auto keys = workshops_.find(workshop); keys != workshops_.end()) keys->second.accept(key, offset);
  }
  void clear() { workshops_.clear(); }

  // What a workshop takes along; it stays known here too, so that a repeat hears its answer from either owner.
  [[nodiscard]] Keys close(const std::string& workshop) {
    Keys& keys = workshops_[workshop];
    keys.close(partition_);
    return keys;
  }
  void adopt(const std::string& workshop, Keys keys) { workshops_[workshop] = std::move(keys); }

 private:
  static ShortHash shorten(const Hash& hash) {
    ShortHash result;
    std::memcpy(result.data(), hash.data(), sizeof result);
    return result;
  }

  std::uint32_t partition_;
  boost::unordered_flat_map<std::string, Keys> workshops_;
};

}  // namespace layerline::journal
