#include "gateways/rest/rate_limit.hpp"

#include <algorithm>

#include "gateways/rest/limits.hpp"

namespace layerline::rest {

Taken take(Bucket& bucket, const Quota& quota, std::int64_t now_us) {
  const std::int64_t interval_us = quota.interval_us();
  const std::int64_t latest_us = now_us + interval_us * quota.requests;   // an empty bucket is whole again then
  const std::int64_t whole_at_us = std::max(bucket.whole_at_us, now_us) + interval_us;
  const bool granted = whole_at_us <= latest_us;
  if (granted) bucket.whole_at_us = whole_at_us;
  const std::int64_t left_us = latest_us - bucket.whole_at_us;
  const std::int64_t more_in_us = interval_us - left_us % interval_us;
  return {.granted = granted, .left = left_us / interval_us, .more_in_s = (more_in_us + 999'999) / 1'000'000};
}

Bucket& ClientTable::bucket(const Client& client, Policy policy, std::int64_t now_us) {
  auto known = places_.find(client);
  if (known == places_.end()) {
    make_room(now_us);
    known = places_.emplace(client, by_use_.insert(by_use_.end(), Entry{.client = client})).first;
  } else {
    by_use_.splice(by_use_.end(), by_use_, known->second);
  }
  return known->second->buckets.at(static_cast<std::size_t>(policy));
}

void ClientTable::make_room(std::int64_t now_us) {
  const auto drop = [&](ByUse::iterator entry) {
    places_.erase(entry->client);
    by_use_.erase(entry);
  };
  auto next = by_use_.begin();
  for (std::size_t looked = 0; looked < limits::clients_looked_at && next != by_use_.end(); ++looked) {
    const auto entry = next++;
    if (std::ranges::all_of(entry->buckets, [&](const Bucket& bucket) { return bucket.whole_at_us <= now_us; })) drop(entry);
  }
  if (places_.size() >= most_) drop(by_use_.begin());
}

}  // namespace layerline::rest
