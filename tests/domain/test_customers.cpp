// What customers say of themselves, and what it is good for.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "domain/customers/limits.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using customers::AddAddress;
using customers::ChangeAddress;
using customers::ChangeContact;
using customers::PreferAddress;
using customers::RemoveAddress;
namespace {

const CustomerId ada("c-q");   // who has the quote "q"

AddAddress at(const std::string& id, const std::string& line1, bool preferred = false) {
  return {ada, AddressId(id), {.label = id, .line1 = line1, .city = "Turin", .country = "IT"}, preferred};
}

ChangeContact contact() { return {.customer = ada, .first_name = "Ada", .last_name = "Lovelace", .mail = "ada@example.org"}; }

}  // namespace

TEST_CASE("customers: contact: what is said is sealed under the customer's own key, and the rest stays") {
  Scenario s;
  s.when(contact()).then({"customer.contact_changed"});
  const auto& said = s.last("customer.contact_changed").customer_contact_changed();
  CHECK(said.mail().subject() == ada.str());
  CHECK(said.phone().clear().empty());
  s.when(ChangeContact{.customer = ada, .phone = "123"}).then({"customer.contact_changed"});
  CHECK(customers::contact(s.workshop, ada) == customers::Contact{"Ada", "Lovelace", "ada@example.org", "123", ""});
  s.when(ChangeContact{.customer = ada, .phone = "123"}).nothing_happened();
  s.when(ChangeContact{.customer = ada, .last_name = ""}).then({"customer.contact_changed"});
  CHECK(customers::contact(s.workshop, ada).name() == "Ada");
}

TEST_CASE("customers: contact: a mail address that is none and a text without end are refused") {
  Scenario s;
  s.when(ChangeContact{.customer = ada, .mail = "nowhere"}).rejected("bad-contact");
  s.when(ChangeContact{.customer = ada, .company = std::string(201, 'x')}).rejected("bad-contact");
}

TEST_CASE("customers: addresses: the first one is preferred, and another only when it is asked for") {
  Scenario s;
  s.when(at("home", "1 Lane")).then({"customer.address_saved", "customer.address_preferred"});
  s.when(at("work", "2 Road")).then({"customer.address_saved"});
  CHECK(s.workshop.customers.at(ada).preferred == AddressId("home"));
  s.when(PreferAddress{ada, AddressId("work")}).then({"customer.address_preferred"});
  s.when(PreferAddress{ada, AddressId("work")}).nothing_happened();
  s.when(at("shed", "3 Path", true)).then({"customer.address_saved", "customer.address_preferred"});
  CHECK(s.workshop.customers.at(ada).preferred == AddressId("shed"));
  s.when(PreferAddress{CustomerId("c-other"), AddressId("work")}).rejected("not-found");
}

TEST_CASE("customers: addresses: a change touches what it names, and leaves an address that a parcel finds") {
  Scenario s;
  s.given(at("home", "1 Lane"));
  s.when(ChangeAddress{ada, AddressId("home"), {.line2 = "left door"}}).then({"customer.address_saved"});
  const orders::Address& to = s.workshop.customers.at(ada).addresses.at(AddressId("home")).to;
  CHECK(to.line1 == "1 Lane");
  CHECK(to.line2 == "left door");
  s.when(ChangeAddress{ada, AddressId("home"), {.line2 = "left door"}}).nothing_happened();
  s.when(ChangeAddress{ada, AddressId("home"), {.city = ""}}).rejected("bad-address");
  s.when(ChangeAddress{ada, AddressId("home"), {.country = "Italy"}}).rejected("bad-address");
  s.when(ChangeAddress{ada, AddressId("none"), {.city = "Rome"}}).rejected("not-found");
  s.when(ChangeAddress{CustomerId("c-other"), AddressId("home"), {.city = "Rome"}}).rejected("not-found");
}

TEST_CASE("customers: addresses: without the preferred one none is, until the next is added") {
  Scenario s;
  s.given(at("home", "1 Lane")).given(at("work", "2 Road"));
  s.when(RemoveAddress{ada, AddressId("home")}).then({"customer.address_removed"});
  CHECK(s.workshop.customers.at(ada).preferred.empty());
  s.when(RemoveAddress{ada, AddressId("home")}).rejected("not-found");
  s.when(at("shed", "3 Path")).then({"customer.address_saved", "customer.address_preferred"});
}

TEST_CASE("customers: addresses: a book holds so many, and each id once") {
  Scenario s;
  for (std::size_t i = 0; i < customers::limits::addresses_max; ++i) s.given(at(fmt::format("a{}", i), "1 Lane"));
  s.when(at("one-more", "1 Lane")).rejected("too-many-addresses");
  s.given(RemoveAddress{ada, AddressId("a7")});
  s.when(at("a8", "1 Lane")).rejected("address-exists");
  s.when(at("one-more", "1 Lane")).with("customer.address_saved");
}

TEST_CASE("customers: quotes: an acceptance that names no address goes to the preferred one, with the customer's name") {
  Scenario s;
  s.given(contact()).given(at("home", "1 Lane"));
  const QuoteId quote = s.quoted();
  s.when(quotes::AcceptQuote{quote, {}}).with("order.placed");
  const orders::Address& to = s.order(OrderId(s.last("order.placed").order_placed().order())).ship_to;
  CHECK(to.line1 == "1 Lane");
  CHECK(to.name == "Ada Lovelace");
}

TEST_CASE("customers: quotes: a named address goes before what is said, and a stranger's is not found") {
  Scenario s;
  s.given(at("home", "1 Lane")).given(at("work", "2 Road"));
  s.given(AddAddress{CustomerId("c-other"), AddressId("theirs"), {.line1 = "9 Street", .city = "Rome", .country = "IT"}});
  const QuoteId quote = s.quoted();
  s.when(quotes::AcceptQuote{quote, {}, AddressId("theirs")}).rejected("not-found");
  s.when(quotes::AcceptQuote{quote, address(), AddressId("work")}).with("order.placed");
  CHECK(s.order(OrderId(s.last("order.placed").order_placed().order())).ship_to.line1 == "2 Road");
}

TEST_CASE("customers: quotes: what is said goes before the preferred address") {
  Scenario s;
  s.given(at("home", "1 Lane"));
  s.when(quotes::AcceptQuote{s.quoted(), address()}).with("order.placed");
  CHECK(s.order(OrderId(s.last("order.placed").order_placed().order())).ship_to == address());
}

TEST_CASE("customers: quotes: who says no name and no mail is known by his contact") {
  Scenario s;
  s.given(contact());
  quotes::DraftQuote draft = draft_of("q", black_pieces());
  draft.customer_name = draft.customer_mail = "";
  s.when(draft).with("quote.drafted");
  CHECK(s.workshop.quotes.at(draft.quote).customer_mail == "ada@example.org");
  CHECK(s.workshop.quotes.at(draft.quote).customer_name == "Ada Lovelace");
}

TEST_CASE("customers: checkout: goes by the address book and the contact of whose cart it is") {
  Scenario s;
  products::DefineProduct turtle{ProductId("turtle"), "SKU-turtle", {}};
  turtle.entry.name = "turtle";
  turtle.entry.price = 100;
  s.given(turtle).given(contact()).given(at("home", "1 Lane")).given(at("work", "2 Road"));
  const CartId cart(ada.str());
  s.given(carts::AddToCart{cart, ProductId("turtle"), 1});
  s.when(carts::CheckOutCart{cart, "standard", {}, ""}).with("cart.checked_out");
  CHECK(s.last("cart.checked_out").cart_checked_out().ship_to().line1().clear() == "1 Lane");
  CHECK(s.last("cart.checked_out").cart_checked_out().customer_mail().clear() == "ada@example.org");
  s.when(carts::CheckOutCart{cart, "standard", {}, "", AddressId("work")}).with("cart.checked_out");
  CHECK(s.last("cart.checked_out").cart_checked_out().ship_to().line1().clear() == "2 Road");
  s.when(carts::CheckOutCart{cart, "standard", {}, "", AddressId("none")}).rejected("not-found");
}

TEST_CASE("customers: erasure: nothing is left, and the next address is the first again") {
  Scenario s;
  s.given(contact()).given(at("home", "1 Lane"));
  s.given(settings::EraseSubject{ada.str()});
  CHECK(s.workshop.customers.empty());
  s.when(PreferAddress{ada, AddressId("home")}).rejected("not-found");
  s.when(at("shed", "3 Path")).then({"customer.address_saved", "customer.address_preferred"});
}

}  // namespace layerline::test
