// A plan that is changed fact by fact equals one that is made of all facts at once; tests/sim has the random histories.
#include <doctest/doctest.h>

#include "tests/planning/scene.hpp"

namespace layerline::planning::test {
namespace {

Plan of(const Facts& facts) {
  auto plan = Plan::of(facts);
  REQUIRE(plan);
  return std::move(*plan);
}
Plan after(const Plan& plan, std::vector<Change> changes) {
  auto next = plan.after(changes);
  if (!next) FAIL(next.error().detail);
  return std::move(*next);
}
std::string refused(const Plan& plan, std::vector<Change> changes) {
  const auto next = plan.after(changes);
  return next ? "not refused" : next.error().type;
}
const std::string all_planned =
    text({buy("RAW", 15, 10, 10, {{"SO-1", 15}}), make("SUB", 5, 10, 10, {{"SO-1", 5}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})});

}  // namespace

TEST_CASE("planning: firming a planned order, releasing and receiving it never plans it again") {
  const Plan planned = of(sub_assemblies());
  const Plan firmed = after(planned, {SupplyAdded{{"PO-1", "TOP", 5, day(10), SupplyKind::production_firm}}});
  CHECK(text(firmed.orders()) == text({buy("RAW", 15, 10, 10, {{"SO-1", 15}}), make("SUB", 5, 10, 10, {{"SO-1", 5}})}));
  const Plan supplied = after(firmed, {StockSet{"SUB", 5, 0}});
  CHECK(supplied.orders().empty());
  const Plan released = after(supplied, {SupplyGone{"TOP", "PO-1"},
                                         SupplyAdded{{"PO-1", "TOP", 5, day(10), SupplyKind::production_released}}, StockSet{"SUB", 5, 5}});
  CHECK(released.orders().empty());
  const Plan received = after(released, {SupplyGone{"TOP", "PO-1"}, StockSet{"SUB", 0, 0}, StockSet{"TOP", 5, 0}});
  CHECK(received.orders().empty());
  const Plan shipped = after(received, {DemandCancelled{"TOP", "SO-1"}, StockSet{"TOP", 0, 0}});
  CHECK(shipped.orders().empty());
}

TEST_CASE("planning: a cancelled order takes all that was planned for it away") {
  CHECK(after(of(sub_assemblies()), {DemandCancelled{"TOP", "SO-1"}}).orders().empty());
}

TEST_CASE("planning: a rescheduled order takes what was planned for it along") {
  const Plan later = after(of(sub_assemblies()), {DemandCancelled{"TOP", "SO-1"}, DemandAdded{{"SO-1", "TOP", 5, day(20)}}});
  CHECK(text(later.orders()) ==
        text({buy("RAW", 15, 20, 20, {{"SO-1", 15}}), make("SUB", 5, 20, 20, {{"SO-1", 5}}), make("TOP", 5, 20, 20, {{"SO-1", 5}})}));
}

TEST_CASE("planning: an event nets again only what it touches") {
  Facts facts = sub_assemblies();
  facts.items.push_back(made("OTHER"));
  facts.boms.push_back({"OTHER", "RAW", 1, 0});
  const Plan plan = of(facts);
  CHECK(plan.netted_again() == 4);
  CHECK(after(plan, {StockSet{"RAW", 1, 0}}).netted_again() == 1);
  CHECK(after(plan, {DemandAdded{{"SO-2", "OTHER", 1, day(3)}}}).netted_again() == 2);
  CHECK(after(plan, {StockSet{"TOP", 1, 0}}).netted_again() == 3);
  // What is in stock already changes nothing below.
  const Plan stocked = after(plan, {StockSet{"SUB", 100, 0}});
  CHECK(after(stocked, {DemandAdded{{"SO-2", "TOP", 1, day(3)}}}).netted_again() == 2);
}

TEST_CASE("planning: a changed BOM is told to what it needs now and to what it needed") {
  const Plan plan = of(sub_assemblies());
  const Plan without = after(plan, {BomSet{"SUB", {}}});
  CHECK(text(without.orders()) == text({make("SUB", 5, 10, 10, {{"SO-1", 5}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
  CHECK(text(after(without, {BomSet{"SUB", {{"SUB", "RAW", 3, 0}}}}).orders()) == all_planned);
  // RAW comes to stand above SUB: the levels change.
  const Plan turned =
      after(plan, {BomSet{"SUB", {}}, BomSet{"TOP", {{"TOP", "RAW", 1, 0}}}, BomSet{"RAW", {{"RAW", "SUB", 2, 0}}}, ItemSet{made("RAW")}});
  CHECK(text(turned.orders()) ==
        text({make("RAW", 5, 10, 10, {{"SO-1", 5}}), make("SUB", 10, 10, 10, {{"SO-1", 10}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: what is bought from now on needs no components, though its orders are the same") {
  const Plan plan = after(of(sub_assemblies()), {ItemSet{bought("SUB")}});
  CHECK(text(plan.orders()) == text({buy("SUB", 5, 10, 10, {{"SO-1", 5}}), make("TOP", 5, 10, 10, {{"SO-1", 5}})}));
}

TEST_CASE("planning: the day that begins makes late what was not begun") {
  Facts facts = sub_assemblies();
  facts.items[0].lead_time_days = 3;
  const Plan plan = after(of(facts), {StartMoved{day(8)}});
  CHECK(plan.orders_of("TOP").front().late);
  CHECK(plan.orders_of("SUB").front().due == day(8));
}

TEST_CASE("planning: a refused change leaves the plan as it was") {
  const Plan plan = of(sub_assemblies());
  CHECK(refused(plan, {DemandCancelled{"TOP", "SO-1"}, DemandAdded{{"SO-2", "TPO", 1, day(1)}}}) == "unknown-sku");
  CHECK(refused(plan, {DemandCancelled{"TOP", "SO-2"}}) == "unknown-demand");
  CHECK(refused(plan, {SupplyGone{"TOP", "PO-2"}}) == "unknown-supply");
  CHECK(refused(plan, {BomSet{"RAW", {{"RAW", "TOP", 1, 0}}}}) == "bom-cycle");
  CHECK(refused(plan, {BomSet{"RAW", {{"TOP", "RAW", 1, 0}}}}) == "wrong-parent");
  CHECK(refused(plan, {StockSet{"RAW", -1, 0}}) == "negative-quantity");
  CHECK(refused(plan, {StockSet{"X", 1, 0}}) == "unknown-sku");
  CHECK(refused(plan, {ItemSet{made("NEW")}, ItemSet{made("NEW")}}) == "not refused");
  CHECK(text(plan.orders()) == all_planned);
}

}  // namespace layerline::planning::test
