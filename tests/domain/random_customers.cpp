#include "tests/domain/random_customers.hpp"

#include "domain/customers/limits.hpp"

namespace layerline::test {

// The customers are some of those of the carts, so that checkouts meet their address books; few, so that the books fill.
Command customer_command(Dice& dice, const Scenario& s) {
  const CustomerId id(fmt::format("c-{}", dice.upto(1)));
  const auto known = s.workshop.customers.find(id);
  const std::map<AddressId, customers::SavedAddress> none;
  const AddressId address = dice.key_of(known == s.workshop.customers.end() ? none : known->second.addresses);
  switch (dice.upto(6)) {
    case 0: case 1: {
      customers::AddressChange said{.label = "home", .line1 = "1 Lane", .city = "Turin", .country = dice.chance(80) ? "IT" : "Italy"};
      return customers::AddAddress{id, AddressId(fmt::format("address-{}", dice.upto(90))), said, dice.chance(30)};
    }
    case 2: return customers::ChangeAddress{id, address, {.city = dice.chance(80) ? "Milan" : "", .phone = "1"}};
    case 3: return customers::PreferAddress{id, address};
    case 4: return customers::RemoveAddress{id, address};
    default:
      return customers::ChangeContact{.customer = id, .first_name = dice.chance(50) ? "Ada" : "",
                                      .mail = dice.chance(80) ? "ada@example.org" : "nowhere"};
  }
}

std::string broken_customers(const Workshop& w) {
  for (const auto& [id, customer] : w.customers) {
    if (customer.addresses.size() > customers::limits::addresses_max) return id.str() + " has more addresses than fit into a book";
    if (!customer.preferred.empty() && !customer.addresses.contains(customer.preferred))
      return id.str() + " prefers an address that is gone";
    for (const auto& [key, address] : customer.addresses)
      if (!address.to.complete()) return id.str() + " has an address that nothing can be sent to";
  }
  return "";
}

}  // namespace layerline::test
