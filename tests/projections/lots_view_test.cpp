#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/inventory.hpp"
#include "projections/lots.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/projector.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
const testing::Journey first{};

struct Folded : testing::Folded {
  using testing::Folded::Folded;
  [[nodiscard]] Json lot(const std::string& id) const {
    const auto found = lots::find(queries, here, id);
    REQUIRE(found);
    return *Json::parse(found->json);
  }
};

std::vector<Json> items(const std::expected<Page, QueryError>& page) {
  REQUIRE(page);
  std::vector<Json> out;
  for (const Document& document : page->items) out.push_back(*Json::parse(document.json));
  return out;
}

void fill(events::LotPart* part, const std::string& lot, const std::string& location, std::int64_t milligrams) {
  part->set_lot(lot);
  part->set_location(location);
  part->set_milligrams(milligrams);
}

void receive(testing::Journal& journal, const std::string& lot, std::int64_t milligrams) {
  auto* received = journal.commit().on("material/PLA-black").mutable_stock_received();
  received->set_material("PLA-black");
  received->set_milligrams(milligrams);
  received->set_lot(lot);
  received->set_location("shelf");
  received->set_tare_mg(230'000);
  received->set_supplier_lot("B4711");
}

void hold(testing::Journal& journal, const std::vector<std::pair<std::string, std::int64_t>>& lots, bool chosen) {
  auto* held = journal.commit().on("material/PLA-black").mutable_stock_held();
  held->set_material("PLA-black");
  held->set_production_order("production-00000001");
  held->set_chosen(chosen);
  for (const auto& [lot, milligrams] : lots) {
    held->add_lots()->set_lot(lot);
    held->mutable_lots()->rbegin()->set_milligrams(milligrams);
  }
}

// The order of the first journey, of whose print 30 g are of one spool and the rest of another.
testing::Journal printed_from_two_spools() {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  receive(journal, "S-1", 30'000);
  receive(journal, "S-2", 1'000'000);
  auto* consumed = journal.commit().on("material/PLA-black").mutable_stock_consumed();
  consumed->set_material("PLA-black");
  consumed->set_production_order("production-00000001");
  consumed->set_job("job-1");
  consumed->set_milligrams(45'300);
  fill(consumed->add_lots(), "S-1", "shelf", 30'000);
  fill(consumed->add_lots(), "S-2", "shelf", 15'300);
  return journal;
}

}  // namespace

TEST_CASE("projections: lots: a spool leads to the orders that used it, and an order to its spools") {
  const Folded folded(printed_from_two_spools());
  const Json spool = folded.lot("S-2");
  CHECK(spool.integer("on_hand_mg") == 984'700);
  CHECK(spool.integer("used_mg") == 15'300);
  CHECK(spool.text("supplier_lot") == "B4711");
  CHECK(folded.lot("S-1").text("status") == "empty");
  const auto uses = items(lots::uses_of_lot(folded.queries, here, "S-2", {}));
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].text("order_id") == "order-00000001");
  CHECK(uses[0].text("production_order_id") == "production-00000001");
  CHECK(uses[0].integer("used_mg") == 15'300);
  std::int64_t of_order = 0;
  for (const Json& use : items(lots::materials_of_order(folded.queries, here, "order-00000001", {}))) of_order += use.integer("used_mg");
  CHECK(of_order == 45'300);
}

TEST_CASE("projections: lots: a lot shows for whom it is held, and a production order the lots that are held for it") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  receive(journal, "S-1", 30'000);
  receive(journal, "S-2", 1'000'000);
  hold(journal, {{"S-1", 30'000}, {"S-2", 15'300}}, false);
  const Folded before(journal);
  CHECK(before.lot("S-1").integer("reserved_mg") == 30'000);
  CHECK(before.lot("S-1").integer("available_mg") == 0);
  CHECK(before.lot("S-2").integer("available_mg") == 984'700);
  CHECK(before.lot("S-2").find("reservations")->array()->front().text("production_order") == "production-00000001");

  hold(journal, {{"S-2", 45'300}}, true);
  const Folded after(journal);
  CHECK(after.lot("S-1").integer("available_mg") == 30'000);
  CHECK(after.lot("S-1").find("reservations")->array()->empty());
  CHECK(after.lot("S-2").integer("reserved_mg") == 45'300);
  CHECK(after.lot("S-2").find("reservations")->array()->front().flag("chosen"));
  const auto document = production::find(after.queries, here, "production-00000001");
  REQUIRE(document);
  const Json made = *Json::parse(document->json);
  REQUIRE(made.find("reserved_from")->array()->size() == 1);
  CHECK(made.find("reserved_from")->array()->front().text("lot") == "S-2");
  CHECK(made.flag("lots_chosen"));
  const auto stock = inventory::find(after.queries, here, "PLA-black");
  REQUIRE(stock);
  const Json line = Json::parse(stock->json)->find("reservations")->array()->front();
  CHECK(line.find("lots")->array()->front().integer("mg") == 45'300);
  CHECK(line.flag("chosen"));

  hold(journal, {}, false);
  const Folded none(journal);
  CHECK(none.lot("S-2").integer("available_mg") == 1'000'000);
}

TEST_CASE("projections: lots: a weighing gives back to the spool, or takes of one that the print had not used before") {
  testing::Journal journal = printed_from_two_spools();
  auto* lighter = journal.commit().on("material/PLA-black").mutable_stock_consumption_corrected();
  lighter->set_material("PLA-black");
  lighter->set_job("job-1");
  lighter->set_milligrams(40'000);
  fill(lighter->add_lots(), "S-2", "shelf", -5'300);
  auto* heavier = journal.commit().on("material/PLA-black").mutable_stock_consumption_corrected();
  heavier->set_material("PLA-black");
  heavier->set_job("job-1");
  heavier->set_milligrams(41'000);
  fill(heavier->add_lots(), "PLA-black.bulk", "main", 1'000);
  const Folded folded(journal);
  CHECK(folded.lot("S-2").integer("on_hand_mg") == 990'000);
  CHECK(items(lots::materials_of_order(folded.queries, here, "order-00000001", {})).size() == 3);
  CHECK(items(lots::uses_of_lot(folded.queries, here, "PLA-black.bulk", {}))[0].text("order_id") == "order-00000001");
}

TEST_CASE("projections: lots: events from before there were lots are of the material's own one, and trace as well") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  testing::print(journal, first);
  auto* corrected = journal.commit().on("material/PLA-black").mutable_stock_consumption_corrected();
  corrected->set_material("PLA-black");
  corrected->set_job("job-00000001");
  corrected->set_milligrams(46'000);
  const Folded folded(journal);
  CHECK(folded.lot("PLA-black.bulk").integer("on_hand_mg") == 1'000'000'000'000 - 46'000);
  const auto uses = items(lots::materials_of_order(folded.queries, here, "order-00000001", {}));
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].integer("used_mg") == 46'000);
}

TEST_CASE("projections: lots: what lies where is shown, and the list of a material by what is left") {
  testing::Journal journal = printed_from_two_spools();
  auto* moved = journal.commit().on("material/PLA-black").mutable_stock_moved();
  moved->set_material("PLA-black");
  moved->set_lot("S-2");
  moved->set_from("shelf");
  moved->set_to("main");
  moved->set_milligrams(984'700);
  journal.commit().on("location/shelf").mutable_location_opened()->set_location("shelf");
  const Folded folded(journal);
  const Json places = *folded.lot("S-2").find("places");
  REQUIRE(places.array()->size() == 1);
  CHECK(places.array()->front().text("location") == "main");
  CHECK(items(lots::list(folded.queries, here, "PLA-black", "", {})).size() == 3);
  CHECK(items(lots::list(folded.queries, here, "PLA-black", "empty", {}))[0].text("id") == "S-1");
  CHECK(items(lots::list(folded.queries, here, "", "in_stock", {})).size() == 2);
  const auto locations = items(lots::locations(folded.queries, here, {}));
  REQUIRE(locations.size() == 2);   // one is always there
  CHECK(locations[1].text("id") == "main");
  CHECK(locations[0].find("materials")->array()->empty());
  CHECK(locations[1].find("materials")->array()->front().integer("mg") == 1'000'000'000'000 + 984'700);
}

namespace {

// A production order that takes all of a spool of its own, or none.
void make(testing::Journal& journal, const std::string& id, const std::string& product, const std::string& spool) {
  auto* made = journal.commit().on("production/" + id).mutable_production_order_created();
  made->set_production_order(id);
  made->set_number("PO-" + id);
  made->set_product(product);
  made->set_quantity(2);
  if (spool.empty()) return;
  receive(journal, spool, 10'000);
  auto* consumed = journal.commit().on("material/PLA-black").mutable_stock_consumed();
  consumed->set_material("PLA-black");
  consumed->set_production_order(id);
  consumed->set_job("job-" + id);
  consumed->set_milligrams(10'000);
  fill(consumed->add_lots(), spool, "shelf", 10'000);
}

void finish(testing::Journal& journal, const std::string& id, const std::string& product) {
  auto* received = journal.commit().on("product/" + product).mutable_units_received();
  received->set_product(product);
  received->set_production_order(id);
  received->set_quantity(2);
}

// Of the batches that these production orders made, one of each; without any, as it was before events named batches.
void issue(testing::Journal& journal, const std::string& product, const std::string& holder, std::int64_t units,
           const std::vector<std::string>& batches = {}) {
  auto* issued = journal.commit().on("product/" + product).mutable_units_issued();
  issued->set_product(product);
  issued->set_holder(holder);
  issued->set_quantity(units);
  for (const std::string& made : batches) {
    auto* batch = issued->add_batches();
    batch->set_production_order(made);
    batch->set_units(1);
  }
}

// "S-1 S-2 ": the spools that an order was made of; of one moment, by name.
std::string spools(const Folded& folded, const std::string& order) {
  std::string out;
  for (const Json& use : items(lots::materials_of_order(folded.queries, here, order, {}))) out += std::string(use.text("lot")) + " ";
  return out;
}

}  // namespace

TEST_CASE("projections: lots: pieces from the stock lead back to their spools through all levels") {
  testing::Journal journal;
  testing::open_workshop(journal);
  make(journal, "wheel-1", "wheel", "S-1");
  make(journal, "wheel-2", "wheel", "S-2");
  finish(journal, "wheel-1", "wheel");
  finish(journal, "wheel-2", "wheel");
  make(journal, "car-1", "car", "");
  issue(journal, "wheel", "car-1", 2);
  finish(journal, "car-1", "car");
  issue(journal, "car", "order-7/1", 1);
  issue(journal, "wheel", "order-8/1", 1);
  const Folded folded(journal);
  const auto of_car = items(lots::materials_of_order(folded.queries, here, "order-7", {}));
  REQUIRE(of_car.size() == 1);
  CHECK(of_car[0].text("lot") == "S-1");
  CHECK(of_car[0].text("production_order_id") == "wheel-1");
  const auto of_wheel = items(lots::materials_of_order(folded.queries, here, "order-8", {}));
  REQUIRE(of_wheel.size() == 1);
  CHECK(of_wheel[0].text("lot") == "S-2");
  CHECK(of_wheel[0].integer("units_from_stock") == 1);
  std::string orders;
  for (const Json& use : items(lots::uses_of_lot(folded.queries, here, "S-1", {}))) orders += std::string(use.text("order_id")) + ";";
  CHECK(orders == "order-7;;");   // and what was made for the stock, first
}

TEST_CASE("projections: lots: an order was made of the spools of just the batches that its issue names, not of the oldest") {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (const char* number : {"1", "2", "3"}) {
    make(journal, std::string("wheel-") + number, "wheel", std::string("S-") + number);
    finish(journal, std::string("wheel-") + number, "wheel");
  }
  issue(journal, "wheel", "order-7/1", 2, {"wheel-2", "wheel-3"});
  auto* scrapped = journal.commit().on("product/wheel").mutable_units_scrapped();
  scrapped->set_product("wheel");
  scrapped->set_quantity(1);
  scrapped->set_production_order("wheel-1");
  scrapped->add_batches()->set_production_order("wheel-2");   // whatever failed: this is what is gone
  scrapped->mutable_batches(0)->set_units(1);
  auto* counted = journal.commit().on("product/wheel").mutable_units_adjusted();
  counted->set_product("wheel");
  counted->set_quantity(-1);
  counted->add_batches()->set_production_order("wheel-1");
  counted->mutable_batches(0)->set_units(1);
  issue(journal, "wheel", "order-8/1", 2);   // what is left
  const Folded folded(journal);
  CHECK(spools(folded, "order-7") == "S-2 S-3 ");
  CHECK(spools(folded, "order-8") == "S-1 S-3 ");
}

TEST_CASE("projections: lots: the slot of a printer shows what is left of its spool") {
  testing::Journal journal = printed_from_two_spools();
  const auto load = [&](std::int64_t slot, const std::string& lot, std::int64_t milligrams) {
    auto* loaded = journal.commit().on("printer/p1").mutable_printer_filament_loaded();
    loaded->set_printer("p1");
    loaded->set_slot(slot);
    loaded->set_material("PLA-black");
    loaded->set_milligrams(milligrams);
    loaded->set_lot(lot);
  };
  load(1, "S-2", 984'700);
  auto* adjusted = journal.commit().on("material/PLA-black").mutable_stock_adjusted();
  adjusted->set_material("PLA-black");
  adjusted->set_milligrams(-4'700);
  fill(adjusted->add_lots(), "S-2", "shelf", -4'700);
  const auto slots = [](const Folded& folded) {
    return *Json::parse(printers::find(folded.queries, here, "p1")->json)->find("slots")->array();
  };
  const Json before = slots(Folded(journal)).at(0);
  CHECK(before.text("lot") == "S-2");
  CHECK(before.integer("mg") == 980'000);
  load(2, "S-2", 980'000);   // a spool is in one slot at a time
  const Folded folded(journal);
  CHECK(slots(folded).at(0).text("lot").empty());
  CHECK(slots(folded).at(0).integer("mg") == 0);
  CHECK(slots(folded).at(1).integer("mg") == 980'000);
}

TEST_CASE("projections: production: work steps open one after another once the pieces are printed, and begin again with a reprint") {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* made = journal.commit().on("production/p").mutable_production_order_created();
  made->set_production_order("p");
  made->set_number("PO-1");
  made->set_quantity(1);
  for (const char* step : {"support_removal", "sanding"}) made->add_steps(step);
  const auto statuses = [&] {
    const Folded folded(journal);
    std::string out;
    for (const Json& step : *Json::parse(production::find(folded.queries, here, "p")->json)->find("steps")->array())
      out += std::string(step.text("status")) + " ";
    for (const char* status : {"waiting", "open", "done", "cancelled"})
      out += std::to_string(items(production::work_steps(folded.queries, here, status, {})).size());
    return out;
  };
  CHECK(statuses() == "waiting waiting 2000");
  journal.commit().on("production/p").mutable_production_completed()->set_production_order("p");
  CHECK(statuses() == "open waiting 1100");
  auto* done = journal.commit().on("production/p").mutable_production_step_done();
  done->set_production_order("p");
  done->set_step("support_removal");
  CHECK(statuses() == "done open 0110");
  auto* again = journal.commit().on("production/p").mutable_production_reprint_needed();
  again->set_production_order("p");
  again->set_quantity(1);
  CHECK(statuses() == "waiting waiting 2000");
  journal.commit().on("production/p").mutable_production_cancelled()->set_production_order("p");
  CHECK(statuses() == "cancelled cancelled 0002");
}

TEST_CASE("projections: inventory: a material is low under the safety stock of its rules as well") {
  testing::Journal journal;
  testing::open_workshop(journal);   // a million kilograms, an alert below 500 g
  const auto keep = [&](std::int64_t milligrams) {
    auto* rules = journal.commit().on("item/PLA-black").mutable_item_rules_set();
    rules->set_material("PLA-black");
    rules->set_safety_stock(milligrams);
  };
  const auto low = [&] {
    const testing::Folded folded(journal);
    return items(inventory::list(folded.queries, here, "low", "", {})).size();
  };
  CHECK(low() == 0);
  keep(1'000'000'000'001);
  CHECK(low() == 1);
  keep(1'000'000'000'000);
  CHECK(low() == 0);
}
