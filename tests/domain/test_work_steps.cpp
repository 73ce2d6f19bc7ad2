#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

quotes::Options finished(const std::string& finish) {
  quotes::Options options = black_pieces();
  options.finish = finish;
  return options;
}

// An order of one piece in this finish, printed.
OrderId printed(Scenario& s, const std::string& finish) {
  s.stock(1'000'000);
  const OrderId order = s.paid(finished(finish));
  s.given(production::CompleteProduction{s.production_of(order).id});
  return order;
}

}  // namespace

TEST_CASE("work steps: a finish that was sold is done before the order is checked") {
  Scenario s;
  const OrderId order = printed(s, "painted");
  const ProductionOrderId production = s.production_of(order).id;
  for (const char* step : {"support_removal", "sanding", "painting"}) {
    s.when(orders::StartQualityCheck{order}).rejected("work-steps-open");
    s.when(production::FinishWorkStep{production, step}).then({"production.step_done"});
    s.when(production::FinishWorkStep{production, step}).nothing_happened();
  }
  s.when(orders::StartQualityCheck{order}).then({"order.quality_check_started"});
}

TEST_CASE("work steps: pieces as they leave the printer need none") {
  Scenario s;
  const OrderId order = printed(s, "standard");
  CHECK(s.production_of(order).steps.empty());
  s.when(orders::StartQualityCheck{order}).then({"order.quality_check_started"});
}

TEST_CASE("work steps: they are done in their order, when the pieces are printed") {
  Scenario s;
  s.stock(1'000'000);
  const ProductionOrderId production = s.production_of(s.paid(finished("sanded"))).id;
  s.when(production::FinishWorkStep{production, "support_removal"}).rejected("production-not-printed");
  s.given(production::CompleteProduction{production});
  s.when(production::FinishWorkStep{production, "sanding"}).rejected("earlier-step-open");
  s.when(production::FinishWorkStep{production, "painting"}).rejected("not-found");
  s.when(production::FinishWorkStep{ProductionOrderId("none"), "sanding"}).rejected("not-found");
  s.given(production::FinishWorkStep{production, "support_removal"}).given(production::FinishWorkStep{production, "sanding"});
}

TEST_CASE("work steps: a finish that the workshop has named itself is a step of that name") {
  Scenario s;
  Rules rules;
  rules.finishes.push_back({"vapour_smoothed", 1'200});
  s.given(settings::Configure{rules});
  const OrderId order = printed(s, "vapour_smoothed");
  s.given(production::FinishWorkStep{s.production_of(order).id, "vapour_smoothed"}).given(orders::StartQualityCheck{order});
}

TEST_CASE("work steps: how long they take is a rule, each step once, and a workshop from before has none") {
  Scenario s;
  CHECK(s.workshop.rules.work_steps.empty());
  Rules rules;
  rules.work_steps = {{"sanding", 900'000}, {"painting", 0}};
  s.given(settings::Configure{rules});
  REQUIRE(s.workshop.rules.work_steps.size() == 2);
  CHECK(s.workshop.rules.work_steps[0].step == "sanding");
  CHECK(s.workshop.rules.work_steps[0].ms_per_piece == 900'000);
  for (const WorkStepRule& wrong : {WorkStepRule{"sanding", 1}, WorkStepRule{"", 1}, WorkStepRule{"oiling", -1},
                                    WorkStepRule{"oiling", 2'592'000'001}}) {
    Rules more = rules;
    more.work_steps.push_back(wrong);
    s.when(settings::Configure{more}).rejected("bad-rules");
  }
}

TEST_CASE("work steps: pieces that failed their check with a defect are printed and worked on again") {
  Scenario s;
  const OrderId order = printed(s, "sanded");
  const ProductionOrderId production = s.production_of(order).id;
  const auto work = [&] {
    s.given(production::FinishWorkStep{production, "support_removal"}).given(production::FinishWorkStep{production, "sanding"});
    s.given(orders::StartQualityCheck{order});
  };
  work();
  s.when(orders::FailQualityCheck{order, "scratched", 1, "", {"not a code"}}).rejected("bad-defect-code");
  s.given(orders::FailQualityCheck{order, "scratched", 1, "", {"scratch"}});
  CHECK(s.last("order.quality_failed").order_quality_failed().defects(0) == "scratch");
  s.given(production::CompleteProduction{production});
  s.when(orders::StartQualityCheck{order}).rejected("work-steps-open");
  work();
  s.given(orders::PassQualityCheck{order});
}

}  // namespace layerline::test
