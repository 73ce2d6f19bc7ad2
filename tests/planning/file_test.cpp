#include <doctest/doctest.h>

#include "infra/app/planning_file.hpp"
#include "tests/planning/scene.hpp"

namespace layerline::planning::test {
namespace {

std::string wrong(std::string_view json) {
  const auto facts = app::read_planning(json);
  return facts ? "nothing" : facts.error();
}

TEST_CASE("planning file: all that the format knows is read") {
  const auto facts = app::read_planning(R"({"start": "2026-01-05",
    "items": [{"sku": "TOP", "on_hand": 7, "allocated": 2, "safety_stock": 1, "lead_time_days": 3,
               "lot": {"rule": "period", "days": 9}, "make": true},
              {"sku": "RAW", "on_hand": 0, "allocated": 0, "safety_stock": 0, "lead_time_days": 0,
               "lot": {"rule": "multiple", "quantity": 5}, "make": false}],
    "boms": [{"parent": "TOP", "component": "RAW", "quantity": 4, "scrap_ppm": 20000}],
    "demand": [{"id": "SO-1", "sku": "TOP", "quantity": 6, "due": "2026-01-15"}],
    "supply": [{"id": "P", "sku": "RAW", "quantity": 8, "due": "2026-01-06", "kind": "production_released"}]})");
  REQUIRE(facts);
  CHECK(facts->start == start);
  CHECK(facts->items == std::vector<Item>{{"TOP", 7, 2, 1, 3, Period{9}, true}, {"RAW", 0, 0, 0, 0, Multiple{5}, false}});
  CHECK(facts->boms == std::vector<BomLine>{{"TOP", "RAW", 4, 20'000}});
  CHECK(facts->demand == std::vector<Demand>{{"SO-1", "TOP", 6, day(10)}});
  CHECK(facts->supply == std::vector<Supply>{{"P", "RAW", 8, day(1), SupplyKind::production_released}});
}

TEST_CASE("planning file: what has an obvious value may be left out, what has none may not") {
  const auto facts = app::read_planning(R"({"start": "2026-01-05", "items": [{"sku": "A", "make": true}]})");
  REQUIRE(facts);
  CHECK(facts->items == std::vector<Item>{made("A")});
  CHECK(wrong(R"({"items": []})").starts_with("start: is missing"));
  CHECK(wrong(R"({"start": "2026-01-05", "items": [{"sku": "A"}]})") == "items[0].make: is missing");
  CHECK(wrong(R"({"start": "2026-01-05", "demand": [{"id": "D", "sku": "A", "due": "2026-01-05"}]})") == "demand[0].quantity: is missing");
}

TEST_CASE("planning file: what is wrong is named") {
  CHECK(wrong("") == "is empty");
  CHECK(wrong("{").starts_with("not valid JSON"));
  CHECK(wrong("[]") == "the file: must be an object");
  const auto with = [](std::string_view rest) { return wrong(R"({"start": "2026-01-05", )" + std::string(rest) + "}"); };
  CHECK(with(R"("item": [])") == "item: is not known");
  CHECK(with(R"("items": [], "items": [])") == "items: is there twice");
  CHECK(with(R"("items": {})") == "items: must be a list");
  CHECK(with(R"("items": [7])") == "items[0]: must be an object");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "colour": 1}])") == "items[0].colour: is not known");
  CHECK(with(R"("items": [{"sku": 5, "make": true}])") == "items[0].sku: must be a text");
  CHECK(with(R"("items": [{"sku": "A", "make": 1}])") == "items[0].make: must be true or false");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "on_hand": 1.5}])") == "items[0].on_hand: must be a whole number");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "on_hand": null}])") == "items[0].on_hand: must be a whole number");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "on_hand": 9223372036854775808}])") == "items[0].on_hand: is too large a number");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "lead_time_days": 4294967296}])") == "items[0].lead_time_days: is too large a number");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "lot": {"rule": "weekly"}}])") ==
        "items[0].lot.rule: \"weekly\" is none of lot_for_lot, multiple, minimum, period");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "lot": {"rule": "period", "quantity": 3}}])") == "items[0].lot.days: is missing");
  CHECK(with(R"("items": [{"sku": "A", "make": true, "lot": {"rule": "multiple"}}])") == "items[0].lot.quantity: is missing");
  CHECK(with(R"("supply": [{"id": "S", "sku": "A", "quantity": 1, "due": "2026-01-05", "kind": "gift"}])") ==
        "supply[0].kind: \"gift\" is none of purchase, production_firm, production_released");
}

TEST_CASE("planning file: a day is one of the calendar") {
  for (const std::string_view due : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "26-01-05", "2026-1-5", "2026-01-05T00:00",
                                     "0999-01-01", "2026/01/05", "+026-01-05", "2026-01-0x", ""}) {
    CAPTURE(due);
    CHECK_FALSE(parse_day(due));
  }
  CHECK(parse_day("2028-02-29") == Day(std::chrono::year{2028} / 2 / 29));
  CHECK(day_text(*parse_day("2028-02-29")) == "2028-02-29");
  CHECK(wrong(R"({"start": "2026-02-30"})") == "start: \"2026-02-30\" is not a day like 2026-01-05");
}

TEST_CASE("planning file: planned orders are written as they are described") {
  CHECK(app::planned_json({}) == "{\"planned\":[]}\n");
  CHECK(app::planned_json({make("TOP", 5, -2, 10, {{"SO-1", 3}, {"safety_stock", 2}}), buy("RAW", 1, 1, 1, {})}) ==
        R"({"planned":[{"sku":"TOP","kind":"make","quantity":5,"release":"2026-01-03","due":"2026-01-15","late":true,)"
        R"("pegs":[{"demand":"SO-1","quantity":3},{"demand":"safety_stock","quantity":2}]},)"
        R"({"sku":"RAW","kind":"buy","quantity":1,"release":"2026-01-06","due":"2026-01-06","late":false,"pegs":[]}]})"
        "\n");
}

}  // namespace
}  // namespace layerline::planning::test
