// What a customer says of himself: how he is reached, and his address book. An erasure leaves nothing of it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/orders/address.hpp"

namespace layerline::customers {

// All of it is personal, and may be empty.
struct Contact {
  std::string first_name, last_name, mail, phone, company;
  friend bool operator==(const Contact&, const Contact&) = default;
  [[nodiscard]] std::string name() const;   // "Ada Lovelace"; without either, the company
};

struct SavedAddress {
  std::string label;                        // "home": personal
  orders::Address to;
  friend bool operator==(const SavedAddress&, const SavedAddress&) = default;
};

struct Customer {
  Contact contact;
  std::map<AddressId, SavedAddress> addresses;
  AddressId preferred;                      // where parcels go if nothing is said; empty: he has to say it
};

// ---- commands; what is not there stays as it is, an empty text takes it out ----

struct ChangeContact {
  CustomerId customer;
  std::optional<std::string> first_name = {}, last_name = {}, mail = {}, phone = {}, company = {};
};
struct AddressChange {
  std::optional<std::string> label = {}, name = {}, line1 = {}, line2 = {}, city = {}, postal_code = {}, region = {}, country = {},
      phone = {};
};
// The first one, and any that comes while none is preferred, is preferred by itself.
struct AddAddress { CustomerId customer; AddressId address; AddressChange said; bool preferred = false; };
struct ChangeAddress { CustomerId customer; AddressId address; AddressChange said; };
struct RemoveAddress { CustomerId customer; AddressId address; };
struct PreferAddress { CustomerId customer; AddressId address; };

// ---- decisions ----

[[nodiscard]] Decided decide(const ChangeContact&, const Context&);
[[nodiscard]] Decided decide(const AddAddress&, const Context&);
[[nodiscard]] Decided decide(const ChangeAddress&, const Context&);
[[nodiscard]] Decided decide(const RemoveAddress&, const Context&);
[[nodiscard]] Decided decide(const PreferAddress&, const Context&);

// ---- queries ----

// Where a parcel goes: to the saved address that is named, else to what is said, else to the customer's preferred one.
[[nodiscard]] std::expected<orders::Address, Rejection> ship_to(const Workshop&, const CustomerId&, const AddressId& named,
                                                                const orders::Address& said);
// What he said of himself; empty if he said nothing.
[[nodiscard]] Contact contact(const Workshop&, const CustomerId&);

void evolve(Workshop&, const events::CustomerContactChanged&, Time);
void evolve(Workshop&, const events::CustomerAddressSaved&, Time);
void evolve(Workshop&, const events::CustomerAddressRemoved&, Time);
void evolve(Workshop&, const events::CustomerAddressPreferred&, Time);

}  // namespace layerline::customers
