// Where to ship, in both documents' spellings: shipping_address_line1 … or {line1, …}.
#pragma once

#include <string>
#include <utility>

#include "domain/orders/address.hpp"
#include "gateways/rest/body.hpp"

namespace layerline::rest {

[[nodiscard]] inline orders::Address read_address(Body& body) {
  std::string postal_code = body.text("shipping_postal_code", "postal_code");
  if (body.has("shipping_zip")) postal_code = body.text("shipping_zip");
  return {body.text("shipping_name", "name"),
          body.text("shipping_address_line1", "line1"),
          body.text("shipping_address_line2", "line2"),
          body.text("shipping_city", "city"),
          std::move(postal_code),
          body.text("shipping_state", "region"),
          body.text("shipping_country", "country"),
          body.text("shipping_phone", "phone")};
}

// Of the customer's address book; empty: none is named.
[[nodiscard]] inline AddressId read_saved_address(Body& body) { return AddressId(body.text("shipping_address_id", "address_id")); }

}  // namespace layerline::rest
