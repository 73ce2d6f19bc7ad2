// What handlers read out of documents.
#pragma once

#include <optional>
#include <string>

#include "domain/quotes/pricing.hpp"
#include "projections/queries.hpp"

namespace layerline::rest {

[[nodiscard]] std::string model_of_file(const projections::Document& file);
[[nodiscard]] std::optional<std::string> refusal_of_quote(const projections::Document& quote);
[[nodiscard]] quotes::Options options_of_quote(const projections::Document& quote);
// Of its checkout; empty: it is not checked out.
[[nodiscard]] std::string payment_of_cart(const projections::Document& cart);
// {"id", "order_number", "status", "erp_status", "on_hold"…}
[[nodiscard]] std::string status_of_order(const projections::Document& order);

}  // namespace layerline::rest
