// What bought parts cost the orders and the products that they went into, beside what was planned of them.
#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/analytics.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
const std::string order = "order-00000001";

void define(testing::Journal& journal, const std::string& product, const std::string& kind, std::int64_t purchase_cost = 0) {
  auto* event = journal.commit().on("product/" + product).mutable_product_defined();
  event->set_product(product);
  event->set_sku("SKU-" + product);
  event->mutable_entry()->set_kind(kind);
  event->mutable_entry()->set_name(product);
  event->mutable_entry()->set_purchase_cost(purchase_cost);
}

// So many of the component go into one of the product, and so many millionths of them are thrown away.
void put_together(testing::Journal& journal, const std::string& product, const std::string& component, std::int64_t scrap_ppm = 0) {
  auto* event = journal.commit().on("product/" + product).mutable_product_bom_version_defined();
  event->set_product(product);
  event->set_version(1);
  auto* line = event->add_lines();
  line->set_component(component);
  line->set_quantity(3);
  line->set_scrap_ppm(scrap_ppm);
  auto* activated = journal.on("product/" + product).mutable_product_bom_version_activated();
  activated->set_product(product);
  activated->set_version(1);
}

void make(testing::Journal& journal, const std::string& product, std::int64_t quantity, const std::string& for_order = order) {
  auto* event = journal.commit().on("production/po-1").mutable_production_order_created();
  event->set_production_order("po-1");
  event->set_number("PO-2026-009");
  event->set_order(for_order);
  event->set_product(product);
  event->set_quantity(quantity);
  event->set_bom_version(1);
}

void costs_now(testing::Journal& journal, const std::string& product, std::int64_t unit_cost) {
  auto* event = journal.commit().on("product/" + product).mutable_product_cost_rolled();
  event->set_product(product);
  event->set_unit_cost(unit_cost);
}

// From the supplier onto the shelf, and from there to the holder.
void use(testing::Journal& journal, const std::string& product, const std::string& holder, std::int64_t quantity) {
  auto* received = journal.commit().on("product/" + product).mutable_units_received();
  received->set_product(product);
  received->set_quantity(quantity);
  auto* allocated = journal.commit().on("product/" + product).mutable_units_allocated();
  allocated->set_product(product);
  allocated->set_holder(holder);
  allocated->set_quantity(quantity);
  auto* issued = journal.commit().on("product/" + product).mutable_units_issued();
  issued->set_product(product);
  issued->set_holder(holder);
  issued->set_quantity(quantity);
}

// A paid order, and a lamp that three screws of 30 go into.
testing::Journal lamps(std::int64_t scrap_ppm = 0) {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, {});
  testing::accept_and_pay(journal, {});
  define(journal, "screw", "material", 30);
  define(journal, "lamp", "standard");
  put_together(journal, "lamp", "screw", scrap_ppm);
  return journal;
}

Json only(const std::expected<Page, QueryError>& page) {
  REQUIRE(page);
  REQUIRE(page->items.size() == 1);
  return *Json::parse(page->items.front().json);
}
Json order_cost(const Folded& folded) { return only(analytics::orders(folded.queries, here, {}, {"", 10})); }
Json product_cost(const Folded& folded) { return only(analytics::products(folded.queries, here, {"", 10})); }

std::int64_t parts(const Json& costs, std::string_view of) { return costs.find(of)->find("parts_cost")->integer("amount"); }
std::int64_t cost(const Json& costs, std::string_view of) { return costs.find(of)->find("cost")->integer("amount"); }

}  // namespace

TEST_CASE("projections: analytics: bought parts are estimated when production begins, and cost what they do when they are used") {
  testing::Journal journal = lamps();
  make(journal, "lamp", 4);
  costs_now(journal, "screw", 40);
  use(journal, "screw", "po-1", 12);
  const Folded folded(journal);
  for (const Json& costs : {order_cost(folded), product_cost(folded)}) {
    CHECK(parts(costs, "estimated") == 360);
    CHECK(parts(costs, "actual") == 480);
    CHECK(cost(costs, "estimated") == 360);
    CHECK(cost(costs, "actual") == 480);
    CHECK(costs.find("variance")->find("parts_cost")->str() == "1.333");
    CHECK(costs.find("variance")->find("mass")->is_null());
  }
  CHECK(product_cost(folded).text("product_id") == "lamp");
}

TEST_CASE("projections: analytics: what pieces that are made again take of bought parts was not estimated, what is thrown away was") {
  testing::Journal journal = lamps(500'000);
  make(journal, "lamp", 2);
  use(journal, "screw", "po-1", 4);
  use(journal, "screw", "po-1", 5);   // nine of them were planned
  use(journal, "screw", "po-1", 5);
  const Folded folded(journal);
  CHECK(parts(order_cost(folded), "estimated") == 9 * 30);
  CHECK(parts(order_cost(folded), "actual") == 14 * 30);
}

TEST_CASE("projections: analytics: parts add up with the prints of an order, which it is listed by as well") {
  testing::Journal journal = lamps();
  journal.commit().on("workshop/w1").mutable_workshop_configured()->mutable_rules()->set_machine_price_per_hour(25'000);
  testing::print(journal, {});
  make(journal, "lamp", 1);
  journal.pass(86'400'000);
  use(journal, "screw", "po-1", 3);
  const Folded folded(journal);
  const Json costs = order_cost(folded);
  CHECK(costs.integer("prints") == 1);
  CHECK(parts(costs, "actual") == 90);
  const Json print = only(analytics::jobs(folded.queries, here, {order, ""}, {}, {"", 10}));
  CHECK(cost(print, "actual") > 0);
  CHECK(cost(costs, "actual") == cost(print, "actual") + 90);
  CHECK(costs.text("last_print_ended_at") < costs.text("last_booked_at"));
  const auto next_day = static_cast<std::int32_t>(std::chrono::sys_days(std::chrono::year(2026) / 11 / 19).time_since_epoch().count());
  CHECK(only(analytics::orders(folded.queries, here, {next_day, next_day}, {"", 10})).text("order_id") == order);
}

TEST_CASE("projections: analytics: what is bought and sent as it is costs its order, and no product that is made") {
  testing::Journal journal = lamps();
  use(journal, "screw", order + "/1", 2);
  const Folded folded(journal);
  CHECK(parts(order_cost(folded), "estimated") == 60);
  CHECK(parts(order_cost(folded), "actual") == 60);
  CHECK(order_cost(folded).find("last_print_ended_at")->is_null());
  CHECK(analytics::products(folded.queries, here, {"", 10})->items.empty());
}

TEST_CASE("projections: analytics: parts that are made here cost their prints, and for the stock no order has a cost") {
  testing::Journal journal = lamps();
  define(journal, "box", "standard", 1'000);
  put_together(journal, "box", "lamp");
  make(journal, "box", 1, "");
  use(journal, "lamp", "po-1", 3);
  const Folded made(journal);
  CHECK(analytics::products(made.queries, here, {"", 10})->items.empty());
  CHECK(analytics::orders(made.queries, here, {}, {"", 10})->items.empty());
  use(journal, "screw", "po-1", 1);   // nobody planned it
  const Folded bought(journal);
  CHECK(parts(product_cost(bought), "estimated") == 0);
  CHECK(parts(product_cost(bought), "actual") == 30);
  CHECK(analytics::orders(bought.queries, here, {}, {"", 10})->items.empty());
}
