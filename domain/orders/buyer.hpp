// Who buys, with an account or without. Without one he is the same again when a shop elsewhere or an operator names his mail address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline { struct Workshop; }

namespace layerline::orders {

enum class BuyerKind { person, guest, business };

struct Buyer {
  BuyerKind kind = BuyerKind::person;
  std::string name;      // personal
  std::string company;   // personal; of a business, and of nobody else
};

[[nodiscard]] std::string_view name(BuyerKind);   // "guest"
[[nodiscard]] std::optional<BuyerKind> buyer_kind_from(std::string_view name);
// What he is if nothing else is said.
[[nodiscard]] BuyerKind kind_of(std::string_view company);

// Of a customer of our own, who buys for his company if his contact names one.
[[nodiscard]] Buyer account_buyer(const Workshop&, const CustomerId&, const std::string& called);
// Of a cart: a guest's, unless somebody has a key to it.
[[nodiscard]] Buyer cart_buyer(const Workshop&, const CustomerId&, const std::string& called);

// An event from before there was a Buyer has none: a person without a name.
[[nodiscard]] Buyer buyer_from(const events::OrderPlaced&);
void store_buyer(const Buyer&, const CustomerId&, events::Buyer* stored);

}  // namespace layerline::orders
