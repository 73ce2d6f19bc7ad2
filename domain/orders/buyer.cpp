#include "domain/orders/buyer.hpp"

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::orders {

std::string_view name(BuyerKind kind) {
  switch (kind) {
    case BuyerKind::person: return "person";
    case BuyerKind::guest: return "guest";
    case BuyerKind::business: return "business";
  }
  return "";
}

std::optional<BuyerKind> buyer_kind_from(std::string_view word) {
  for (const BuyerKind kind : {BuyerKind::person, BuyerKind::guest, BuyerKind::business})
    if (word == name(kind)) return kind;
  return std::nullopt;
}

BuyerKind kind_of(std::string_view company) { return company.empty() ? BuyerKind::person : BuyerKind::business; }

Buyer account_buyer(const Workshop& workshop, const CustomerId& customer, const std::string& called) {
  std::string company = customers::contact(workshop, customer).company;
  return {kind_of(company), called, company};
}

Buyer cart_buyer(const Workshop& workshop, const CustomerId& customer, const std::string& called) {
  const auto opens = [&](const auto& key) { return key.second.customer == customer; };
  const bool account = workshop.customers.contains(customer) || std::ranges::any_of(workshop.keys, opens);
  if (!account) return {BuyerKind::guest, called, {}};
  return account_buyer(workshop, customer, called);
}

Buyer buyer_from(const events::OrderPlaced& event) {
  const events::Buyer& stored = event.buyer();
  return {buyer_kind_from(stored.kind()).value_or(BuyerKind::person), stored.name().clear(), stored.company().clear()};
}

void store_buyer(const Buyer& buyer, const CustomerId& customer, events::Buyer* stored) {
  stored->set_kind(std::string(name(buyer.kind)));
  seal(stored->mutable_name(), customer.str(), buyer.name);
  seal(stored->mutable_company(), customer.str(), buyer.company);
}

}  // namespace layerline::orders
