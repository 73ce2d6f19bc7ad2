#include "domain/customers/customer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "domain/customers/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::customers {
namespace {

std::string stream(const CustomerId& id) { return "customer/" + id.str(); }

const Customer* find(const Workshop& workshop, const CustomerId& id) {
  const auto known = workshop.customers.find(id);
  return known == workshop.customers.end() ? nullptr : &known->second;
}

const SavedAddress* find(const Customer* customer, const AddressId& id) {
  if (customer == nullptr) return nullptr;
  const auto known = customer->addresses.find(id);
  return known == customer->addresses.end() ? nullptr : &known->second;
}

bool all_short(std::initializer_list<const std::string*> texts) {
  return std::ranges::all_of(texts, [](const std::string* text) { return text->size() <= limits::text_max; });
}

void take(const std::optional<std::string>& said, std::string& text) {
  if (said) text = *said;
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::CustomerContactChanged& event, Time) {
  workshop.customers[CustomerId(event.customer())].contact = {event.first_name().clear(), event.last_name().clear(), event.mail().clear(),
                                                              event.phone().clear(), event.company().clear()};
}

void evolve(Workshop& workshop, const events::CustomerAddressSaved& event, Time) {
  workshop.customers[CustomerId(event.customer())].addresses[AddressId(event.address())] = {event.label().clear(),
                                                                                            orders::address_from(event.to())};
}

void evolve(Workshop& workshop, const events::CustomerAddressRemoved& event, Time) {
  Customer& customer = workshop.customers.at(CustomerId(event.customer()));
  const AddressId address(event.address());
  customer.addresses.erase(address);
  if (customer.preferred == address) customer.preferred = AddressId();
}

void evolve(Workshop& workshop, const events::CustomerAddressPreferred& event, Time) {
  workshop.customers.at(CustomerId(event.customer())).preferred = AddressId(event.address());
}

// ---- queries ----

std::string Contact::name() const {
  if (first_name.empty() && last_name.empty()) return company;
  return first_name.empty() || last_name.empty() ? first_name + last_name : first_name + " " + last_name;
}

std::expected<orders::Address, Rejection> ship_to(const Workshop& workshop, const CustomerId& id, const AddressId& named,
                                                  const orders::Address& said) {
  const Customer* customer = find(workshop, id);
  const bool nowhere = said.line1.empty() && said.city.empty() && said.country.empty();
  if (named.empty() && !nowhere) return said;
  const SavedAddress* saved = find(customer, !named.empty() || customer == nullptr ? named : customer->preferred);
  if (saved == nullptr && named.empty()) return said;
  if (saved == nullptr) return not_found("address of this customer");
  orders::Address to = saved->to;
  if (to.name.empty()) to.name = !said.name.empty() ? said.name : customer->contact.name();
  if (to.phone.empty()) to.phone = !said.phone.empty() ? said.phone : customer->contact.phone;
  return to;
}

Contact contact(const Workshop& workshop, const CustomerId& id) {
  const Customer* customer = find(workshop, id);
  return customer == nullptr ? Contact() : customer->contact;
}

// ---- how he is reached ----

Decided decide(const ChangeContact& command, const Context& context) {
  const Contact before = contact(context.workshop, command.customer);
  Contact now = before;
  take(command.first_name, now.first_name);
  take(command.last_name, now.last_name);
  take(command.mail, now.mail);
  take(command.phone, now.phone);
  take(command.company, now.company);
  if (now == before) return Events{};
  const bool sane = now.mail.empty() || now.mail.contains('@');
  if (!sane || !all_short({&now.first_name, &now.last_name, &now.mail, &now.phone, &now.company}))
    return refuse("bad-contact", fmt::format("A mail address has an @, and no text is longer than {} bytes.", limits::text_max));
  Events out;
  auto* event = out.on(stream(command.customer)).mutable_customer_contact_changed();
  const std::string& subject = command.customer.str();
  event->set_customer(subject);
  seal(event->mutable_first_name(), subject, now.first_name);
  seal(event->mutable_last_name(), subject, now.last_name);
  seal(event->mutable_mail(), subject, now.mail);
  seal(event->mutable_phone(), subject, now.phone);
  seal(event->mutable_company(), subject, now.company);
  event->set_by(context.actor);
  return out;
}

// ---- the address book ----

namespace {

SavedAddress changed(SavedAddress address, const AddressChange& said) {
  take(said.label, address.label);
  take(said.name, address.to.name);
  take(said.line1, address.to.line1);
  take(said.line2, address.to.line2);
  take(said.city, address.to.city);
  take(said.postal_code, address.to.postal_code);
  take(said.region, address.to.region);
  take(said.country, address.to.country);
  take(said.phone, address.to.phone);
  return address;
}

// The country is not sealed: nothing but a country may stand there.
bool sane(const SavedAddress& address) {
  const orders::Address& to = address.to;
  const bool country = to.country.size() == 2 && std::ranges::all_of(to.country, [](char c) { return c >= 'A' && c <= 'Z'; });
  return country && to.complete() &&
         all_short({&address.label, &to.name, &to.line1, &to.line2, &to.city, &to.postal_code, &to.region, &to.phone});
}

Decided save(const CustomerId& customer, const AddressId& id, const SavedAddress& address, const Context& context) {
  if (!sane(address))
    return refuse("bad-address", fmt::format("An address has a street line, a city and a country of two letters (ISO 3166), and no text "
                                             "is longer than {} bytes.", limits::text_max));
  Events out;
  auto* event = out.on(stream(customer)).mutable_customer_address_saved();
  event->set_customer(customer.str());
  event->set_address(id.str());
  seal(event->mutable_label(), customer.str(), address.label);
  orders::store_address(address.to, customer, event->mutable_to());
  event->set_by(context.actor);
  return out;
}

void prefer(const CustomerId& customer, const AddressId& address, const Context& context, Events& out) {
  auto* event = out.on(stream(customer)).mutable_customer_address_preferred();
  event->set_customer(customer.str());
  event->set_address(address.str());
  event->set_by(context.actor);
}

}  // namespace

Decided decide(const AddAddress& command, const Context& context) {
  const Customer* customer = find(context.workshop, command.customer);
  if (find(customer, command.address) != nullptr)
    return std::unexpected(Rejection{Refusal::conflict, "address-exists", "There is an address of this id already.", {}});
  if (customer != nullptr && customer->addresses.size() >= limits::addresses_max)
    return refuse("too-many-addresses", fmt::format("An address book holds up to {} addresses.", limits::addresses_max));
  Decided out = save(command.customer, command.address, changed({}, command.said), context);
  const bool only_one = customer == nullptr || customer->preferred.empty();
  if (out && (command.preferred || only_one)) prefer(command.customer, command.address, context, *out);
  return out;
}

Decided decide(const ChangeAddress& command, const Context& context) {
  const SavedAddress* known = find(find(context.workshop, command.customer), command.address);
  if (known == nullptr) return not_found("address");
  const SavedAddress now = changed(*known, command.said);
  if (now == *known) return Events{};
  return save(command.customer, command.address, now, context);
}

Decided decide(const RemoveAddress& command, const Context& context) {
  if (find(find(context.workshop, command.customer), command.address) == nullptr) return not_found("address");
  Events out;
  auto* event = out.on(stream(command.customer)).mutable_customer_address_removed();
  event->set_customer(command.customer.str());
  event->set_address(command.address.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const PreferAddress& command, const Context& context) {
  const Customer* customer = find(context.workshop, command.customer);
  if (find(customer, command.address) == nullptr) return not_found("address");
  Events out;
  if (customer->preferred != command.address) prefer(command.customer, command.address, context, out);
  return out;
}

}  // namespace layerline::customers
