// A plan that follows the commits shows, byte for byte, what netting everything again shows: on the way that the server takes, from the
// commit through the view and the store to the answer.
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <random>

#include "domain/planning/facts.hpp"
#include "gateways/internal/limits.hpp"
#include "gateways/internal/plans.hpp"
#include "projections/planning.hpp"
#include "projections/projection.hpp"
#include "tests/gateways/random_facts.hpp"

using namespace layerline;
using namespace layerline::testing;
using internal::Plans;
using internal::ReadPlan;
namespace p = projections;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
const p::Scope here{.partition = 0, .workshop = "w1", .customer = ""};

// The view of planning in a store of its own, as a projector keeps it.
class PlanningView {
 public:
  PlanningView() { open(); }
  ~PlanningView() {
    close();
    std::filesystem::remove_all(folder_);
  }
  PlanningView(const PlanningView&) = delete;
  PlanningView& operator=(const PlanningView&) = delete;

  // What the journal has behind the view's position, in one batch.
  void fold(const Journal& journal) {
    const auto reading = journal.source().read(0, projection_->position(0), 100'000);
    store::Batch batch;
    REQUIRE(projection_->fold(reading->commits, 0, reading->after, batch));
    REQUIRE(store_->write(batch));
    REQUIRE(parked() == 0);
  }
  void restart() {
    close();
    open();
  }
  [[nodiscard]] const p::Queries& queries() const { return *queries_; }

 private:
  void open() {
    store_ = std::make_unique<store::Store>(store::Store::open(folder_).value());
    keyspaces_ = p::Keyspaces::load(*store_).value();
    projection_ = std::make_unique<p::Projection>(*store_, p::planning::view, keyspaces_.of("planning"));
    REQUIRE(projection_->load(1));
    queries_ = std::make_unique<p::Queries>(*store_, keyspaces_);
  }
  void close() {
    queries_.reset();
    projection_.reset();
    store_.reset();
  }
  std::size_t parked() {
    std::size_t count = 0;
    REQUIRE(store_->scan(p::parked_prefix(projection_->keyspace()), "", [&](auto, auto) { return ++count > 0; }));
    return count;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("layerline-plans-" + std::to_string(std::random_device{}()));
  std::unique_ptr<store::Store> store_;
  p::Keyspaces keyspaces_;
  std::unique_ptr<p::Projection> projection_;
  std::unique_ptr<p::Queries> queries_;
};

// All that can be asked, by an item and an order too.
std::string answers(Plans& plans, std::int64_t now_ms, const p::Scope& scope = here) {
  const auto now = static_cast<std::uint64_t>(now_ms);
  std::string out;
  const auto ask = [&](ReadPlan read) {
    const auto found = plans.read(scope, read);
    REQUIRE((found || found.error() == p::QueryError::not_found));
    out += found ? found->json + "\n" : "not found\n";
    return found ? found->json : std::string();
  };
  const std::string orders = ask({ReadPlan::What::orders, {}, 1, now});
  ask({ReadPlan::What::requirements, {}, 5, now});
  ask({ReadPlan::What::requirements, "SKU-p7", 2, now});
  ask({ReadPlan::What::order, "nothing", 1, now});
  const std::size_t id = orders.rfind("{\"id\":\"");
  if (id != std::string::npos) ask({ReadPlan::What::order, orders.substr(id + 7, orders.find('"', id + 7) - id - 7), 1, now});
  return out;
}

std::string netted_in_full(const p::Queries& queries, std::int64_t now_ms) {
  Plans fresh(queries);
  return answers(fresh, now_ms);
}

struct Seen {
  std::size_t followed = 0;   // questions answered with some items netted again, and not all
  std::size_t planned = 0;    // bytes of answers
};

// Commits are asked about one by one or several at a time; days begin, and now and then the server or the plan does.
void compare_history(std::uint64_t seed, int commits, Seen& seen) {
  CAPTURE(seed);
  test::Dice dice(seed * 31);
  RandomFacts facts(seed);
  PlanningView view;
  auto plans = std::make_unique<Plans>(view.queries());
  std::int64_t days = 0;
  for (int i = 0; i < commits; ++i) {
    CAPTURE(i);
    facts.step();
    view.fold(facts.journal());
    if (dice.chance(30)) continue;
    if (dice.chance(5)) days += dice.upto(9) - 2;
    if (dice.chance(2)) {
      plans.reset();
      view.restart();
      plans = std::make_unique<Plans>(view.queries());
    }
    const std::int64_t now = facts.now_ms() + days * day_ms;
    const std::string shown = answers(*plans, now);
    REQUIRE(shown == netted_in_full(view.queries(), now));
    const planning::KeptPlan* kept = plans->kept("w1");
    seen.followed += kept->plan().netted_again() < kept->items().size() ? 1 : 0;
    seen.planned += shown.size();
  }
  PlanningView rebuilt;
  rebuilt.fold(facts.journal());
  REQUIRE(answers(*plans, facts.now_ms()) == netted_in_full(rebuilt.queries(), facts.now_ms()));
}

std::string product_of(Journal& journal, const std::string& id) {
  auto* defined = journal.on("product/" + id).mutable_product_defined();
  defined->set_product(id);
  defined->set_sku("SKU-" + id);
  defined->mutable_entry()->set_kind("standard");
  return id;
}

void order_of(Journal& journal, const std::string& order, const std::string& product, std::int64_t due_ms = 0) {
  auto* placed = journal.on("order/" + order).mutable_order_placed();
  placed->set_order(order);
  placed->set_number("SO-" + order);
  placed->set_due_ms(due_ms);
  events::OrderLine* line = placed->add_lines();
  line->set_line("1");
  line->set_product(product);
  line->set_quantity(3);
}

constexpr std::int64_t some_time = 1'795'000'000'000;

}  // namespace

TEST_CASE("plans: after every commit, on every day, the plan that follows shows what netting everything shows") {
  Seen seen;
  const std::uint64_t seeds = 24;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) compare_history(seed, 120, seen);
  CHECK(seen.followed > seeds * 40);     // else it was always netted in full
  CHECK(seen.planned > seeds * 100'000);
}

TEST_CASE("plans: only what an event touches is netted again") {
  Journal journal;
  journal.commit();
  for (const char* id : {"a", "b", "c"}) order_of(journal, std::string("o-") + id, product_of(journal, id));
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  answers(plans, some_time);
  CHECK(plans.kept("w1")->plan().netted_again() == 3);
  journal.commit();
  order_of(journal, "o-new", "b");
  view.fold(journal);
  answers(plans, some_time);
  CHECK(plans.kept("w1")->plan().netted_again() == 1);
  answers(plans, some_time + day_ms);
  CHECK(plans.kept("w1")->plan().netted_again() == 3);
}

namespace {

// Two "late" go into a "top", and so many millionths of them are thrown away.
void bom_of_top(Journal& journal, std::int64_t scrap_ppm) {
  auto* bom = journal.on("product/top").mutable_product_bom_version_defined();
  bom->set_product("top");
  bom->set_version(1);
  events::BomLine* line = bom->add_lines();
  line->set_component("late");
  line->set_quantity(2);
  line->set_scrap_ppm(scrap_ppm);
  auto* activated = journal.on("product/top").mutable_product_bom_version_activated();
  activated->set_product("top");
  activated->set_version(1);
}

}  // namespace

TEST_CASE("plans: what is made for the shelf is planned up to its safety stock, without an order") {
  Journal journal;
  journal.commit();
  product_of(journal, "shelf");
  auto* rules = journal.on("item/shelf").mutable_item_rules_set();
  rules->set_product("shelf");
  rules->set_safety_stock(10);
  rules->set_lot_rule("lot_for_lot");
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  const std::string said = answers(plans, some_time);
  CHECK(said.find("\"SKU-shelf\",\"unit\":\"piece\",\"quantity\":10") != std::string::npos);
  CHECK(said.find("\"kind\":\"make\"") != std::string::npos);
  CHECK(said.find("safety_stock") != std::string::npos);
}

TEST_CASE("plans: what is thrown away of a component is planned as well, rounded up") {
  Journal journal;
  journal.commit();
  order_of(journal, "o-1", product_of(journal, "top"));
  product_of(journal, "late");
  bom_of_top(journal, 20'000);
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  CHECK(answers(plans, some_time).find("\"SKU-late\",\"unit\":\"piece\",\"quantity\":7") != std::string::npos);   // 6.12
}

TEST_CASE("plans: a component that comes into the catalogue later is planned from then on") {
  Journal journal;
  journal.commit();
  order_of(journal, "o-1", product_of(journal, "top"));
  bom_of_top(journal, 0);
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  CHECK(answers(plans, some_time).find("SKU-late") == std::string::npos);
  product_of(journal.commit(), "late");
  view.fold(journal);
  CHECK(answers(plans, some_time).find("\"SKU-late\",\"unit\":\"piece\",\"quantity\":6") != std::string::npos);
}

namespace {

// The start of a day, so many after the first of every journal, as events have it.
std::int64_t day(int days) { return some_time - some_time % day_ms + days * day_ms; }

// Whether the plan has an order of the item for that day.
bool planned_on(const std::string& said, const std::string& item, int days) {
  const planning::Day day_of_it{std::chrono::days(day(days) / day_ms)};
  return said.find("{\"id\":\"" + item + "@" + planning::day_text(day_of_it) + "\"") != std::string::npos;
}

// Three pieces for the stock, of a product that takes so many days to make and waits for its material.
void made_of_missing_material(Journal& journal, std::int64_t lead_time_days, std::int64_t due_ms) {
  auto* rules = journal.on("item/" + product_of(journal, "a")).mutable_item_rules_set();
  rules->set_product("a");
  rules->set_lead_time_days(lead_time_days);
  rules->set_lot_rule("lot_for_lot");
  auto* created = journal.on("production/w").mutable_production_order_created();
  created->set_production_order("w");
  created->set_number("PO-w");
  created->set_product("a");
  created->set_quantity(3);
  created->set_due_ms(due_ms);
  auto* short_of = journal.on("material/m").mutable_stock_shortage_noted();
  short_of->set_material("m");
  short_of->set_production_order("w");
  short_of->set_milligrams(5'000);
}

void reschedule(Journal& journal, std::int64_t due_ms) {
  auto* rescheduled = journal.on("production/w").mutable_production_rescheduled();
  rescheduled->set_production_order("w");
  rescheduled->set_priority(3);
  rescheduled->set_due_ms(due_ms);
}

// In which of the next five weeks the pieces for the stock come; -1: in none.
int week_of_receipt(Plans& plans) {
  const auto found = plans.read(here, {ReadPlan::What::requirements, "SKU-a", 5, static_cast<std::uint64_t>(some_time)});
  REQUIRE(found);
  auto requirements = store::Json::parse(found->json).value();
  int week = 0;
  for (const store::Json& shown : requirements["items"].items().at(0)["weeks"].items()) {
    if (shown.integer("scheduled_receipts") == 3) return week;
    ++week;
  }
  return -1;
}

}  // namespace

TEST_CASE("plans: an order that is due in three months is planned for then, and one without a day for when the workshop delivers") {
  Journal journal;
  journal.commit().on("workshop/w1").mutable_workshop_opened()->mutable_rules()->set_extra_delivery_days(7);
  order_of(journal, "o-later", product_of(journal, "later"), day(90));
  order_of(journal, "o-usual", product_of(journal, "usual"));
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  const std::string said = answers(plans, some_time);
  CHECK(planned_on(said, "later", 90));
  CHECK_FALSE(planned_on(said, "later", 7));
  CHECK(planned_on(said, "usual", 7));
}

TEST_CASE("plans: what a production order waits for is planned for its begin, and moves with its day") {
  Journal journal;
  made_of_missing_material(journal.commit(), 10, day(90));
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  CHECK(planned_on(answers(plans, some_time), "m", 80));
  const auto after = [&](std::int64_t due_ms) {
    reschedule(journal.commit(), due_ms);
    view.fold(journal);
    const std::string said = answers(plans, some_time);
    CHECK(said == netted_in_full(view.queries(), some_time));
    return said;
  };
  const std::string sooner = after(day(30));
  CHECK(planned_on(sooner, "m", 20));
  CHECK_FALSE(planned_on(sooner, "m", 80));
  CHECK(planned_on(after(0), "m", 0));
}

TEST_CASE("plans: what no longer waits is not planned again by another day") {
  Journal journal;
  made_of_missing_material(journal.commit(), 0, day(90));
  auto* over = journal.on("material/m").mutable_stock_shortage_noted();
  over->set_material("m");
  over->set_production_order("w");
  reschedule(journal.commit(), day(30));
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  CHECK(answers(plans, some_time).find("{\"id\":\"m@") == std::string::npos);
}

TEST_CASE("plans: what is made for the stock comes on its day, and on another when that moves") {
  Journal journal;
  made_of_missing_material(journal.commit(), 0, day(14));
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  CHECK(week_of_receipt(plans) == 2);
  reschedule(journal.commit(), day(21));
  view.fold(journal);
  CHECK(week_of_receipt(plans) == 3);
  reschedule(journal.commit(), 0);
  view.fold(journal);
  CHECK(week_of_receipt(plans) == 0);
}

TEST_CASE("plans: more than is followed between two questions is read again as a whole") {
  Journal journal;
  journal.commit();
  product_of(journal, "a");
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  answers(plans, some_time);
  for (int i = 0; i < 6'000; ++i) order_of(journal.commit(), "o-" + std::to_string(i), "a");
  view.fold(journal);
  CHECK(answers(plans, some_time) == netted_in_full(view.queries(), some_time));
}

TEST_CASE("plans: of many workshops, those that were asked about last are kept, and each shows its own") {
  Journal journal;
  for (std::size_t i = 0; i <= internal::limits::plans_kept; ++i) {
    journal.workshop("w" + std::to_string(i));
    journal.commit();
    order_of(journal, "o-" + std::to_string(i), product_of(journal, "a"));
  }
  PlanningView view;
  view.fold(journal);
  Plans plans(view.queries());
  for (std::size_t i = 0; i <= internal::limits::plans_kept; ++i) {
    const p::Scope scope{.partition = 0, .workshop = "w" + std::to_string(i), .customer = ""};
    CHECK(answers(plans, some_time, scope).find("SO-o-" + std::to_string(i) + "\"") != std::string::npos);
  }
  CHECK(plans.kept("w0") == nullptr);
  CHECK(plans.kept("w1") != nullptr);
  const p::Scope first{.partition = 0, .workshop = "w0", .customer = ""};
  CHECK(answers(plans, some_time, first).find("SO-o-0\"") != std::string::npos);
  CHECK(plans.kept("w1") == nullptr);
}
