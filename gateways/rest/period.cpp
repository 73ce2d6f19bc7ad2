#include "gateways/rest/period.hpp"

#include <optional>

#include "domain/planning/facts.hpp"

namespace layerline::rest {
namespace {

// nullopt: it is there, and no date.
std::optional<std::int32_t> day_of(const http::Request& request, std::string_view name, std::int32_t otherwise) {
  const auto text = request.query(name);
  if (!text) return otherwise;
  const auto day = planning::parse_day(*text);
  return day ? std::optional(static_cast<std::int32_t>(day->time_since_epoch().count())) : std::nullopt;
}

}  // namespace

std::expected<projections::Period, http::Response> period_of(const http::Request& request) {
  const projections::Period any;
  const auto from = day_of(request, "from", any.from);
  const auto to = day_of(request, "to", any.to);
  if (!from || !to)
    return std::unexpected(http::problem(400, "malformed-date", "\"from\" and \"to\" are dates such as 2026-01-31."));
  if (*from > *to) return std::unexpected(http::problem(422, "bad-period", "\"from\" comes before \"to\"."));
  return projections::Period{*from, *to};
}

}  // namespace layerline::rest
