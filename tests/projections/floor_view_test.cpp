// The workshop's floor: what its printers are like, and what comes after printing.
#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/planning.hpp"
#include "projections/printers.hpp"
#include "projections/projector.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

Json parsed(const std::expected<Document, QueryError>& found) {
  REQUIRE(found);
  return *Json::parse(found->json);
}

std::string member(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found == nullptr ? "nothing" : found->str();
}

}  // namespace

TEST_CASE("projections: printers: a new name, volume and price are shown, and what it is loaded with stays") {
  testing::Journal journal;
  testing::open_workshop(journal);
  const auto change = [&](std::int64_t price_per_hour, const std::string& currency) {
    auto* changed = journal.commit().on("printer/p1").mutable_printer_changed();
    changed->set_printer("p1");
    changed->set_name("left");
    changed->set_bed_x_um(180'000);
    changed->set_bed_y_um(180'000);
    changed->set_bed_z_um(90'500);
    changed->set_price_per_hour(price_per_hour);
    changed->set_currency(currency);
    const Folded folded(journal);
    return parsed(printers::find(folded.queries, here, "p1"));
  };
  const Json priced = change(0, "USD");
  CHECK(priced.text("name") == "left");
  CHECK(member(priced, "bed_mm") == R"({"x":180,"y":180,"z":90.5})");
  CHECK(member(priced, "price_per_hour") == R"({"amount":0,"currency":"USD"})");
  CHECK(member(priced, "slots") == R"([{"slot":1,"material":"PLA-black","lot":null,"grams":1000,"mg":1000000}])");
  CHECK(priced.text("model") == "A1");
  CHECK(member(change(0, ""), "price_per_hour") == "null");
}

TEST_CASE("projections: printers: a connection is open while the printer can not be reached, and says since when and what it failed by") {
  testing::Journal journal;
  testing::open_workshop(journal);
  const auto connection = [&] {
    const Folded folded(journal);
    const Json json = parsed(printers::find(folded.queries, here, "p1"));
    const Json& shown = *json.find("connection");
    return std::string(shown.text("state")) + " " + std::to_string(shown.integer("failures")) + " " + member(shown, "last_failure");
  };
  const auto say = [&](const std::string& status) {
    auto* changed = journal.commit().on("printer/p1").mutable_printer_status_changed();
    changed->set_printer("p1");
    changed->set_status(status);
  };
  const auto times = [&] {
    const Folded folded(journal);
    const Json json = parsed(printers::find(folded.queries, here, "p1"));
    return std::pair(std::string(json.find("connection")->text("since")), std::string(json.find("connection")->text("last_failure_at")));
  };
  say("idle");
  CHECK(connection() == "closed 0 null");
  const auto reached = times();
  say("busy");
  CHECK(times() == reached);
  say("stale");
  CHECK(connection() == "half_open 1 \"stale\"");
  say("offline");
  CHECK(connection() == "open 2 \"offline\"");
  const auto lost = times();
  CHECK(lost.first > reached.first);
  CHECK(lost.first == lost.second);
  say("auth_failed");
  CHECK(connection() == "open 3 \"auth_failed\"");
  CHECK(times().first == lost.first);
  CHECK(times().second > lost.second);
  say("idle");
  CHECK(connection() == "closed 0 \"auth_failed\"");
  auto* added = journal.commit().on("printer/new").mutable_printer_added();
  added->set_printer("new");
  const Folded folded(journal);
  CHECK(member(*parsed(printers::find(folded.queries, here, "new")).find("connection"), "last_failure") == "null");
  CHECK(parsed(printers::find(folded.queries, here, "new")).find("connection")->text("state") == "open");
}

TEST_CASE("projections: planning: what comes after the last print is as the rules say, and a workshop from before counts no work") {
  testing::Journal journal;
  testing::open_workshop(journal);
  const auto asked = [&] {
    const Folded folded(journal);
    return *planning::after_printing(folded.queries, here);
  };
  CHECK(asked().ms_of_steps.empty());
  auto* rules = journal.commit().on("workshop/w1").mutable_workshop_configured()->mutable_rules();
  rules->set_extra_delivery_days(3);
  auto* work = rules->add_work_steps();
  work->set_step("sanding");
  work->set_ms_per_piece(900'000);
  CHECK(asked().delivery_days == 3);
  CHECK(asked().ms_of_steps.at("sanding") == 900'000);
}
