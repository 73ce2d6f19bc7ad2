// What handlers read out of documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/models/model.hpp"
#include "domain/quotes/pricing.hpp"
#include "projections/queries.hpp"

namespace layerline::rest {

[[nodiscard]] std::string model_of_file(const projections::Document& file);
// The same model under an id of its own, for another quote.
[[nodiscard]] models::Upload upload_again(const projections::Document& file, FileId as);
// The id of the quote's first file; empty: it shows none.
[[nodiscard]] std::string first_file(std::string_view quote_json);
// The file, and the quote that its upload opened.
[[nodiscard]] std::string with_quote(std::string_view file_json, std::string_view quote);
[[nodiscard]] std::optional<std::string> refusal_of_quote(const projections::Document& quote);
[[nodiscard]] quotes::Options options_of_quote(const projections::Document& quote);
// Of its checkout; empty: it is not checked out.
[[nodiscard]] std::string payment_of_cart(const projections::Document& cart);
struct Photo { std::string blob, content_type; };
// One of the document's photos.
[[nodiscard]] std::optional<Photo> photo_of(const projections::Document& document, std::string_view photo);
// Whether the product, or the offer, names it.
[[nodiscard]] bool has_image(const projections::Document& product, std::string_view image);
// {"id", "order_number", "status", "erp_status", "on_hold"…}
[[nodiscard]] std::string status_of_order(const projections::Document& order);

}  // namespace layerline::rest
