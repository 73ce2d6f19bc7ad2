// Small tables in memory, folded from the journal by the follower: who may do what, where a workshop lives, what is due.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/workshop/rules.hpp"
#include "infra/app/follower.hpp"

namespace layerline::app {

struct Access {
  std::string workshop;
  std::string role;           // "customer", "operator", "admin", "service"
  std::string key_id;
  std::string customer;       // of a customer's key
};

// Keys by the SHA-256 of their text. Thread-safe.
class AccessTable {
 public:
  void fold(const Fact& fact);
  void add(const std::string& hash, Access access);
  [[nodiscard]] std::optional<Access> find(const std::string& hash) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Access> by_hash_;
  std::unordered_map<std::string, std::string> hash_of_;   // "<workshop>/<key id>" → hash
};

// Which partition a workshop lives on: where it was opened, until it is adopted elsewhere. `platform` is always on partition 0.
// Thread-safe.
class Directory {
 public:
  void fold(const Fact& fact);
  void add(const std::string& workshop, std::uint32_t partition);
  void move(const std::string& workshop, std::uint32_t partition);
  [[nodiscard]] std::optional<std::uint32_t> partition_of(const std::string& workshop) const;
  // Where it was opened.
  [[nodiscard]] std::optional<std::uint32_t> listed_in(const std::string& workshop) const;
  // The workshop beside the platform, where there is but one.
  [[nodiscard]] std::optional<std::string> only_one() const;
  // The partition with the fewest workshops.
  [[nodiscard]] std::uint32_t emptiest(std::uint32_t partitions) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Home {
    std::optional<std::uint32_t> listed;   // partition 0 tells; the adoption may be read before
    std::uint32_t now = 0;
  };
  mutable std::shared_mutex mutex_;
  std::map<std::string, Home> homes_;
};

// The rules of every workshop as they are now, its name and its currency. Thread-safe.
class RulesTable {
 public:
  void fold(const Fact& fact);
  [[nodiscard]] std::optional<Rules> find(const std::string& workshop) const;
  // As it was opened: "Main workshop"; empty: there is none.
  [[nodiscard]] std::string name_of(const std::string& workshop) const;
  // Of its books: "USD"; empty: there is none.
  [[nodiscard]] std::string currency_of(const std::string& workshop) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, Rules> rules_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> currencies_;
};

struct DueTimer {
  std::string workshop;
  std::string timer;
};

// Thread-safe.
class TimerTable {
 public:
  void fold(const Fact& fact);
  [[nodiscard]] std::vector<DueTimer> due(std::int64_t now_ms) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::int64_t> due_ms_;   // (workshop, timer)
};

inline constexpr const char* platform = "platform";   // the workshop of what belongs to none

}  // namespace layerline::app
