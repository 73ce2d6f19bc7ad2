#include "domain/production/work_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

// A finish that a workshop has named itself is a step of that name.
std::vector<std::string> steps_of(const std::string& finish) {
  if (finish.empty() || finish == "standard") return {};
  if (finish == "sanded") return {"support_removal", "sanding"};
  if (finish == "painted") return {"support_removal", "sanding", "painting"};
  return {finish};
}

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, [](unsigned char c) { return std::tolower(c); }, [](unsigned char c) { return std::tolower(c); });
}

// The finish of the workshop's that an option of the product names, as people write it; nullptr: it names none.
const FinishRule* finish_of(const products::Entry& entry, const Rules& rules) {
  for (const auto& [option, value] : entry.options)
    for (const FinishRule& finish : rules.finishes)
      if (same_word(option, "finish") && same_word(value, finish.name)) return &finish;
  return nullptr;
}

// nullopt: it says nothing.
std::optional<std::vector<std::string>> said_steps(const products::Entry& entry, const Rules& rules) {
  if (entry.work_steps) return entry.work_steps;
  const FinishRule* finish = finish_of(entry, rules);
  return finish == nullptr ? std::nullopt : std::optional(steps_of(finish->name));
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

void add_steps(const products::Product& product, const Workshop& workshop, events::ProductionOrderCreated* event) {
  auto steps = said_steps(product.entry, workshop.rules);
  const products::Product* parent = steps ? nullptr : workshop.product(product.entry.parent);
  if (parent != nullptr) steps = said_steps(parent->entry, workshop.rules);
  if (!steps) return;
  for (std::string& step : *steps) event->add_steps(std::move(step));
}

bool are_steps(std::span<const std::string> steps) {
  const auto fits_into_an_address = [](const std::string& step) {
    return products::plain_code(step) && step.find_first_of("/#+:") == std::string::npos;
  };
  std::vector<std::string> sorted(steps.begin(), steps.end());
  std::ranges::sort(sorted);
  return steps.size() <= limits::work_steps_max && std::ranges::all_of(steps, fits_into_an_address) &&
         std::ranges::adjacent_find(sorted) == sorted.end();
}

bool worked_on(const ProductionOrder& production) { return first_open(production) == production.steps.end(); }

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
