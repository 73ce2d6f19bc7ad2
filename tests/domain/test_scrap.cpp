// What is thrown away besides of what a product takes: planned, reserved and used up with it.
#include <doctest/doctest.h>

#include "domain/kernel/scrap.hpp"
#include "domain/planning/plan.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const ProductId top("top"), screw("screw");
const ProductionOrderId made("made");

// A top takes 10.001 g of filament and 3 screws, and so many millionths of both are thrown away.
Scenario catalogue(std::int64_t scrap_ppm) {
  Scenario s;
  s.stock(1'000'000'000);
  products::DefineProduct bought{screw, "SCREW", {}};
  bought.entry.kind = products::Kind::material;
  bought.entry.name = "Screw";
  bought.entry.purchase_cost = 30;
  products::DefineProduct define{top, "TOP", {}};
  define.entry.name = "Top";
  s.given(bought).given(define).given(products::AdjustUnits{screw, 100'000, "count"});
  s.given(products::DefineBom{top, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'001, .scrap_ppm = scrap_ppm},
                                    {.component = screw, .quantity = 3, .scrap_ppm = scrap_ppm}}});
  return s;
}

std::int64_t screws_held(const Scenario& s) { return products::held(s.workshop, screw, made.str()); }
std::int64_t reserved_mg(const Scenario& s) { return inventory::reserved_for(s.black(), made).milligrams; }

// What planning would have bought of both for so many tops.
std::vector<planning::PlannedOrder> planned(std::int64_t quantity, std::int64_t scrap_ppm) {
  const planning::Day day = std::chrono::sys_days(std::chrono::year(2026) / 9 / 21);
  planning::Facts facts{.start = day, .items = {}, .boms = {}, .demand = {{"SO-1", "TOP", quantity, day}}, .supply = {}};
  for (const char* sku : {"PLA", "SCREW", "TOP"}) facts.items.emplace_back().sku = sku;
  facts.items.back().make = true;
  facts.boms = {{"TOP", "PLA", 10'001, scrap_ppm}, {"TOP", "SCREW", 3, scrap_ppm}};
  auto orders = planning::net(facts);
  REQUIRE(orders);
  return *orders;
}

}  // namespace

TEST_CASE("scrap: a part that is thrown away is rounded up once, and none at all is as before") {
  CHECK(with_scrap(0, 500'000) == 0);
  CHECK(with_scrap(7, 0) == 7);
  CHECK(with_scrap(7, 1) == 8);
  CHECK(with_scrap(100, 20'000) == 102);
  CHECK(with_scrap(101, 20'000) == 104);                       // 103.02
  CHECK(with_scrap(110'000'000'000'000'000, 10'000'000) == 1'210'000'000'000'000'000);
}

TEST_CASE("scrap: a production order takes what planning had planned for it, to the milligram and the piece") {
  for (const std::int64_t scrap_ppm : {0, 1, 20'000, 333'333, 1'500'000})
    for (const std::int64_t quantity : {1, 7, 40}) {
      Scenario s = catalogue(scrap_ppm);
      s.given(production::CreateProduction{made, top, quantity});
      const auto orders = planned(quantity, scrap_ppm);
      CHECK(orders.at(0).quantity == reserved_mg(s));
      CHECK(orders.at(1).quantity == screws_held(s));
      s.given(production::CompleteProduction{made});
      CHECK(s.workshop.product(screw)->on_hand == 100'000 - orders.at(1).quantity);
      CHECK(s.black().on_hand.milligrams == 1'000'000'000 - orders.at(0).quantity);
      CHECK(s.black().reserved.milligrams == 0);
    }
}

TEST_CASE("scrap: pieces that are made again take theirs, and what is rounded up is so once") {
  Scenario s = catalogue(20'000);
  s.given(production::CreateProduction{made, top, 3}).given(production::CompleteProduction{made});
  s.given(production::InspectProduction{.production = made, .passed = false, .scrap_quantity = 2, .rework = true, .defects = {"warped"}});
  CHECK(screws_held(s) == 7);               // 6.12
  CHECK(reserved_mg(s) == 20'403);          // 20'402.04
}

TEST_CASE("scrap: an order that was begun keeps what its bill of materials said then") {
  Scenario s = catalogue(500'000);
  s.given(production::CreateProduction{made, top, 2});
  s.given(products::DefineBom{top, {{.component = screw, .quantity = 3}}});
  CHECK(screws_held(s) == 9);
  s.given(production::CompleteProduction{made});
  CHECK(s.workshop.product(screw)->on_hand == 100'000 - 9);
}

TEST_CASE("scrap: cost: what is thrown away is paid as well") {
  const Scenario without = catalogue(0), with = catalogue(20'000);
  CHECK(without.workshop.product(top)->unit_cost == 110);   // 10.001 g at 20.00 a kg, and three screws of 30
  CHECK(with.workshop.product(top)->unit_cost == 112);      // 20 and 92, of 91.8
}

TEST_CASE("scrap: what is negative, or more than ten times what is used, is refused; what could not be counted too") {
  Scenario s = catalogue(0);
  for (const std::int64_t scrap_ppm : {-1, 10'000'001})
    s.when(products::DefineBom{top, {{.component = screw, .quantity = 1, .scrap_ppm = scrap_ppm}}}).rejected("scrap-out-of-range");
  products::DefineProduct box{ProductId("box"), "BOX", {}};
  box.entry.name = "Box";
  s.given(box).given(products::DefineBom{top, {{.component = screw, .quantity = 1'000}}});
  s.given(products::DefineBom{box.product, {{.component = top, .quantity = 90}}});
  s.when(products::DefineBom{top, {{.component = screw, .quantity = 1'000, .scrap_ppm = 200'000}}}).rejected("bom-too-large");
}

}  // namespace layerline::test
