#include "gateways/internal/awaited.hpp"

#include <utility>

#include "domain/production/arrivals.hpp"
#include "gateways/internal/each.hpp"
#include "gateways/internal/limits.hpp"
#include "projections/planning.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using store::Json;

bool is_later(const Arrival& one, const Arrival& other) { return other.at && (!one.at || *one.at > *other.at); }

const Arrival* find(const std::map<std::string, Arrival, std::less<>>& arrivals, std::string_view holder) {
  const auto found = arrivals.find(holder);
  return found == arrivals.end() ? nullptr : &found->second;
}

std::expected<production::Coming, p::QueryError> coming(const p::Queries& queries, const p::Scope& all, const std::string& item) {
  production::Coming out;
  const auto listed = each([&](const p::PageRequest& request) { return p::planning::placed(queries, all, item, request); },
                           limits::outlook_deliveries, [&](const Json& delivery) {
                             out.ordered.push_back({{delivery.integer("due_ms")}, delivery.integer("quantity")});
                           });
  if (!listed) return std::unexpected(listed.error());
  const auto fact = p::planning::item(queries, all, item);
  if (!fact && fact.error() == p::QueryError::not_found) return out;   // a product that left the catalogue
  const auto json = fact ? Json::parse(fact->json) : std::nullopt;
  if (!json) return std::unexpected(p::QueryError::damaged);
  out.available = json->integer("on_hand") - json->integer("allocated");
  // Planning takes no rules for no time at all; as a promise that would be made up.
  if (const Json* rules = json->find("rules"); rules != nullptr && !rules->is_null()) out.lead_time_days = rules->integer("lead_time_days");
  return out;
}

}  // namespace

std::expected<Awaited, p::QueryError> Awaited::read(const p::Queries& queries, const p::Scope& all, Time now) {
  Awaited out;
  const auto listed = each([&](const p::PageRequest& request) { return p::planning::shortages(queries, all, request); },
                           limits::outlook_shortages, [&](const Json& shortage) {
                             Waiting& waiting = out.waiting_[std::string(shortage.text("item"))];
                             waiting.holders.emplace_back(shortage.text("holder"));
                             waiting.quantities.push_back(shortage.integer("quantity"));
                           });
  if (!listed) return std::unexpected(listed.error());
  for (const auto& [item, waiting] : out.waiting_)
    if (const auto added = out.add(queries, all, item, waiting, now); !added) return std::unexpected(added.error());
  return out;
}

std::expected<void, p::QueryError> Awaited::add(const p::Queries& queries, const p::Scope& all, const std::string& item,
                                                const Waiting& waiting, Time now) {
  auto on_its_way = coming(queries, all, item);
  if (!on_its_way) return std::unexpected(on_its_way.error());
  const auto arrivals = production::arrivals(waiting.quantities, std::move(*on_its_way), now);
  ByHolder& known = item.starts_with("material/") ? materials_ : parts_;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival arrival{item, arrivals[i]};
    const auto [at, fresh] = known.try_emplace(waiting.holders[i], arrival);
    if (!fresh && is_later(arrival, at->second)) at->second = arrival;
  }
  return {};
}

std::expected<std::optional<Time>, p::QueryError> Awaited::of_more(const p::Queries& queries, const p::Scope& all, const std::string& item,
                                                                  std::int64_t quantity, Time now) const {
  auto on_its_way = coming(queries, all, item);
  if (!on_its_way) return std::unexpected(on_its_way.error());
  const auto waiting = waiting_.find(item);
  std::vector<std::int64_t> quantities = waiting == waiting_.end() ? std::vector<std::int64_t>() : waiting->second.quantities;
  quantities.push_back(quantity);
  return production::arrivals(quantities, std::move(*on_its_way), now).back();
}

const Arrival* Awaited::material(std::string_view holder) const { return find(materials_, holder); }
const Arrival* Awaited::parts(std::string_view holder) const { return find(parts_, holder); }

const Arrival* Awaited::last(std::string_view holder) const {
  const Arrival* first = material(holder);
  const Arrival* second = parts(holder);
  if (first == nullptr || second == nullptr) return first == nullptr ? second : first;
  return is_later(*second, *first) ? second : first;
}

}  // namespace layerline::internal
