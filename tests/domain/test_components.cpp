// What goes into a piece, and is printed or bought for it: nothing is complete without it, and none of it is left over.
#include <doctest/doctest.h>

#include "domain/production/inspection.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using production::CompleteProduction;
namespace {

const ProductId top("top"), sub("sub");

// A top is printed, and one sub goes into it.
Scenario catalogue() {
  Scenario s;
  s.stock(1'000'000);
  for (const ProductId& id : {top, sub}) {
    products::DefineProduct define{id, "SKU-" + id.str(), {}};
    define.entry.name = id.str();
    s.given(define);
  }
  const products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"},
                                 40'000, 3'600'000};
  s.given(products::SetProductFile{top, "default", file});
  const products::BomLine plastic{.material = MaterialId("PLA-black"), .milligrams_per_unit = 40'000};
  s.given(products::DefineBom{sub, {plastic}});
  s.given(products::DefineBom{top, {plastic, {.component = sub, .quantity = 1}}});
  return s;
}

// A paid order of so many tops.
OrderId ordered(Scenario& s, std::int64_t quantity) {
  orders::ObserveShopOrder command{.source = "manual", .shop = "main", .external_id = "x1", .external_number = "100",
                                   .report = orders::ShopReport::paid, .modified = {1}, .lines = {}, .shipping = 0, .total = 3'500,
                                   .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = "Ada",
                                   .customer_mail = "ada@example.org", .tracking_number = {}, .carrier = {}};
  command.lines.push_back({"l1", "SKU-top", "Top", quantity, 1'500});
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", "x1");
}

// The youngest production order of a product.
const production::ProductionOrder& maker_of(const Scenario& s, const ProductId& product) {
  const production::ProductionOrder* found = nullptr;
  for (const auto& [id, production] : s.workshop.production)
    if (production.product == product && (found == nullptr || found->id < id)) found = &production;
  REQUIRE(found != nullptr);
  return *found;
}

void print_running(Scenario& s, const PrinterId& printer) {
  s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = printing::Sight::finished, .reason = {}});
}

std::int64_t on_hand(const Scenario& s, const ProductId& product) { return s.workshop.product(product)->on_hand; }
std::int64_t available(const Scenario& s, const ProductId& product) { return s.workshop.product(product)->available(); }

}  // namespace

TEST_CASE("components: what is printed before its parts are there waits for them, completes with the last one, and uses them up") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, 1);
  print_running(s, s.printer());   // the top is older, and is printed first
  CHECK(maker_of(s, top).printed == 1);
  CHECK(maker_of(s, top).status == production::Status::printing);
  CHECK(maker_of(s, top).waits_for == std::vector<std::string>{"component_missing"});

  s.when(CompleteProduction{maker_of(s, sub).id}).with("production.completed", 2).with("units.issued").with("order.printed");
  CHECK(maker_of(s, top).status == production::Status::completed);
  CHECK(on_hand(s, sub) == 0);   // in the top now
  CHECK(on_hand(s, top) == 1);
  CHECK(s.order(order).status == orders::Status::printed);
}

TEST_CASE("components: who completes by hand is told which part is missing") {
  Scenario s = catalogue();
  ordered(s, 3);
  const production::ProductionOrder& part = maker_of(s, sub);
  s.when(CompleteProduction{maker_of(s, top).id}).rejected("component-missing");
  CHECK(s.answer.error().data == std::vector<std::pair<std::string, std::string>>{{"component", "sub"},
                                                                                  {"sku", "SKU-sub"},
                                                                                  {"missing", "3"},
                                                                                  {"production_order", part.id.str()},
                                                                                  {"production_order_number", part.number}});
  s.given(CompleteProduction{part.id}).given(CompleteProduction{maker_of(s, top).id});
  CHECK(on_hand(s, sub) == 0);
  CHECK(on_hand(s, top) == 3);
}

TEST_CASE("components: bought ones that did not come are missing as well") {
  Scenario s = catalogue();
  products::DefineProduct screw{ProductId("screw"), "SCREW", {}};
  screw.entry.kind = products::Kind::material;
  screw.entry.name = "Screw";
  s.given(screw).given(products::DefineBom{top, {{.component = screw.product, .quantity = 4}}});
  ordered(s, 2);
  s.when(CompleteProduction{maker_of(s, top).id}).rejected("component-missing");
  CHECK(s.answer.error().data.back() == std::pair<std::string, std::string>{"missing", "8"});
  s.given(products::AdjustUnits{screw.product, 8, "found"}).given(CompleteProduction{maker_of(s, top).id});
  CHECK(on_hand(s, screw.product) == 0);
}

TEST_CASE("components: what is waited for through several levels completes level by level") {
  Scenario s = catalogue();
  const ProductId box("box");
  products::DefineProduct define{box, "SKU-box", {}};
  define.entry.name = "box";
  s.given(define).given(products::DefineBom{box, {{.component = top, .quantity = 1}}});
  s.given(production::CreateProduction{ProductionOrderId("made"), box, 1});
  s.when(CompleteProduction{ProductionOrderId("made")}).rejected("component-missing");
  s.when(CompleteProduction{maker_of(s, top).id}).rejected("component-missing");
  s.given(CompleteProduction{maker_of(s, sub).id}).given(CompleteProduction{maker_of(s, top).id});
  s.given(CompleteProduction{ProductionOrderId("made")});
  CHECK(on_hand(s, sub) + on_hand(s, top) == 0);
  CHECK(available(s, box) == 1);
}

TEST_CASE("components: pieces that are made again take theirs from the shelf") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{sub, 5, "count"});
  const OrderId order = ordered(s, 2);
  s.given(CompleteProduction{maker_of(s, top).id}).given(orders::StartQualityCheck{order});
  s.when(orders::FailQualityCheck{order, "warped", 1, "", {}}).with("units.scrapped").with("units.allocated");
  CHECK(available(s, sub) == 2);
  s.given(CompleteProduction{maker_of(s, top).id}).with("units.issued");
  CHECK(on_hand(s, sub) == 2);
  CHECK(s.order(order).status == orders::Status::printed);
}

TEST_CASE("components: a piece that is made again while work is left to do on all takes no more than its own") {
  Scenario s = catalogue();
  products::ChangeProduct change{top, s.workshop.product(top)->entry};
  change.entry.work_steps = {"sanding"};
  s.given(change).given(products::AdjustUnits{sub, 12, "count"});
  const ProductionOrderId tops("tops");
  s.given(production::CreateProduction{.production = tops, .product = top, .quantity = 10}).given(CompleteProduction{tops});
  CHECK(on_hand(s, sub) == 2);
  s.given(production::InspectProduction{.production = tops, .scrap_quantity = 1, .defects = {"warped"}, .reason = "cold"});
  CHECK(available(s, sub) == 1);
  s.given(CompleteProduction{tops});
  CHECK(on_hand(s, sub) == 1);
}

TEST_CASE("components: pieces that are made again have theirs made where the shelf is empty, and wait for them") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, 2);
  s.given(CompleteProduction{maker_of(s, sub).id}).given(CompleteProduction{maker_of(s, top).id}).given(orders::StartQualityCheck{order});
  s.when(orders::FailQualityCheck{order, "warped", 1, "", {}}).with("production.order_created").with("stock.reserved", 2);
  CHECK(maker_of(s, sub).quantity == 1);
  CHECK(maker_of(s, sub).holder == maker_of(s, top).id.str());
  CHECK(maker_of(s, sub).order == order);
  s.when(CompleteProduction{maker_of(s, top).id}).rejected("component-missing");
  s.given(CompleteProduction{maker_of(s, sub).id}).given(CompleteProduction{maker_of(s, top).id});
  CHECK(on_hand(s, sub) == 0);
  CHECK(on_hand(s, top) == 2);
  CHECK(s.order(order).status == orders::Status::printed);
}

TEST_CASE("components: a print that failed used none, so that its second try needs no more") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{sub, 5, "count"});
  ordered(s, 1);
  const PrinterId printer = s.printer();
  s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = printing::Sight::failed, .reason = "spaghetti"});
  s.when(production::StartProduction{maker_of(s, top).id}).with("production.reprint_needed").with("units.allocated", 0);
  CHECK(available(s, sub) == 4);
}

TEST_CASE("components: the bill of materials that counts is the one that the piece was begun with") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{sub, 5, "count"});
  const OrderId order = ordered(s, 1);
  s.given(products::DefineBom{top, {{.component = sub, .quantity = 3}}});
  s.given(CompleteProduction{maker_of(s, top).id}).given(orders::StartQualityCheck{order});
  s.given(orders::FailQualityCheck{order, "warped", 1, "", {}});
  CHECK(available(s, sub) == 3);
}

TEST_CASE("components: of a cancelled order nothing is waited for, and its parts are free") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{sub, 1, "count"});
  const OrderId order = ordered(s, 2);
  s.given(orders::CancelOrder{order, ""});
  CHECK(available(s, sub) == 1);
  CHECK(maker_of(s, top).status == production::Status::cancelled);
  CHECK(maker_of(s, sub).status == production::Status::cancelled);
}

}  // namespace layerline::test
