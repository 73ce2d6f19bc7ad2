// The golden cases: what is planned, to the piece and the day, worked out by hand.
#include <doctest/doctest.h>

#include <algorithm>

#include "domain/planning/limits.hpp"
#include "tests/planning/scene.hpp"

namespace layerline::planning::test {
namespace {

std::string planned(const Facts& facts) {
  const auto orders = net(facts);
  return orders ? text(*orders) : orders.error().detail;
}
std::string refused(const Facts& facts) {
  const auto orders = net(facts);
  return orders ? "not refused" : orders.error().type + " " + orders.error().detail;
}

// One bought item with some demand of 4 a day on days 0, 1, 2, 5 and 9.
Facts one_item(Lot lot) {
  Facts facts{.start = start, .items = {bought("RAW")}, .boms = {}, .demand = {}, .supply = {}};
  facts.items[0].lot = lot;
  for (const int due : {0, 1, 2, 5, 9}) facts.demand.push_back({"D" + std::to_string(due), "RAW", 4, day(due)});
  return facts;
}

}  // namespace

TEST_CASE("planning: 5 TOP that need 5 SUB, with 100 SUB in stock, buy no RAW") {
  Facts facts = sub_assemblies();
  facts.items[1].on_hand = 100;
  CHECK(planned(facts) == text({make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: without stock every level is planned, and pegged to the order at the top") {
  CHECK(planned(sub_assemblies()) ==
        text({buy("RAW", 15, 10, 10, {{"SO-1", 15}}), make("SUB", 5, 10, 10, {{"SO-1", 5}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: what is allocated is not there for others") {
  Facts facts = sub_assemblies();
  facts.items[1].on_hand = 100;
  facts.items[1].allocated = 98;
  CHECK(planned(facts) ==
        text({buy("RAW", 9, 10, 10, {{"SO-1", 9}}), make("SUB", 3, 10, 10, {{"SO-1", 3}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: a firmed order is not planned again, and still needs its components") {
  Facts facts = sub_assemblies();
  facts.items[0].lead_time_days = 2;
  facts.supply = {{"PO-1", "TOP", 5, day(10), SupplyKind::production_firm}};
  CHECK(planned(facts) == text({buy("RAW", 15, 8, 8, {{"SO-1", 15}}), make("SUB", 5, 8, 8, {{"SO-1", 5}})}));
}

TEST_CASE("planning: a released order needs nothing more") {
  Facts facts = sub_assemblies();
  facts.supply = {{"PO-1", "TOP", 5, day(10), SupplyKind::production_released}};
  CHECK(planned(facts) == "");
  facts.supply[0].quantity = 3;
  CHECK(planned(facts) ==
        text({buy("RAW", 6, 10, 10, {{"SO-1", 6}}), make("SUB", 2, 10, 10, {{"SO-1", 2}}), make("TOP", 2, 10, 10, {{"SO-1", 2}})}));
}

TEST_CASE("planning: a firm order that nobody needs buys for nobody") {
  Facts facts = sub_assemblies();
  facts.demand.clear();
  facts.supply = {{"PO-1", "TOP", 5, day(10), SupplyKind::production_firm}};
  CHECK(planned(facts) == text({buy("RAW", 15, 10, 10, {}), make("SUB", 5, 10, 10, {})}));
}

TEST_CASE("planning: lead times add up through the levels, and what should have begun before the start is late but keeps its date") {
  Facts facts = sub_assemblies();
  facts.items[0].lead_time_days = 4;
  facts.items[1].lead_time_days = 8;
  facts.items[2].lead_time_days = 1;
  // SUB is needed on day 6 and should be begun on day -2: RAW is needed as of the start.
  CHECK(planned(facts) ==
        text({buy("RAW", 15, -1, 0, {{"SO-1", 15}}), make("SUB", 5, -2, 6, {{"SO-1", 5}}), make("TOP", 5, 6, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: a demand or a supply of the past counts as of the start") {
  Facts facts = one_item(LotForLot{});
  facts.demand = {{"old", "RAW", 9, day(-30)}};
  facts.supply = {{"overdue", "RAW", 4, day(-3), SupplyKind::purchase}};
  CHECK(planned(facts) == text({buy("RAW", 5, 0, 0, {{"old", 5}})}));
}

TEST_CASE("planning: lot for lot orders each day's shortage") {
  CHECK(planned(one_item(LotForLot{})) ==
        text({buy("RAW", 4, 0, 0, {{"D0", 4}}), buy("RAW", 4, 1, 1, {{"D1", 4}}), buy("RAW", 4, 2, 2, {{"D2", 4}}),
              buy("RAW", 4, 5, 5, {{"D5", 4}}), buy("RAW", 4, 9, 9, {{"D9", 4}})}));
}

TEST_CASE("planning: multiples are rounded up, and the surplus serves the next") {
  CHECK(planned(one_item(Multiple{5})) == text({buy("RAW", 5, 0, 0, {{"D0", 4}, {"D1", 1}}), buy("RAW", 5, 1, 1, {{"D1", 3}, {"D2", 2}}),
                                                buy("RAW", 5, 2, 2, {{"D2", 2}, {"D5", 3}}), buy("RAW", 5, 5, 5, {{"D5", 1}, {"D9", 4}})}));
}

TEST_CASE("planning: a minimum is at least so much, and more where more is missing; what is left over is pegged to nobody") {
  CHECK(planned(one_item(Minimum{7})) ==
        text({buy("RAW", 7, 0, 0, {{"D0", 4}, {"D1", 3}}), buy("RAW", 7, 1, 1, {{"D1", 1}, {"D2", 4}, {"D5", 2}}),
              buy("RAW", 7, 5, 5, {{"D5", 2}, {"D9", 4}})}));
  CHECK(planned(one_item(Minimum{3})) == planned(one_item(LotForLot{})));
}

TEST_CASE("planning: a period covers its own day and the days - 1 after it") {
  CHECK(planned(one_item(Period{1})) == planned(one_item(LotForLot{})));
  CHECK(planned(one_item(Period{5})) ==
        text({buy("RAW", 12, 0, 0, {{"D0", 4}, {"D1", 4}, {"D2", 4}}), buy("RAW", 8, 5, 5, {{"D5", 4}, {"D9", 4}})}));
  CHECK(planned(one_item(Period{6})) ==
        text({buy("RAW", 16, 0, 0, {{"D0", 4}, {"D1", 4}, {"D2", 4}, {"D5", 4}}), buy("RAW", 4, 9, 9, {{"D9", 4}})}));
}

TEST_CASE("planning: a period orders for its deepest day, not for its last one") {
  Facts facts = one_item(Period{10});
  facts.supply = {{"IN", "RAW", 6, day(3), SupplyKind::purchase}};
  // Short by 12 at the end of day 2; what comes on day 3 covers day 5 and half of day 9.
  CHECK(planned(facts) == text({buy("RAW", 14, 0, 0, {{"D0", 4}, {"D1", 4}, {"D2", 4}, {"D5", 2}})}));
  facts.supply[0].quantity = 20;
  CHECK(planned(facts) == text({buy("RAW", 12, 0, 0, {{"D0", 4}, {"D1", 4}, {"D2", 4}})}));
}

TEST_CASE("planning: a safety stock that is not there is ordered at the start, without any demand, for itself, on every level") {
  Facts facts = sub_assemblies();
  facts.demand.clear();
  facts.items[0].safety_stock = 3;
  facts.items[0].on_hand = 1;
  facts.items[2].safety_stock = 1;
  CHECK(planned(facts) == text({buy("RAW", 7, 0, 0, {{"safety_stock", 7}}), make("SUB", 2, 0, 0, {{"safety_stock", 2}}),
                                make("TOP", 2, 0, 0, {{"safety_stock", 2}})}));
}

TEST_CASE("planning: a safety stock that is there is not used up: who would take from it is the reason of the order") {
  Facts facts = one_item(LotForLot{});
  facts.items[0].on_hand = 10;
  facts.items[0].safety_stock = 5;
  facts.demand = {{"SO-1", "RAW", 8, day(3)}};
  CHECK(planned(facts) == text({buy("RAW", 3, 3, 3, {{"SO-1", 3}})}));
}

TEST_CASE("planning: more allocated than on hand is a shortage of the start") {
  Facts facts = one_item(LotForLot{});
  facts.items[0].on_hand = 2;
  facts.items[0].allocated = 6;
  facts.demand.clear();
  CHECK(planned(facts) == text({buy("RAW", 4, 0, 0, {{"safety_stock", 4}})}));
}

TEST_CASE("planning: a component that is shared over several levels is netted once, behind all that need it") {
  Facts facts = sub_assemblies();
  facts.items = {bought("RAW"), made("SUB"), made("TOP"), made("OTHER")};
  facts.items[0].on_hand = 10;
  facts.boms.push_back({"TOP", "RAW", 2, 0});
  facts.boms.push_back({"OTHER", "RAW", 1, 0});
  facts.demand.push_back({"SO-2", "OTHER", 4, day(3)});
  facts.demand.push_back({"SO-3", "RAW", 1, day(12)});
  // On day 3 stock gives 4 of 10 to SO-2; on day 10 SO-1 needs 5 × (3 + 2), and gets the 6 that are left.
  CHECK(planned(facts) ==
        text({make("OTHER", 4, 3, 3, {{"SO-2", 4}}), buy("RAW", 19, 10, 10, {{"SO-1", 19}}), make("SUB", 5, 10, 10, {{"SO-1", 5}}),
              make("TOP", 5, 10, 10, {{"SO-1", 5}}), buy("RAW", 1, 12, 12, {{"SO-3", 1}})}));
}

TEST_CASE("planning: an order for two demands needs its components for both, in proportion, and nothing for its surplus") {
  Facts facts = sub_assemblies();
  facts.items[1].lot = Multiple{10};
  facts.demand.push_back({"SO-2", "TOP", 2, day(10)});
  CHECK(planned(facts) == text({buy("RAW", 30, 10, 10, {{"SO-1", 15}, {"SO-2", 6}}), make("SUB", 10, 10, 10, {{"SO-1", 5}, {"SO-2", 2}}),
                                make("TOP", 7, 10, 10, {{"SO-1", 5}, {"SO-2", 2}})}));
}

TEST_CASE("planning: scrap is added and rounded up once for an order, exactly even where 64 bits would not hold the product") {
  Facts facts = sub_assemblies();
  facts.boms = {{"TOP", "RAW", 1, 100'000}};
  CHECK(planned(facts) == text({buy("RAW", 6, 10, 10, {{"SO-1", 6}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
  facts.demand[0].quantity = 999'999'999'999;
  facts.boms = {{"TOP", "RAW", 900'001, 1}};
  // 999,999,999,999 × 900,001 × 1.000001 = 900,001,900,000,099,998.0999999
  CHECK(planned(facts) == text({buy("RAW", 900'001'900'000'099'999, 10, 10, {{"SO-1", 900'001'900'000'099'999}}),
                                make("TOP", 999'999'999'999, 10, 10, {{"SO-1", 999'999'999'999}})}));
}

TEST_CASE("planning: what is bought needs no components, even where a BOM is known; a firm production of it does") {
  Facts facts = sub_assemblies();
  facts.items[1].make = false;
  CHECK(planned(facts) == text({buy("SUB", 5, 10, 10, {{"SO-1", 5}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
  facts.supply = {{"PO-1", "SUB", 5, day(10), SupplyKind::production_firm}};
  CHECK(planned(facts) == text({buy("RAW", 15, 10, 10, {{"SO-1", 15}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: a purchase of what is made is supply like any other") {
  Facts facts = sub_assemblies();
  facts.supply = {{"PUR-1", "SUB", 5, day(10), SupplyKind::purchase}};
  CHECK(planned(facts) == text({make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
  facts.supply[0].due = day(11);  // a day late is too late
  CHECK(planned(facts) == planned(sub_assemblies()));
}

TEST_CASE("planning: a cycle is refused by its path") {
  Facts facts = sub_assemblies();
  facts.boms.push_back({"RAW", "TOP", 1, 0});
  CHECK(refused(facts) == "bom-cycle boms: a cycle: TOP → SUB → RAW → TOP");
  facts.boms = {{"TOP", "TOP", 1, 0}};
  CHECK(refused(facts) == "bom-cycle boms: a cycle: TOP → TOP");
  facts.boms = {{"TOP", "SUB", 1, 0}, {"TOP", "SUB", 1, 0}, {"TOP", "RAW", 1, 0}, {"SUB", "RAW", 1, 0}};
  CHECK(net(facts).has_value());  // two ways to the same are none
}

TEST_CASE("planning: what can't be is refused by the name of its field") {
  const auto with = [](auto&& change) {
    Facts facts = sub_assemblies();
    facts.supply = {{"PUR-1", "RAW", 5, day(1), SupplyKind::purchase}};
    change(facts);
    return refused(facts);
  };
  CHECK(with([](Facts& f) { f.demand[0].sku = "TPO"; }) == "unknown-sku demand[0].sku: there is no item \"TPO\"");
  CHECK(with([](Facts& f) { f.supply[0].sku = "X"; }) == "unknown-sku supply[0].sku: there is no item \"X\"");
  CHECK(with([](Facts& f) { f.boms[1].component = "X"; }) == "unknown-sku boms[1].component: there is no item \"X\"");
  CHECK(with([](Facts& f) { f.boms[1].parent = "X"; }) == "unknown-sku boms[1].parent: there is no item \"X\"");
  CHECK(with([](Facts& f) { f.items[2].sku = "TOP"; }) == "duplicate-sku items[2].sku: \"TOP\" is there twice");
  CHECK(with([](Facts& f) { f.demand[0].quantity = -1; }) == "negative-quantity demand[0].quantity: -1 is negative");
  CHECK(with([](Facts& f) { f.supply[0].quantity = -1; }) == "negative-quantity supply[0].quantity: -1 is negative");
  CHECK(with([](Facts& f) { f.boms[0].quantity = -1; }) == "negative-quantity boms[0].quantity: -1 is negative");
  CHECK(with([](Facts& f) { f.boms[0].scrap_ppm = -1; }) == "negative-quantity boms[0].scrap_ppm: -1 is negative");
  CHECK(with([](Facts& f) { f.items[0].on_hand = -1; }) == "negative-quantity items[0].on_hand: -1 is negative");
  CHECK(with([](Facts& f) { f.items[0].allocated = -1; }) == "negative-quantity items[0].allocated: -1 is negative");
  CHECK(with([](Facts& f) { f.items[0].safety_stock = -1; }) == "negative-quantity items[0].safety_stock: -1 is negative");
  CHECK(with([](Facts& f) { f.items[0].lead_time_days = -1; }) == "negative-quantity items[0].lead_time_days: -1 is negative");
  CHECK(with([](Facts& f) { f.items[0].lot = Multiple{0}; }) == "too-small items[0].lot.quantity: 0 is less than 1");
  CHECK(with([](Facts& f) { f.items[0].lot = Minimum{-2}; }) == "negative-quantity items[0].lot.quantity: -2 is negative");
  CHECK(with([](Facts& f) { f.items[0].lot = Period{0}; }) == "too-small items[0].lot.days: 0 is less than 1");
  CHECK(with([](Facts& f) { f.demand[0].id = "safety_stock"; }).starts_with("reserved-id demand[0].id"));
}

TEST_CASE("planning: a quantity beyond all limits is refused by name, wherever it arises") {
  Facts facts = sub_assemblies();
  facts.demand[0].quantity = limits::quantity_max + 1;
  CHECK(refused(facts).starts_with("too-large demand[0].quantity"));
  facts.demand[0].quantity = limits::quantity_max;
  CHECK(refused(facts).starts_with("too-large RAW: "));  // 3 for each SUB
  facts.boms.clear();
  CHECK(net(facts).has_value());
  facts.demand.push_back({"SO-2", "TOP", 1, day(10)});
  CHECK(refused(facts).starts_with("too-large TOP: an order due on 2026-01-15"));
  facts.items[0].on_hand = facts.items[0].allocated = facts.items[0].safety_stock = limits::quantity_max;
  facts.demand.clear();
  CHECK(net(facts).has_value());
}

TEST_CASE("planning: a BOM whose ways double on each of 40 levels is planned without its pegs doubling too") {
  Facts facts{.start = start, .items = {}, .boms = {}, .demand = {{"SO-1", "L0", 1, day(1)}}, .supply = {}};
  for (int level = 0; level <= 40; ++level) {
    facts.items.push_back(made("L" + std::to_string(level)));
    if (level == 0) continue;
    for (int twice = 0; twice < 2; ++twice) facts.boms.push_back({"L" + std::to_string(level - 1), "L" + std::to_string(level), 1, 0});
  }
  const auto orders = net(facts);
  REQUIRE(orders);
  CHECK(orders->size() == 41);
  const Quantity most = Quantity{1} << 40;
  CHECK(std::ranges::count(*orders, make("L40", most, 1, 1, {{"SO-1", most}})) == 1);
}

}  // namespace layerline::planning::test
