#include "domain/production/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

// An order that is still to be sent, or a production order that is still to be finished, waits for its pieces.
bool waited_for(const ProductionOrder& production, const Workshop& workshop) {
  if (!production.holder.empty() && !products::waits(workshop, production.holder)) return false;
  const orders::Order* order = workshop.order(production.order);
  if (order == nullptr) return !production.holder.empty();
  return order->status < orders::Status::shipped && std::ranges::count(order->production, production.id) == 1 &&
         (production.line.empty() || orders::line(*order, production.line) != nullptr);
}

// Of a custom product, which is in no stock.
std::int64_t sent(const ProductionOrder& production, const Workshop& workshop) {
  const orders::Order* order = workshop.order(production.order);
  if (order == nullptr) return 0;
  const orders::Line* line = orders::line(*order, production.line);
  return line == nullptr ? order->sent : line->sent;
}

// How many finished pieces are there to be scrapped: of those that the stock has received, the ones that lie there and are its holder's or
// nobody's.
std::int64_t there(const ProductionOrder& production, const Workshop& workshop) {
  const products::Product* product = workshop.product(production.product);
  if (product == nullptr || !product->catalogue) return std::max<std::int64_t>(0, production.printed - sent(production, workshop));
  std::int64_t of_it = 0;
  for (const products::Batch& batch : product->batches) of_it += batch.production == production.id ? batch.units : 0;
  const std::int64_t held = products::held(workshop, product->id, production.holder);
  const std::int64_t free = waited_for(production, workshop) ? held : std::max(held, product->available());
  const std::int64_t not_received = std::max<std::int64_t>(0, production.printed - production.delivered);
  return std::min(production.printed, not_received + std::min(of_it, free));
}

// Why so many can't be scrapped.
std::optional<Rejection> contradiction(const InspectProduction& command, const ProductionOrder& production, const Workshop& workshop) {
  const auto no = [](std::string type, std::string detail) {
    return Rejection{Refusal::refused, std::move(type), std::move(detail), {}};
  };
  const std::int64_t quantity = command.scrap_quantity;
  if (command.passed) {
    if (quantity == 0 && command.defects.empty()) return std::nullopt;
    return no("passed-with-defects", "What has defects, or is scrapped, did not pass.");
  }
  const std::int64_t most = production.failed + there(production, workshop);
  if (quantity < 1 || quantity > most)
    return no("quantity-out-of-range", fmt::format("Between 1 and {} pieces of {} can be scrapped.", most, production.number));
  const orders::Order* order = workshop.order(production.order);
  const bool wanted = waited_for(production, workshop);
  if (wanted && !command.rework)
    return no("pieces-needed", fmt::format("Somebody waits for the pieces of {}: they are made again.", production.number));
  if (command.rework && order != nullptr && !wanted)
    return no("pieces-not-needed", fmt::format("Order {} needs no more pieces.", order->number));
  if (!command.rework && !over(production) && quantity == production.quantity)
    return no("nothing-left", fmt::format("Nothing would be left of {}: cancel it.", production.number));
  return std::nullopt;
}

// Who can't be sent without the scrapped pieces waits for them in the queue.
void requeue_order(const InspectProduction& command, const ProductionOrder& production, const Context& context, Events& out) {
  const orders::Order* order = context.workshop.order(production.order);
  if (order == nullptr || order->status < orders::Status::printed) return;
  const std::string stream = "order/" + order->id.str();
  if (order->status != orders::Status::quality_check) {
    out.on(stream).mutable_order_queued()->set_order(order->id.str());
    return;
  }
  auto* event = out.on(stream).mutable_order_quality_failed();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  event->set_reprint_quantity(command.scrap_quantity);
  for (const std::string& defect : command.defects) event->add_defects(defect);
  seal(event->mutable_reason(), order->customer.str(), command.reason);
}

void note_check(const InspectProduction& command, const ProductionOrder& production, const Context& context, Events& out) {
  auto* event = out.on("production/" + production.id.str()).mutable_production_checked();
  event->set_production_order(production.id.str());
  event->set_by(context.actor);
  event->set_passed(command.passed);
  for (const std::string& defect : command.defects) event->add_defects(defect);
  event->set_scrapped(command.scrap_quantity);
  event->set_rework(!command.passed && command.rework);
  const orders::Order* order = context.workshop.order(production.order);
  seal(event->mutable_reason(), order == nullptr ? "workshop/" + context.workshop.id.str() : order->customer.str(), command.reason);
}

}  // namespace

void evolve(Workshop& workshop, const events::ProductionChecked& event, Time) {
  ProductionOrder& production = workshop.production.at(ProductionOrderId(event.production_order()));
  production.passed = event.passed() ? production.printed : 0;
  if (event.rework()) return;   // what is printed again is folded from the event that says so
  const std::int64_t from_failed = std::min(production.failed, event.scrapped());
  production.failed -= from_failed;
  production.printed -= event.scrapped() - from_failed;
  production.assembled = std::max<std::int64_t>(0, production.assembled - (event.scrapped() - from_failed));
  production.quantity -= event.scrapped();
}

bool are_defects(const std::vector<std::string>& codes) {
  return codes.size() <= limits::defects_max && std::ranges::all_of(codes, inventory::plain_word);
}

Decided decide(const InspectProduction& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  if (production->status == Status::cancelled)
    return refuse("production-over", fmt::format("Production order {} is cancelled.", production->number));
  if (production->printed + (command.passed ? 0 : production->failed) == 0)
    return refuse("nothing-made", fmt::format("Nothing of {} is made yet.", production->number));
  if (!are_defects(command.defects))
    return refuse("bad-defect-code", "Defects are words such as stringing or warped, at most ten of them.");
  if (auto wrong = contradiction(command, *production, context.workshop)) return std::unexpected(std::move(*wrong));
  Events out;
  if (command.passed && production->passed == production->printed) return out;
  note_check(command, *production, context, out);
  if (command.passed) return out;
  if (!command.rework) {
    products::scrap(production->id, command.scrap_quantity - std::min(command.scrap_quantity, production->failed), context, out);
    return out;
  }
  requeue_order(command, *production, context, out);
  reprint(production->id, command.scrap_quantity, context, out);
  return out;
}

}  // namespace layerline::production
