#include "domain/production/work_step.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

// A finish that a workshop has named itself is a step of that name.
std::vector<std::string> steps_of(const std::string& finish) {
  if (finish.empty() || finish == "standard") return {};
  if (finish == "sanded") return {"support_removal", "sanding"};
  if (finish == "painted") return {"support_removal", "sanding", "painting"};
  return {finish};
}

auto first_open(const ProductionOrder& production) { return std::ranges::find(production.steps, false, &WorkStep::done); }

}  // namespace

void evolve(Workshop& workshop, const events::WorkStepDone& event, Time) {
  std::vector<WorkStep>& steps = workshop.production.at(ProductionOrderId(event.production_order())).steps;
  if (const auto step = std::ranges::find(steps, event.step(), &WorkStep::name); step != steps.end()) step->done = true;
}

Decided decide(const FinishWorkStep& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  const auto step = std::ranges::find(production->steps, command.step, &WorkStep::name);
  if (step == production->steps.end()) return not_found("work step of this production order");
  if (step->done) return Events{};
  if (production->status != Status::completed)
    return refuse("production-not-printed", fmt::format("Not all pieces of {} are printed.", production->number));
  if (const auto first = first_open(*production); first != step)
    return refuse("earlier-step-open", fmt::format("First comes the step {} of {}.", first->name, production->number));
  Events out;
  auto* event = out.on("production/" + production->id.str()).mutable_production_step_done();
  event->set_production_order(production->id.str());
  event->set_step(command.step);
  event->set_by(context.actor);
  return out;
}

void add_steps(const quotes::Quote& quote, events::ProductionOrderCreated* event) {
  for (std::string& step : steps_of(quote.options.finish)) event->add_steps(std::move(step));
}

std::optional<Rejection> work_left(const orders::Order& order, const Workshop& workshop) {
  for (const ProductionOrderId& id : order.production) {
    const ProductionOrder& production = workshop.production.at(id);
    const auto step = first_open(production);
    if (production.status == Status::cancelled || step == production.steps.end()) continue;
    Rejection rejection{Refusal::refused, "work-steps-open",
                        fmt::format("The step {} of {} is not done.", step->name, production.number), {}};
    rejection.data = {{"production_order", id.str()}, {"step", step->name}};
    return rejection;
  }
  return std::nullopt;
}

}  // namespace layerline::production
