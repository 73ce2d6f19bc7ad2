// How often a client may ask. Pure: the time is passed in, as microseconds of a clock that never goes back.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>

namespace layerline::rest {

// So many requests at once, and as many again over each window, one after the other.
struct Quota {
  std::int64_t requests = 0;
  std::int64_t window_s = 60;

  [[nodiscard]] std::int64_t interval_us() const { return window_s * 1'000'000 / requests; }   // in which one request comes back
};

// GCRA: of a bucket only the moment is kept at which nothing of it will be used any more.
struct Bucket {
  std::int64_t whole_at_us = 0;
};

struct Taken {
  bool granted = false;
  std::int64_t left = 0;      // requests
  std::int64_t more_in_s = 0; // rounded up: until there is one more
};
[[nodiscard]] Taken take(Bucket& bucket, const Quota& quota, std::int64_t now_us);

enum class Policy : std::uint8_t { reads, writes };
inline constexpr std::size_t policies = 2;

// A network address, or the hash of a key.
struct Client {
  enum class Kind : std::uint8_t { address, key } kind;
  std::array<std::uint8_t, 16> bytes;

  auto operator<=>(const Client&) const = default;
};

// The buckets of those who have asked lately. Never more than `most`: a new client drops old ones whose buckets are whole, which forgets
// nothing, and if there is none, the one who has not asked for the longest time.
class ClientTable {
 public:
  explicit ClientTable(std::size_t most) : most_(most) {}

  // Valid until the next call.
  [[nodiscard]] Bucket& bucket(const Client& client, Policy policy, std::int64_t now_us);
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  struct Entry {
    Client client;
    std::array<Bucket, policies> buckets{};
  };
  using ByUse = std::list<Entry>;   // who has asked last stands at the end

  void make_room(std::int64_t now_us);

  const std::size_t most_;
  ByUse by_use_;
  std::map<Client, ByUse::iterator> places_;   // no hash: strangers choose their addresses
};

}  // namespace layerline::rest
