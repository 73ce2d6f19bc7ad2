// Where finished units lie, how they get from one location to another, and from where they leave.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "domain/workshop/limits.hpp"
#include "tests/domain/random_units.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using products::AdjustUnits;
using products::Batches;
using products::CountUnits;
using products::TransferUnits;
namespace {

const ProductId turtle("turtle");
const LocationId shelf("shelf"), box("box"), main("main"), unsaid;
const ProductionOrderId nobody;   // counted in, or bought

// A turtle that is bought, and two locations besides the main one.
Scenario catalogue() {
  Scenario s;
  products::DefineProduct define{turtle, "SKU-turtle", {}};
  define.entry.name = "Turtle";
  define.entry.kind = products::Kind::material;
  s.given(define);
  for (const LocationId& location : {shelf, box}) s.given(inventory::OpenLocation{location, ""});
  return s;
}

void bought(Scenario& s, const std::string& purchase, std::int64_t quantity) {
  events::Event event;
  event.mutable_units_received()->set_product(turtle.str());
  event.mutable_units_received()->set_quantity(quantity);
  event.mutable_units_received()->set_reference(purchase);
  s.journal.push_back({"product/turtle", event});
  evolve(s.workshop, "product/turtle", event, s.now);
}

OrderId ordered(Scenario& s, std::int64_t quantity) {
  orders::ObserveShopOrder command;
  command.source = "manual";
  command.shop = "main";
  command.external_id = "1";
  command.report = orders::ShopReport::paid;
  command.lines = {{"", "SKU-turtle", "Turtle", quantity, 100}};
  command.total = -1;
  command.currency = "USD";
  command.ship_to = address();
  command.customer_mail = "buyer@example.org";
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", "1");
}

const Batches& lying(const Workshop& workshop) { return workshop.product(turtle)->batches; }
const Batches& lying(const Scenario& s) { return lying(s.workshop); }

}  // namespace

TEST_CASE("locations: units come to the main one, or to the one that is named") {
  Scenario s = catalogue();
  s.given(AdjustUnits{turtle, 1, "found"}).given(AdjustUnits{turtle, 2, "found", main}).given(AdjustUnits{turtle, 4, "found", shelf});
  CHECK(lying(s) == Batches{{nobody, "", 3}, {nobody, "", 4, shelf}});
  CHECK(s.workshop.product(turtle)->on_hand == 7);
  s.when(AdjustUnits{turtle, 1, "found", LocationId("nowhere")}).rejected("not-found");
}

TEST_CASE("locations: what is moved keeps its place in the order of arrival, and joins its own when it comes back") {
  Scenario s = catalogue();
  bought(s, "PUR-1", 3);
  bought(s, "PUR-2", 2);
  s.given(TransferUnits{turtle, 4, main, shelf, "more room"}).then({"units.moved"});
  CHECK(lying(s) == Batches{{nobody, "PUR-1", 3, shelf}, {nobody, "PUR-2", 1}, {nobody, "PUR-2", 1, shelf}});
  CHECK(s.last("units.moved").units_moved().from() == "main");
  CHECK(s.last("units.moved").units_moved().batches_size() == 2);
  s.given(TransferUnits{turtle, 1, shelf, box, ""}).given(TransferUnits{turtle, 1, box, shelf, ""});
  s.given(TransferUnits{turtle, 0, shelf, main, ""});   // all
  CHECK(lying(s) == Batches{{nobody, "PUR-1", 3}, {nobody, "PUR-2", 2}});
  CHECK(s.workshop.product(turtle)->on_hand == 5);
}

TEST_CASE("locations: more than lies there is not moved, nor to where it lies, nor to where there is nothing") {
  Scenario s = catalogue();
  s.given(AdjustUnits{turtle, 3, "found"});
  s.when(TransferUnits{turtle, 4, main, shelf, ""}).rejected("units-below-zero");
  CHECK(s.answer.error().detail == "Only 3 units of SKU-turtle lie at main.");
  s.when(TransferUnits{turtle, 0, shelf, main, ""}).rejected("units-below-zero");
  s.when(TransferUnits{turtle, -1, main, shelf, ""}).rejected("quantity-out-of-range");
  s.when(TransferUnits{turtle, 1, main, main, ""}).rejected("same-location");
  s.when(TransferUnits{turtle, 1, unsaid, main, ""}).rejected("same-location");
  s.when(TransferUnits{turtle, 1, main, LocationId("nowhere"), ""}).rejected("not-found");
  s.when(TransferUnits{turtle, 1, main, unsaid, ""}).rejected("not-found");
  s.when(TransferUnits{turtle, 1, LocationId(std::string(1'000, 'x')), shelf, ""}).rejected("not-found");
  s.when(TransferUnits{ProductId("fox"), 1, main, shelf, ""}).rejected("not-found");
  s.when(TransferUnits{turtle, 1, main, shelf, std::string(401, 'x')}).rejected("name-too-long");
  CHECK(lying(s) == Batches{{nobody, "", 3}});
}

TEST_CASE("locations: what is allocated can be moved, and leaves from where it lies then") {
  Scenario s = catalogue();
  bought(s, "PUR-1", 3);
  const OrderId order = ordered(s, 3);
  s.given(TransferUnits{turtle, 2, unsaid, shelf, ""});
  CHECK(s.workshop.product(turtle)->allocated == 3);
  s.given(orders::StartQualityCheck{order}).given(orders::PassQualityCheck{order}).given(shipments::ShipOrder{order, "ups", "1Z", {}});
  const auto& issued = s.last("units.issued").units_issued();
  REQUIRE(issued.batches_size() == 2);
  CHECK(issued.batches(0).location().empty());
  CHECK(issued.batches(1).location() == "shelf");
  CHECK(issued.batches(1).units() == 2);
  CHECK(lying(s).empty());
}

TEST_CASE("locations: a count is of one location, which has to be named where units lie at several") {
  Scenario s = catalogue();
  s.given(CountUnits{turtle, 3, unsaid, ""});
  CHECK(lying(s) == Batches{{nobody, "", 3}});
  CHECK(s.last("units.adjusted").units_adjusted().reason() == "counted");
  s.given(AdjustUnits{turtle, 5, "found", shelf});
  s.when(CountUnits{turtle, 1, unsaid, ""}).rejected("location-needed");
  s.when(TransferUnits{turtle, 1, unsaid, box, ""}).rejected("location-needed");
  s.given(CountUnits{turtle, 4, shelf, "yearly"}).given(CountUnits{turtle, 1, main, "yearly"});
  CHECK(lying(s) == Batches{{nobody, "", 1}, {nobody, "", 4, shelf}});
  s.when(CountUnits{turtle, 4, shelf, ""}).nothing_happened();
  s.when(CountUnits{turtle, -1, shelf, ""}).rejected("quantity-out-of-range");
}

TEST_CASE("locations: fewer are found where they were counted, and the oldest anywhere if nobody says where") {
  Scenario s = catalogue();
  bought(s, "PUR-1", 2);
  s.given(TransferUnits{turtle, 1, main, shelf, ""});
  bought(s, "PUR-2", 2);
  s.when(AdjustUnits{turtle, -2, "broken", shelf}).rejected("units-below-zero");
  s.given(AdjustUnits{turtle, -2, "broken", main});
  CHECK(lying(s) == Batches{{nobody, "PUR-1", 1, shelf}, {nobody, "PUR-2", 1}});
  s.given(AdjustUnits{turtle, -1, "broken"});
  CHECK(lying(s) == Batches{{nobody, "PUR-2", 1}});
}

TEST_CASE("locations: goods that are bought come to where their receipt says, line by line") {
  Scenario s = catalogue();
  s.stock(1'000);
  const PurchaseId purchase("purchase");
  s.given(purchasing::AddSupplier{SupplierId("ada"), "Ada", ""});
  s.given(purchasing::DraftPurchase{purchase, SupplierId("ada"), {{"SKU-turtle", 5}, {"PLA-black", 700}}, {}});
  s.given(purchasing::PlacePurchase{purchase, SupplierId("ada"), {}, {}});
  s.when(purchasing::ReceivePurchase{purchase, {}, "", LocationId("nowhere")}).rejected("not-found");
  s.given(purchasing::ReceivePurchase{purchase, {{"1", 2, LotId(), box}, {"2", 300}}, "", shelf});
  s.given(purchasing::ReceivePurchase{purchase, {}, ""});
  const std::string number = s.workshop.purchases.at(purchase).number;
  CHECK(lying(s) == Batches{{nobody, number, 2, box}, {nobody, number, 3}});
  CHECK(s.workshop.lots.at(inventory::own_lot(MaterialId("PLA-black"))).at.at(shelf).milligrams == 300);
}

TEST_CASE("locations: of very many batches those that an event does not name are the oldest there, and the fold takes just them") {
  Scenario s = catalogue();
  const std::int64_t batches = limits::batches_named_max + 200;
  for (std::int64_t i = 0; i < batches; ++i) bought(s, fmt::format("PUR-{:05}", i), 2);
  s.given(TransferUnits{turtle, 1, main, shelf, ""});   // the very oldest
  s.given(TransferUnits{turtle, 2 * batches - 11, main, shelf, ""});
  CHECK(s.last("units.moved").units_moved().batches_size() == limits::batches_named_max);
  CHECK(products::sum(products::lying_at(lying(s), LocationId())) == 10);
  CHECK(lying(s).front() == products::Batch{nobody, "PUR-00000", 2, shelf});
  CHECK(lying(s).back() == products::Batch{nobody, fmt::format("PUR-{:05}", batches - 1), 2});
  s.given(AdjustUnits{turtle, -10, "lost", main});
  CHECK(products::sum(lying(s)) == 2 * batches - 10);
  CHECK(products::sum(products::lying_at(lying(s), LocationId())) == 0);
}

TEST_CASE("locations: a journal of before there were any lies at the main one") {
  Scenario s = catalogue();
  bought(s, "PUR-1", 3);
  s.given(AdjustUnits{turtle, -1, "broken"}).given(AdjustUnits{turtle, 2, "found"});
  for (const NewEvent& one : s.journal) {
    CHECK(one.event.units_received().location().empty());
    CHECK(one.event.units_adjusted().location().empty());
    for (const events::UnitBatch& batch : one.event.units_adjusted().batches()) CHECK(batch.location().empty());
  }
  Workshop again;
  for (const NewEvent& event : s.journal) evolve(again, event.stream, without_batches(event.event), s.now);
  CHECK(lying(again) == lying(s));
  CHECK(lying(again) == Batches{{nobody, "PUR-1", 2}, {nobody, "", 2}});
}

}  // namespace layerline::test
