#include "domain/orders/address.hpp"

#include "domain/kernel/events.hpp"

namespace layerline::orders {

Address address_from(const events::Address& stored) {
  return {stored.name().clear(), stored.line1().clear(), stored.line2().clear(), stored.city().clear(),
          stored.postal_code().clear(), stored.region().clear(), stored.country(), stored.phone().clear()};
}

void store_address(const Address& address, const CustomerId& customer, events::Address* stored) {
  const std::string& subject = customer.str();
  seal(stored->mutable_name(), subject, address.name);
  seal(stored->mutable_line1(), subject, address.line1);
  seal(stored->mutable_line2(), subject, address.line2);
  seal(stored->mutable_city(), subject, address.city);
  seal(stored->mutable_postal_code(), subject, address.postal_code);
  seal(stored->mutable_region(), subject, address.region);
  seal(stored->mutable_phone(), subject, address.phone);
  stored->set_country(address.country);
}

}  // namespace layerline::orders
