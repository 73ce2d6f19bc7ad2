#include "infra/app/tables.hpp"

#include <algorithm>

namespace layerline::app {

void AccessTable::fold(const Fact& fact) {
  if (fact.event.has_key_issued()) {
    const auto& key = fact.event.key_issued();
    add(key.hash(), {fact.workshop, key.role(), key.key_id(), key.customer()});
  } else if (fact.event.has_key_revoked()) {
    const std::unique_lock lock(mutex_);
    const auto known = hash_of_.find(fact.workshop + "/" + fact.event.key_revoked().key_id());
    if (known != hash_of_.end()) by_hash_.erase(known->second);
  }
}

void AccessTable::add(const std::string& hash, Access access) {
  const std::unique_lock lock(mutex_);
  hash_of_[access.workshop + "/" + access.key_id] = hash;
  by_hash_[hash] = std::move(access);
}

std::optional<Access> AccessTable::find(const std::string& hash) const {
  const std::shared_lock lock(mutex_);
  const auto known = by_hash_.find(hash);
  return known == by_hash_.end() ? std::nullopt : std::optional(known->second);
}

void Directory::fold(const Fact& fact) {
  if (fact.event.has_workshop_listed()) add(fact.event.workshop_listed().workshop(), fact.event.workshop_listed().partition());
}

void Directory::add(const std::string& workshop, std::uint32_t partition) {
  const std::unique_lock lock(mutex_);
  Home& home = homes_.try_emplace(workshop, Home{.listed = {}, .now = partition}).first->second;
  if (!home.listed) home.listed = partition;
}

void Directory::move(const std::string& workshop, std::uint32_t partition) {
  const std::unique_lock lock(mutex_);
  homes_[workshop].now = partition;
}

std::optional<std::uint32_t> Directory::partition_of(const std::string& workshop) const {
  if (workshop == platform) return 0;
  const std::shared_lock lock(mutex_);
  const auto known = homes_.find(workshop);
  return known == homes_.end() ? std::nullopt : std::optional(known->second.now);
}

std::optional<std::uint32_t> Directory::listed_in(const std::string& workshop) const {
  const std::shared_lock lock(mutex_);
  const auto known = homes_.find(workshop);
  return known == homes_.end() ? std::nullopt : known->second.listed;
}

std::optional<std::string> Directory::only_one() const {
  const std::shared_lock lock(mutex_);
  std::optional<std::string> found;
  for (const auto& [workshop, home] : homes_) {
    if (workshop == platform) continue;
    if (found) return std::nullopt;
    found = workshop;
  }
  return found;
}

std::uint32_t Directory::emptiest(std::uint32_t partitions) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::size_t> counts(partitions);
  for (const auto& [workshop, home] : homes_) counts.at(home.now) += 1;
  // The platform's partition is taken last: what is read at every login should not wait behind a farm.
  counts.at(0) += partitions > 1 ? 1 : 0;
  return static_cast<std::uint32_t>(std::ranges::min_element(counts) - counts.begin());
}

std::size_t Directory::size() const {
  const std::shared_lock lock(mutex_);
  return homes_.size();
}

void RulesTable::fold(const Fact& fact) {
  const std::unique_lock lock(mutex_);
  if (fact.event.has_workshop_opened()) {
    rules_[fact.workshop] = rules_from(fact.event.workshop_opened().rules());
    names_[fact.workshop] = fact.event.workshop_opened().name();
    currencies_[fact.workshop] = fact.event.workshop_opened().currency();
  }
  if (fact.event.has_workshop_configured()) rules_[fact.workshop] = rules_from(fact.event.workshop_configured().rules());
}

std::optional<Rules> RulesTable::find(const std::string& workshop) const {
  const std::shared_lock lock(mutex_);
  const auto known = rules_.find(workshop);
  return known == rules_.end() ? std::nullopt : std::optional(known->second);
}

std::string RulesTable::name_of(const std::string& workshop) const {
  const std::shared_lock lock(mutex_);
  const auto known = names_.find(workshop);
  return known == names_.end() ? std::string() : known->second;
}

std::string RulesTable::currency_of(const std::string& workshop) const {
  const std::shared_lock lock(mutex_);
  const auto known = currencies_.find(workshop);
  return known == currencies_.end() ? std::string() : known->second;
}

void TimerTable::fold(const Fact& fact) {
  const std::lock_guard lock(mutex_);
  if (fact.event.has_timer_set()) due_ms_[{fact.workshop, fact.event.timer_set().timer()}] = fact.event.timer_set().due_ms();
  if (fact.event.has_timer_fired()) due_ms_.erase({fact.workshop, fact.event.timer_fired().timer()});
}

std::vector<DueTimer> TimerTable::due(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  std::vector<DueTimer> due;
  for (const auto& [key, due_ms] : due_ms_)
    if (due_ms <= now_ms) due.push_back({key.first, key.second});
  return due;
}

}  // namespace layerline::app
