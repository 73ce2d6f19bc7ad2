// The plans of the workshops that were asked about, each following the facts that its view keeps: built at the first question, and
// dropped when nobody asks any more or others need its place. Stored nowhere.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <string>

#include "domain/planning/kept_plan.hpp"
#include "gateways/internal/question.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

class Plans {
 public:
  explicit Plans(const projections::Queries& queries) : queries_(queries) {}

  // Shows everything that the store shows. One caller at a time; the first question about a workshop takes as long as netting all of it.
  [[nodiscard]] std::expected<projections::Document, projections::QueryError> read(const projections::Scope& scope, const ReadPlan& read);

  // For tests: what is kept of a workshop; nullptr: nothing.
  [[nodiscard]] const planning::KeptPlan* kept(const std::string& workshop) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Followed {
    planning::KeptPlan plan;
    projections::FollowedDocuments facts;
    Clock::time_point asked;
  };

  [[nodiscard]] std::expected<planning::KeptPlan*, projections::QueryError> up_to_date(const projections::Scope& scope);
  void drop_unused(const std::string& workshop);

  const projections::Queries& queries_;
  std::map<std::string, Followed> plans_;   // by workshop
};

}  // namespace layerline::internal
