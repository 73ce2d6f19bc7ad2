// ?from= and ?to= of a list: dates, UTC, both included.
#pragma once

#include <expected>

#include "infra/http/message.hpp"
#include "projections/queries.hpp"

namespace layerline::rest {

// Without dates: any. What is no date is a 400, and a `to` before its `from` a 422.
[[nodiscard]] std::expected<projections::Period, http::Response> period_of(const http::Request& request);

}  // namespace layerline::rest
