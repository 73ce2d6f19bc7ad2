// Lists in other orders than that of time, and of a time alone.
#include <doctest/doctest.h>

#include <chrono>

#include "infra/store/json_tree.hpp"
#include "projections/buyers.hpp"
#include "projections/inventory.hpp"
#include "projections/orders.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/purchases.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Direction;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t new_year_ms = 1'767'225'600'000;   // 2026-01-01

testing::Journal opened() {
  testing::Journal journal;
  testing::open_workshop(journal);
  return journal;
}

// Since 1970: on which it was made.
std::int32_t day_of(const Document& document) {
  const std::string at(Json::parse(document.json)->text("created_at"));
  const auto part = [&](std::size_t from, std::size_t digits) { return std::stoi(at.substr(from, digits)); };
  const std::chrono::year_month_day date{std::chrono::year(part(0, 4)), std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

// The ids of all pages of one document each, in both directions; the second is to be the first one backwards.
template <class List>
std::string listed(const testing::Journal& journal, const List& list) {
  const Folded folded(journal);
  std::string ids[2];
  for (const Direction direction : {Direction::forwards, Direction::backwards}) {
    PageRequest request{.cursor = "", .limit = 1, .direction = direction};
    do {
      const auto page = list(folded.queries, request);
      REQUIRE(page);
      CHECK(page->items.size() <= 1);
      for (const Document& document : page->items) {
        const std::string id = std::string(Json::parse(document.json)->text("id")) + " ";
        if (direction == Direction::forwards) ids[0] += id;
        else ids[1] = id + ids[1];
      }
      request.cursor = page->cursor;
    } while (!request.cursor.empty());
  }
  CHECK(ids[0] == ids[1]);
  return ids[0];
}

// ---- production orders ----

void make(testing::Journal& journal, const std::string& id, std::int64_t priority, std::int64_t due_ms) {
  auto* created = journal.commit().on("production/" + id).mutable_production_order_created();
  created->set_production_order(id);
  created->set_number("PO-" + id);
  created->set_quantity(1);
  created->set_priority(priority);
  created->set_due_ms(due_ms);
}

std::string by(const testing::Journal& journal, std::string_view field, std::string_view status = "") {
  return listed(journal, [&](const Queries& queries, const PageRequest& request) {
    return production::list_by(queries, here, field, status, request);
  });
}

// ---- orders, one each ten hours ----

testing::Journal with_orders() {
  testing::Journal journal = opened();
  for (int n = 0; n < 8; ++n) {
    journal.pass(10 * 3'600'000);
    const std::string id = "o" + std::to_string(n);
    auto* placed = journal.commit().on("order/" + id).mutable_order_placed();
    placed->set_order(id);
    placed->set_number("SO-" + id);
    placed->set_source(n % 2 == 0 ? "csv" : "manual");
    placed->set_customer("customer-1");
    placed->set_currency("USD");
  }
  return journal;
}

std::string made(const testing::Journal& journal, const Period& period, const orders::Filter& filter = {}) {
  return listed(journal, [&](const Queries& queries, const PageRequest& request) {
    return orders::list(queries, here, filter, within(period, request));
  });
}

std::int32_t day_of(const testing::Journal& journal, const std::string& order) {
  const Folded folded(journal);
  const auto found = orders::find(folded.queries, here, order);
  return day_of(*found);
}

}  // namespace

TEST_CASE("projections: sorted: production orders stand by their day and by their urgency, where they are now") {
  testing::Journal journal = opened();
  make(journal, "a", 3, 0);
  make(journal, "b", 5, new_year_ms);
  make(journal, "c", 1, new_year_ms + day_ms);
  make(journal, "d", 3, new_year_ms);
  CHECK(by(journal, "due_date") == "b d c a ");
  CHECK(by(journal, "priority") == "c d a b ");
  auto* sooner = journal.commit().on("production/a").mutable_production_rescheduled();
  sooner->set_production_order("a");
  sooner->set_priority(2);
  sooner->set_due_ms(new_year_ms - day_ms);
  CHECK(by(journal, "due_date") == "a b d c ");
  CHECK(by(journal, "priority") == "c a d b ");
  journal.commit().on("production/d").mutable_production_cancelled()->set_production_order("d");
  CHECK(by(journal, "due_date") == "a b d c ");
  CHECK(by(journal, "due_date", "cancelled") == "d ");
  CHECK(by(journal, "priority", "queued") == "c a b ");
  CHECK(by(journal, "due_date", "waiting") == "a b c ");
  CHECK(by(journal, "created_at", "waiting") == "c b a ");
  auto* dispatched = journal.commit().on("job/1").mutable_print_dispatched();
  dispatched->set_job("1");
  dispatched->set_production_order("b");
  dispatched->set_printer("p1");
  CHECK(by(journal, "due_date", "waiting") == "a c ");
  CHECK(by(journal, "due_date", "printing") == "b ");
}

TEST_CASE("projections: sorted: in a list by another field only what was made on those days is kept") {
  testing::Journal journal = opened();
  make(journal, "a", 3, new_year_ms + day_ms);
  journal.pass(2 * day_ms);
  make(journal, "b", 3, new_year_ms);
  const Folded folded(journal);
  const std::int32_t day = day_of(*production::find(folded.queries, here, "b"));
  const auto kept = [&](const Period& period) {
    return production::list_by(folded.queries, here, "due_date", "", {}, made_within(period))->items.size();
  };
  CHECK(kept({}) == 2);
  CHECK(kept({.from = day, .to = day}) == 1);
  CHECK(kept({.from = 0, .to = day - 1}) == 1);
  CHECK(kept({.from = day + 1}) == 0);
}

TEST_CASE("projections: sorted: materials stand by what is available, also below zero, and by their ids in any case") {
  testing::Journal journal = opened();   // a million kilograms of PLA-black
  const auto receive = [&](const std::string& material, std::int64_t milligrams) {
    auto* received = journal.commit().on("material/" + material).mutable_stock_received();
    received->set_material(material);
    received->set_milligrams(milligrams);
  };
  const auto materials = [&](std::string_view field) {
    return listed(journal, [&](const Queries& queries, const PageRequest& request) {
      return inventory::list(queries, here, "", field, request);
    });
  };
  receive("abs-red", 700);
  receive("PETG", 60);
  CHECK(materials("available_mg") == "PETG abs-red PLA-black ");
  CHECK(materials("id") == "abs-red PETG PLA-black ");
  auto* reserved = journal.commit().on("material/abs-red").mutable_stock_reserved();
  reserved->set_material("abs-red");
  reserved->set_production_order("p");
  reserved->set_milligrams(900);
  CHECK(materials("available_mg") == "abs-red PETG PLA-black ");
}

TEST_CASE("projections: sorted: purchase orders stand by the day that they are due, which moves") {
  testing::Journal journal = opened();
  for (const char* id : {"1", "2", "3"}) {
    auto* drafted = journal.commit().on(std::string("purchase/") + id).mutable_purchase_drafted();
    drafted->set_purchase_order(id);
    drafted->set_number(std::string("PUR-") + id);
    drafted->set_origin("manual");
    drafted->set_due_ms(new_year_ms - (id[0] - '0') * day_ms);
  }
  const auto due = [&](std::string_view status) {
    return listed(journal, [&](const Queries& queries, const PageRequest& request) {
      return purchases::list(queries, here, status, "due_at", request);
    });
  };
  CHECK(due("") == "3 2 1 ");
  auto* placed = journal.commit().on("purchase/3").mutable_purchase_placed();
  placed->set_purchase_order("3");
  placed->set_supplier("s");
  placed->set_due_ms(new_year_ms + day_ms);
  CHECK(due("") == "2 1 3 ");
  CHECK(due("draft") == "2 1 ");
  CHECK(due("ordered") == "3 ");
}

TEST_CASE("projections: sorted: printers stand by their names, under which they are known last") {
  testing::Journal journal = opened();   // and one printer
  const auto add = [&](const std::string& id, const std::string& name) {
    auto* added = journal.commit().on("printer/" + id).mutable_printer_added();
    added->set_printer(id);
    added->set_name(name);
  };
  const auto printers_by_name = [&] {
    return listed(journal, [&](const Queries& queries, const PageRequest& request) {
      return printers::list(queries, here, "offline", "name", request);
    });
  };
  add("x", "left");
  add("y", "Left two");
  add("z", "~ spare");
  const std::string before = printers_by_name();
  CHECK(before.find("x y ") != std::string::npos);
  CHECK(before.ends_with("z "));
  auto* changed = journal.commit().on("printer/x").mutable_printer_changed();
  changed->set_printer("x");
  changed->set_name("~~ stored away");
  CHECK(printers_by_name().ends_with("z x "));
}

TEST_CASE("projections: sorted: customers stand by when they bought last, of all and of their kind") {
  testing::Journal journal = opened();
  int number = 0;
  const auto buy = [&](const std::string& who, const std::string& kind) {
    const std::string id = "o" + std::to_string(++number);
    auto* placed = journal.commit().on("order/" + id).mutable_order_placed();
    placed->set_order(id);
    placed->set_number("SO-" + id);
    placed->set_source("csv");
    placed->set_customer(who);
    placed->set_currency("USD");
    placed->mutable_buyer()->set_kind(kind);
  };
  const auto last = [&](std::string_view kind) {
    return listed(journal, [&](const Queries& queries, const PageRequest& request) {
      return buyers::list(queries, here, kind, "last_order", request);
    });
  };
  buy("ada", "person");
  buy("bob", "person");
  buy("cyd", "business");
  CHECK(last("") == "ada bob cyd ");
  buy("ada", "business");
  CHECK(last("") == "bob cyd ada ");
  CHECK(last("person") == "bob ");
  CHECK(last("business") == "cyd ada ");
}

TEST_CASE("projections: orders: of a period only what was made in it, from either end, page by page") {
  const testing::Journal journal = with_orders();
  const std::int32_t first = day_of(journal, "o0");
  const std::int32_t last = day_of(journal, "o7");
  REQUIRE(last - first == 3);
  std::string expected[4];
  for (int n = 7; n >= 0; --n) {
    const std::string id = "o" + std::to_string(n);
    expected[day_of(journal, id) - first] += id + " ";
  }
  const std::string all = expected[3] + expected[2] + expected[1] + expected[0];
  CHECK(made(journal, {}) == all);
  CHECK(made(journal, {.from = first, .to = last}) == all);
  CHECK(made(journal, {.from = last}) == expected[3]);
  CHECK(made(journal, {.from = 0, .to = first}) == expected[0]);
  CHECK(made(journal, {.from = first + 1, .to = first + 2}) == expected[2] + expected[1]);
  CHECK(made(journal, {.from = last + 1}) == "");
  CHECK(made(journal, {.from = 0, .to = first - 1}) == "");
  // Out of several lists at once.
  std::string of_csv;
  for (const char* id : {"o6", "o4", "o2", "o0"})
    if (day_of(journal, id) == first + 1 || day_of(journal, id) == first + 2) of_csv += std::string(id) + " ";
  CHECK(made(journal, {.from = first + 1, .to = first + 2}, {.customer = "customer-1", .source = "csv"}) == of_csv);
}

TEST_CASE("projections: orders: a cursor of another day does not lead out of the period") {
  const testing::Journal journal = with_orders();
  const Folded folded(journal);
  const std::int32_t second = day_of(journal, "o0") + 1;
  const auto first_page = orders::list(folded.queries, here, {}, {.cursor = "", .limit = 1});
  const auto page = orders::list(folded.queries, here, {}, within({.from = 0, .to = second}, {.cursor = first_page->cursor, .limit = 1}));
  REQUIRE(page->items.size() == 1);
  CHECK(day_of(page->items.front()) == second);
}
