#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const FirmOrderId planned("planned");
const SupplierId ada("ada");

void product(Scenario& s, const std::string& sku, std::vector<products::BomLine> bom) {
  products::DefineProduct command{ProductId(sku), sku, {}};
  command.entry.name = sku;
  s.given(command);
  if (!bom.empty()) s.given(products::DefineBom{ProductId(sku), std::move(bom)});
}

// A TOP takes one SUB, a SUB takes filament.
void top_and_sub(Scenario& s) {
  s.stock(1'000'000);
  product(s, "SUB", {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000}});
  product(s, "TOP", {{.component = ProductId("SUB"), .quantity = 1}});
}

mrp::FirmPlanned firm(const std::string& item, std::int64_t quantity, std::int64_t seen = 0, bool release_now = false) {
  return {planned, item, quantity, start, start + Duration{day_ms}, {{"SO-2026-001", quantity}}, seen, release_now};
}

OrderId order_of(Scenario& s, const std::string& sku, std::int64_t quantity) {
  orders::ObserveShopOrder command;
  command.source = "manual";
  command.shop = "main";
  command.external_id = "1";
  command.report = orders::ShopReport::paid;
  command.lines = {{"", sku, "title", quantity, 100}};
  command.total = -1;
  command.currency = "USD";
  command.ship_to = address();
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", "1");
}

}  // namespace

TEST_CASE("planned orders: firm: what is made is fixed and not in the queue, what is bought is suggested, with its reasons") {
  Scenario s;
  top_and_sub(s);
  s.given(firm("TOP", 5)).then({"planned.order_firmed"});
  CHECK(s.workshop.firm_orders.at(planned).quantity == 5);
  CHECK(s.workshop.production.empty());
  mrp::FirmPlanned buy = firm("PLA-black", 1'000'000);
  buy.order = FirmOrderId("buy");
  s.given(buy).then({"purchase.drafted"});
  CHECK(s.last("purchase.drafted").purchase_drafted().origin() == "requirements");
  CHECK(s.last("purchase.drafted").purchase_drafted().pegs(0).demand() == "SO-2026-001");
}

TEST_CASE("planned orders: firm: the same request again is nothing new, and one of an older plan is stale") {
  Scenario s;
  top_and_sub(s);
  s.given(firm("TOP", 5));
  s.when(firm("TOP", 5)).nothing_happened();
  mrp::FirmPlanned again = firm("TOP", 5);
  again.order = FirmOrderId("other");
  s.when(again).rejected("plan-changed");
  again.seen = 1;
  s.given(again);
}

TEST_CASE("planned orders: release: a production order with its components, or a purchase order with the supplier of the rules") {
  Scenario s;
  top_and_sub(s);
  s.given(firm("TOP", 5));
  s.given(mrp::ReleaseFirm{planned, ProductionOrderId("top")}).with("planned.order_taken").with("production.order_created", 2);
  CHECK(s.workshop.firm_orders.empty());
  CHECK(s.workshop.production.at(ProductionOrderId("top")).quantity == 5);
  s.when(mrp::ReleaseFirm{planned, ProductionOrderId("top")}).nothing_happened();
  s.when(mrp::ReleaseFirm{planned, ProductionOrderId("top-2")}).rejected("not-found");
  mrp::FirmPlanned buy = firm("PLA-black", 1'000'000, 0, true);
  buy.order = FirmOrderId("buy");
  s.when(buy).rejected("no-supplier");
  s.given(purchasing::AddSupplier{ada, "Ada", ""});
  s.given(mrp::SetItemRules{"PLA-black", {.safety_stock = 0, .lead_time_days = 3, .lot = {}, .supplier = ada}});
  s.given(buy).then({"purchase.drafted", "purchase.placed"});
  CHECK(s.workshop.purchases.at(PurchaseId("buy")).status == purchasing::Status::ordered);
}

TEST_CASE("planned orders: release: at once, the plan's order is a production order") {
  Scenario s;
  top_and_sub(s);
  s.given(firm("SUB", 5, 0, true)).with("production.order_created");
  CHECK(s.workshop.firm_orders.empty());
  CHECK(s.workshop.production.at(ProductionOrderId("planned")).quantity == 5);
}

TEST_CASE("planned orders: when the order behind it is made, the firm order is used up, and what is left of it stays firm") {
  Scenario s;
  top_and_sub(s);
  s.given(firm("TOP", 5));
  (void)order_of(s, "TOP", 3);
  CHECK(s.workshop.firm_orders.at(planned).quantity == 2);
  s.given(mrp::DropFirm{planned}).then({"planned.order_dropped"});
  s.when(mrp::DropFirm{planned}).rejected("not-found");
}

}  // namespace layerline::test
