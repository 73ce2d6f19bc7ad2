#include <doctest/doctest.h>

#include "domain/purchasing/limits.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

using purchasing::DraftPurchase;
using purchasing::PlacePurchase;
using purchasing::ReceivePurchase;

const PurchaseId bought("bought");
const SupplierId ada("ada");

// On hand, and an alert below 500 g.
void filament(Scenario& s, std::int64_t milligrams) {
  s.given(inventory::DefineMaterial{"PLA", "black", "", {500'000}});
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {milligrams}, "delivery"});
}

// Screws are bought; a lamp takes four of them and some filament.
void screws_and_lamp(Scenario& s) {
  s.stock(1'000'000);
  products::DefineProduct screw{ProductId("screw"), "SCREW", {}};
  screw.entry.kind = products::Kind::material;
  screw.entry.name = "Screw M3";
  products::DefineProduct lamp{ProductId("lamp"), "LAMP", {}};
  lamp.entry.name = "Lamp";
  s.given(screw).given(lamp);
  s.given(products::DefineBom{ProductId("lamp"), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000},
                                                  {.component = ProductId("screw"), .quantity = 4}}});
}

OrderId order_of(Scenario& s, const std::string& sku, std::int64_t quantity, const std::string& external = "1") {
  orders::ObserveShopOrder command;
  command.source = "manual";
  command.shop = "main";
  command.external_id = external;
  command.report = orders::ShopReport::paid;
  command.lines = {{"", sku, "title", quantity, 100}};
  command.total = -1;
  command.currency = "USD";
  command.ship_to = address();
  command.customer_mail = "buyer@example.org";
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", external);
}

const purchasing::Purchase& only_purchase(const Scenario& s) {
  REQUIRE(s.workshop.purchases.size() == 1);
  return s.workshop.purchases.begin()->second;
}

std::int64_t on_hand(const Scenario& s, const std::string& product) { return s.workshop.product(ProductId(product))->on_hand; }

}  // namespace

TEST_CASE("purchasing: low stock: the alert suggests what is missing, in whole spools, and only once while it is open") {
  Scenario s;
  filament(s, 600'000);
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-200'000}, "count"}).with("stock.low").with("purchase.drafted");
  const purchasing::Purchase& suggested = only_purchase(s);
  CHECK(suggested.number == "PUR-2026-001");
  CHECK(suggested.status == purchasing::Status::suggested);
  CHECK(suggested.lines.at(0).item.material == MaterialId("PLA-black"));
  CHECK(suggested.lines.at(0).quantity == 1'000'000);
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {200'000}, "count"});
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-300'000}, "count"}).with("stock.low").with("purchase.drafted", 0);
}

TEST_CASE("purchasing: low stock: what orders are short of beyond what is on its way is suggested within the hour, once") {
  const settings::FireTimer stock_check{"stock-check"};
  const auto hour_later = [](Scenario& s) -> Scenario& {
    s.now = s.now + Duration{3'600'000};
    return s;
  };
  Scenario s;
  filament(s, 600'000);
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-200'000}, "count"}).with("purchase.drafted");
  (void)s.paid(black_pieces(340));   // 340 × 45.3 g = 15 402 g, and one kilogram is suggested
  hour_later(s).when(stock_check).with("purchase.drafted");
  CHECK(s.last("purchase.drafted").purchase_drafted().lines(0).quantity() == 15'000'000);   // 500 g − 400 g + 15 402 g − 1 kg, in spools
  hour_later(s).when(stock_check).with("purchase.drafted", 0);
  s.given(purchasing::AddSupplier{ada, "Ada's filaments", ""});
  for (const auto& [id, purchase] : std::map(s.workshop.purchases)) s.given(PlacePurchase{id, ada, {}, {}});
  hour_later(s).when(stock_check).with("purchase.drafted", 0);
  s.given(ReceivePurchase{s.workshop.purchases.begin()->first, {{"1", 400'000}}, ""});   // what has come counts as what is there
  hour_later(s).when(stock_check).with("purchase.drafted", 0);
  s.given(purchasing::CancelPurchase{s.workshop.purchases.rbegin()->first});
  hour_later(s).when(stock_check).with("purchase.drafted");
}

TEST_CASE("purchasing: low stock: suggested, placed with a supplier, received, restocked, and then suggested anew") {
  Scenario s;
  filament(s, 600'000);
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-200'000}, "count"});
  const PurchaseId id = only_purchase(s).id;
  s.when(ReceivePurchase{id, {}, ""}).rejected("purchase-not-ordered");
  s.when(PlacePurchase{id, SupplierId(), {}, {}}).rejected("no-supplier");
  s.when(PlacePurchase{id, ada, {}, {}}).rejected("not-found");
  s.given(purchasing::AddSupplier{ada, "Ada's filaments", "ada@example.org"});
  s.given(PlacePurchase{id, ada, {{"1", 2'000'000, 1'900}}, {}}).then({"purchase.placed"});
  s.given(ReceivePurchase{id, {{"1", 500'000}}, "note 7"}).with("purchase.received").with("stock.received");
  CHECK(s.black().on_hand.milligrams == 900'000);
  CHECK(only_purchase(s).status == purchasing::Status::partly_received);
  CHECK(s.last("stock.received").stock_received().reference() == "PUR-2026-001");
  s.given(ReceivePurchase{id, {}, ""});
  CHECK(s.black().on_hand.milligrams == 2'400'000);
  CHECK(only_purchase(s).status == purchasing::Status::received);
  s.when(ReceivePurchase{id, {}, ""}).nothing_happened();
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-2'000'000}, "count"}).with("purchase.drafted");
  CHECK(s.last("purchase.drafted").purchase_drafted().number() == "PUR-2026-002");
}

TEST_CASE("purchasing: low stock: what waiting orders are short of is suggested as well, by the item's lot rule") {
  Scenario s;
  s.stock(0);
  s.given(mrp::SetItemRules{"PLA-black", 
                                      {.safety_stock = 300'000, .lead_time_days = 3, .lot = planning::Multiple{750'000}, .supplier = {}}});
  (void)s.paid(black_pieces(20));   // 20 × 45.3 g, of which none is there
  const purchasing::Line& line = only_purchase(s).lines.at(0);
  CHECK(line.quantity == 1'500'000);   // 300 g of safety stock and 906 g for the order
  CHECK(only_purchase(s).due == s.now + Duration{3 * day_ms});
}

TEST_CASE("purchasing: what is ordered gets another day when its supplier says one, and not once a part of it has come") {
  Scenario s;
  s.stock(0);
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(DraftPurchase{bought, ada, {{"PLA-black", 1'000'000}}, {}});
  s.given(PlacePurchase{bought, SupplierId(), {}, {5 * day_ms}}).then({"purchase.placed"});
  s.when(PlacePurchase{bought, SupplierId(), {}, {}}).nothing_happened();
  s.when(PlacePurchase{bought, SupplierId(), {}, {5 * day_ms}}).nothing_happened();
  s.when(PlacePurchase{bought, SupplierId(), {{"1", 2'000'000}}, {9 * day_ms}}).rejected("purchase-not-open");
  s.given(PlacePurchase{bought, SupplierId(), {}, {9 * day_ms}}).then({"purchase.placed"});
  CHECK(only_purchase(s).due == Time{9 * day_ms});
  CHECK(only_purchase(s).lines.at(0).open() == 1'000'000);
  s.given(ReceivePurchase{bought, {{"1", 400'000}}, ""});
  s.when(PlacePurchase{bought, SupplierId(), {}, {12 * day_ms}}).rejected("purchase-not-open");
}

TEST_CASE("purchasing: receipt: more than was ordered, or the same line twice, is refused and nothing moves") {
  Scenario s;
  screws_and_lamp(s);
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(DraftPurchase{bought, ada, {{"SCREW", 100, 5}, {"PLA-black", 1'000'000, 1'900}}, {}});
  s.given(PlacePurchase{bought, SupplierId(), {}, {}});
  s.when(ReceivePurchase{bought, {{"1", 101}}, ""}).rejected("more-than-ordered");
  s.when(ReceivePurchase{bought, {{"1", 60}, {"1", 40}}, ""}).rejected("named-twice");
  s.when(ReceivePurchase{bought, {{"3", 1}}, ""}).rejected("not-found");
  s.given(ReceivePurchase{bought, {{"1", 100}}, ""}).with("units.received").with("stock.received", 0);
  CHECK(on_hand(s, "screw") == 100);
  s.given(purchasing::CancelPurchase{bought}).then({"purchase.cancelled"});
  s.when(ReceivePurchase{bought, {}, ""}).rejected("purchase-not-ordered");
}

TEST_CASE("purchasing: receipt: a spool that is named comes in as a lot of its own, and once") {
  Scenario s;
  s.stock(0);
  s.stock(0, "white");
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(DraftPurchase{bought, ada, {{"PLA-black", 1'000'000}, {"PLA-white", 1'000'000}}, {}});
  s.given(PlacePurchase{bought, SupplierId(), {}, {}});
  s.when(ReceivePurchase{bought, {{"1", 1'000'000, LotId("S-1")}, {"2", 1'000'000, LotId("S-1")}}, ""}).rejected("named-twice");
  s.given(ReceivePurchase{bought, {{"1", 500'000, LotId("S-1")}}, ""});
  CHECK(s.workshop.lot(LotId("S-1"))->material == MaterialId("PLA-black"));
  s.when(ReceivePurchase{bought, {{"2", 500'000, LotId("S-1")}}, ""}).rejected("lot-exists");
}

TEST_CASE("purchasing: receipt: a line comes as several spools at once, each with its tare, and can be weighed") {
  Scenario s;
  s.stock(0);
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(DraftPurchase{bought, ada, {{"PLA-black", 2'500'000}}, {}});
  s.given(PlacePurchase{bought, SupplierId(), {}, {}});
  const purchasing::ReceivedLine first{"1", 1'000'000, LotId("S-1"), {}, {230'000}, "B4711"};
  const purchasing::ReceivedLine second{"1", 1'000'000, LotId("S-2"), {}, {250'000}, "B4712"};
  s.when(ReceivePurchase{bought, {first, first}, ""}).rejected("named-twice");
  s.when(ReceivePurchase{bought, {first, {"1", 1'500'001, LotId("S-2")}}, ""}).rejected("more-than-ordered");   // 1 kg of it is S-1
  s.when(ReceivePurchase{bought, {{"1", 1, LotId("S-1"), {}, {-1}}}, ""}).rejected("mass-out-of-range");
  s.when(ReceivePurchase{bought, {{"1", 1, LotId("S-1"), {}, {}, std::string(81, 'B')}}, ""}).rejected("name-too-long");
  s.given(ReceivePurchase{bought, {first, second, {"1", 500'000}}, ""}).with("purchase.received").with("stock.received", 3);
  CHECK(only_purchase(s).status == purchasing::Status::received);
  CHECK(s.black().on_hand.milligrams == 2'500'000);
  CHECK(s.workshop.lot(LotId("S-1"))->supplier_lot == "B4711");
  CHECK(s.workshop.lot(LotId("S-2"))->tare.milligrams == 250'000);
  s.given(inventory::WeighSpool{LotId("S-2"), {}, {1'200'000}}).with("stock.adjusted");
  CHECK(s.workshop.lot(LotId("S-2"))->on_hand().milligrams == 950'000);
}

TEST_CASE("purchasing: receipt: pieces have no lot and no tare, and no more spools come at once than one commit is to hold") {
  Scenario s;
  screws_and_lamp(s);
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(DraftPurchase{bought, ada, {{"SCREW", 100, 5}, {"PLA-black", 1'000'000, 1'900}}, {}});
  s.given(PlacePurchase{bought, SupplierId(), {}, {}});
  s.when(ReceivePurchase{bought, {{"1", 50, LotId("S-1")}}, ""}).rejected("lot-of-pieces");
  s.when(ReceivePurchase{bought, {{"1", 50, {}, {}, {230'000}}}, ""}).rejected("lot-of-pieces");
  ReceivePurchase spools{bought, {}, ""};
  while (spools.lines.size() <= purchasing::limits::lots_received_max)
    spools.lines.push_back({"2", 1'000, LotId("S-" + std::to_string(spools.lines.size()))});
  s.when(spools).rejected("too-many-lots");
  spools.lines.pop_back();
  s.given(spools).with("stock.received", 100);
}

TEST_CASE("purchasing: draft: what nobody knows, nothing, or the same item twice is not bought") {
  Scenario s;
  screws_and_lamp(s);
  s.when(DraftPurchase{bought, SupplierId(), {{"NAIL", 1}}, {}}).rejected("not-found");
  s.when(DraftPurchase{bought, SupplierId(), {{"SCREW", 0}}, {}}).rejected("bad-purchase-line");
  s.when(DraftPurchase{bought, SupplierId(), {{"SCREW", 1}, {"SCREW", 2}}, {}}).rejected("bad-purchase-line");
  s.when(DraftPurchase{bought, SupplierId(), {}, {}}).rejected("bad-purchase-line");
  CHECK(s.workshop.purchases.empty());
}

TEST_CASE("purchasing: bought units: who waits for them gets them from the receipt, the oldest first, and goes on") {
  Scenario s;
  screws_and_lamp(s);
  const OrderId first = order_of(s, "SCREW", 30, "1");
  const OrderId second = order_of(s, "SCREW", 30, "2");
  CHECK(s.order(first).status == orders::Status::queued);
  s.given(DraftPurchase{bought, SupplierId(), {{"SCREW", 60}}, {}});
  s.given(purchasing::AddSupplier{ada, "Ada", ""}).given(PlacePurchase{bought, ada, {}, {}});
  s.given(ReceivePurchase{bought, {{"1", 40}}, ""}).with("units.allocated", 2).with("order.printed");
  CHECK(s.order(first).status == orders::Status::printed);
  CHECK(s.order(second).status == orders::Status::queued);
  CHECK(s.workshop.product(ProductId("screw"))->available() == 0);
  s.given(ReceivePurchase{bought, {}, ""});
  CHECK(s.order(second).status == orders::Status::printed);
  CHECK(s.workshop.short_units.empty());
}

TEST_CASE("purchasing: bought units: a production order is not complete before its screws are there, and a cancelled one waits no more") {
  Scenario s;
  screws_and_lamp(s);
  const OrderId order = order_of(s, "LAMP", 2);
  const ProductionOrderId lamp = s.order(order).production.at(0);
  CHECK(products::short_by(s.workshop, ProductId("screw"), lamp.str()) == 8);
  const OrderId other = order_of(s, "LAMP", 1, "2");
  s.given(orders::CancelOrder{other, ""}).with("units.shortage_noted");
  CHECK(s.workshop.short_units.size() == 1);
  s.given(products::AdjustUnits{ProductId("screw"), 10, "found"}).with("units.allocated");
  CHECK(s.workshop.product(ProductId("screw"))->available() == 2);
  s.given(production::CompleteProduction{lamp}).with("units.issued");
  CHECK(on_hand(s, "screw") == 2);
}

TEST_CASE("purchasing: bought units: an order of ten thousand with two hundred screws in each needs two million, and waits for the last") {
  Scenario s;
  s.stock(1'000'000'000);
  for (const auto kind : {products::Kind::material, products::Kind::standard}) {
    products::DefineProduct defined{ProductId(kind == products::Kind::material ? "screw" : "box"), "", {}};
    defined.sku = kind == products::Kind::material ? "SCREW" : "BOX";
    defined.entry.kind = kind;
    defined.entry.name = defined.sku;
    s.given(defined);
  }
  s.given(products::DefineBom{ProductId("box"), {{.component = ProductId("screw"), .quantity = 200}}});
  s.given(products::AdjustUnits{ProductId("screw"), 1'999'999, "count"});
  const ProductionOrderId box = s.order(order_of(s, "BOX", 10'000)).production.at(0);
  CHECK(products::held(s.workshop, ProductId("screw"), box.str()) == 1'999'999);
  CHECK(products::short_by(s.workshop, ProductId("screw"), box.str()) == 1);
  s.given(products::AdjustUnits{ProductId("screw"), 1, "count"}).with("units.allocated");
  s.given(production::CompleteProduction{box});
  CHECK(on_hand(s, "screw") == 0);
}

TEST_CASE("purchasing: rules: a lot of nothing, a negative safety stock and an unknown item are refused") {
  Scenario s;
  s.stock(1'000'000);
  s.when(mrp::SetItemRules{"PLA-black", {.safety_stock = -1, .lead_time_days = 0, .lot = {}, .supplier = {}}}).rejected("bad-item-rules");
  s.when(mrp::SetItemRules{"PLA-black", {.safety_stock = 0, .lead_time_days = -1, .lot = {}, .supplier = {}}}).rejected("bad-item-rules");
  s.when(mrp::SetItemRules{"PLA-black", {.safety_stock = 0, .lead_time_days = 0, .lot = planning::Multiple{0}, .supplier = {}}})
      .rejected("bad-item-rules");
  s.when(mrp::SetItemRules{"NAIL", {}}).rejected("not-found");
  s.when(mrp::SetItemRules{"PLA-black", {.safety_stock = 0, .lead_time_days = 0, .lot = {}, .supplier = ada}}).rejected("not-found");
}

}  // namespace layerline::test
