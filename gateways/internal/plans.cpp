#include "gateways/internal/plans.hpp"

#include <algorithm>
#include <utility>

#include "gateways/internal/limits.hpp"
#include "gateways/internal/planning_facts.hpp"
#include "gateways/internal/requirements.hpp"
#include "projections/planning.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;

planning::Day day_of(std::uint64_t now_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(now_ms)};
  return std::chrono::floor<std::chrono::days>(now);
}

p::planning::Visit telling(planning::KeptPlan& plan) {
  return [&plan](std::string_view name, const store::Json* fact) {
    if (fact != nullptr) {
      plan.tell(name, fact_of(name, *fact));
    } else {
      plan.forget(name);
    }
  };
}

}  // namespace

std::expected<p::Document, p::QueryError> Plans::read(const p::Scope& scope, const ReadPlan& read) {
  drop_unused(scope.workshop);
  const auto plan = up_to_date(scope);
  if (!plan) return std::unexpected(plan.error());
  // Each fact was checked when it became one, so what cannot be netted is a damaged view.
  if (!(*plan)->net(day_of(read.now_ms))) return std::unexpected(p::QueryError::damaged);
  return plan_document(**plan, read);
}

// The plan, told all that the store shows.
std::expected<planning::KeptPlan*, p::QueryError> Plans::up_to_date(const p::Scope& scope) {
  if (const auto known = plans_.find(scope.workshop); known != plans_.end()) {
    Followed& followed = known->second;
    followed.asked = Clock::now();
    if (p::planning::changed(followed.facts, telling(followed.plan)).value_or(false)) return &followed.plan;
    plans_.erase(known);
  }
  planning::KeptPlan plan;
  auto facts = p::planning::follow(queries_, scope, telling(plan));
  if (!facts) return std::unexpected(facts.error());
  return &plans_.emplace(scope.workshop, Followed{std::move(plan), std::move(*facts), Clock::now()}).first->second.plan;
}

// Leaves room for the workshop that is asked about.
void Plans::drop_unused(const std::string& workshop) {
  const auto now = Clock::now();
  std::erase_if(plans_, [&](const auto& entry) { return entry.first != workshop && now - entry.second.asked > limits::plan_unused_time; });
  const auto facts = [&] {
    std::size_t sum = 0;
    for (const auto& [name, followed] : plans_) sum += followed.plan.facts();
    return sum;
  };
  const auto others = [&] { return plans_.size() - plans_.count(workshop); };
  while (others() > 0 && (others() >= limits::plans_kept || facts() > limits::facts_kept)) {
    const auto older = [&](const auto& a, const auto& b) {
      return std::pair(a.first == workshop, a.second.asked) < std::pair(b.first == workshop, b.second.asked);
    };
    plans_.erase(std::ranges::min_element(plans_, older));
  }
}

const planning::KeptPlan* Plans::kept(const std::string& workshop) const {
  const auto found = plans_.find(workshop);
  return found == plans_.end() ? nullptr : &found->second.plan;
}

}  // namespace layerline::internal
