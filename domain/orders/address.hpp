// Where a parcel goes. All of it is personal but the country.
#pragma once

#include <string>

#include "domain/kernel/types.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::orders {

struct Address {
  std::string name, line1, line2, city, postal_code, region, country, phone;
  friend bool operator==(const Address&, const Address&) = default;
  [[nodiscard]] bool complete() const { return !line1.empty() && !city.empty() && !country.empty(); }
};

[[nodiscard]] Address address_from(const events::Address& stored);
void store_address(const Address& address, const CustomerId& customer, events::Address* stored);

}  // namespace layerline::orders
