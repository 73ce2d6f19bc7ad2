#include "projections/order_terms.hpp"

#include <utility>

#include "projections/limits.hpp"
#include "projections/orders.hpp"

namespace layerline::projections::orders {
namespace {

void add(Terms& terms, std::string_view text) {
  std::string term;
  for (const char c : text) {
    if (c != ' ') term += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!term.empty()) terms.insert(std::exchange(term, {}));
  }
  if (!term.empty()) terms.insert(std::move(term));
}

// A value of the list "source_status".
std::string both(std::string_view source, std::string_view status) {
  return status.empty() ? std::string() : std::string(source).append("/").append(status);
}

}  // namespace

void set_status(Documents& documents, Entry& order, std::string_view status) {
  const std::string_view source = order.json.text("source");
  documents.relist(order, "source_status", both(source, order.status), both(source, status));
  documents.set_status(order, status);
}

Terms terms_of(const Json& order) {
  Terms terms;
  for (const std::string_view name : {"order_number", "source_order_number", "source_order_id", "sku"}) add(terms, order.text(name));
  const Json* parcels = order.find("parcels");
  if (parcels != nullptr && parcels->array() != nullptr)
    for (const Json& parcel : *parcels->array()) add(terms, parcel.text("tracking_number"));
  const Json* lines = order.find("lines");
  if (lines == nullptr || lines->array() == nullptr) return terms;
  for (const Json& line : *lines->array()) {
    add(terms, line.text("sku"));
    add(terms, line.text("product_sku"));
  }
  return terms;
}

void index(Documents& documents, const Entry& entry, const Terms& before) {
  const Terms now = terms_of(entry.json);
  for (const std::string& term : before)
    if (!now.contains(term)) documents.unlist(entry, "term", term);
  for (const std::string& term : now)
    if (!before.contains(term)) documents.list(entry, "term", term);
}

// ---- queries ----

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view order) {
  return queries.get(view.name, scope, "order", order);
}
std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number) {
  return queries.named(view.name, scope, "number", number);
}
std::expected<Document, QueryError> find_by_quote(const Queries& queries, const Scope& scope, std::string_view quote) {
  return queries.named(view.name, scope, "quote", quote);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const Filter& filter, const PageRequest& request) {
  std::vector<Listing> lists;
  if (!filter.customer.empty()) lists.push_back({"customer", std::string(filter.customer)});
  if (!filter.status.empty() && !filter.source.empty()) lists.push_back({"source_status", both(filter.source, filter.status)});
  else if (!filter.status.empty()) lists.push_back({"status", std::string(filter.status)});
  else if (!filter.source.empty()) lists.push_back({"source", std::string(filter.source)});
  Terms searched;
  add(searched, filter.search);
  for (const std::string& term : searched)
    if (lists.size() < listings_max) lists.push_back({"term", term});
  if (lists.empty()) lists.push_back({"all", "all"});
  return queries.list(view.name, scope, lists, request);
}
std::expected<Document, QueryError> find_payment(const Queries& queries, const Scope& scope, std::string_view payment) {
  return queries.get(view.name, scope, "payment", payment);
}
std::expected<Document, QueryError> find_payment_by_intent(const Queries& queries, const Scope& scope, std::string_view intent) {
  return queries.named(view.name, scope, "intent", intent);
}

}  // namespace layerline::projections::orders
