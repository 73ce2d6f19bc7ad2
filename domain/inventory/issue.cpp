#include "domain/inventory/issue.hpp"

#include <fmt/format.h>

#include <optional>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::inventory {
namespace {

// "sample", "PO-2026-017", "PO-2026-017: purged": for people, who read it in the ledger.
std::expected<std::string, Rejection> reason_of(const IssueStock& command, const Workshop& workshop) {
  if (command.reason.size() > limits::shop_text_max)
    return refuse("name-too-long", fmt::format("A reason has at most {} bytes.", limits::shop_text_max));
  if (command.production.empty()) {
    if (command.reason.empty()) return refuse("reason-needed", "Say what it is taken for, or for which production order.");
    return command.reason;
  }
  const production::ProductionOrder* production = workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  return command.reason.empty() ? production->number : production->number + ": " + command.reason;
}

std::optional<Rejection> too_much(const Material& material, Mass mass) {
  if (mass <= material.available()) return std::nullopt;
  return refuse("stock-reserved", fmt::format("Of {} mg on hand {} are reserved for production orders.", material.on_hand.milligrams,
                                              material.reserved.milligrams)).error();
}

// What is missing on the shelf is told before what is reserved.
Decided of_lot(const IssueStock& command, const std::string& reason, const Context& context) {
  auto taken = adjust({command.lot, command.location, Mass{} - command.mass, reason}, context);
  if (!taken) return taken;
  const Lot& lot = context.workshop.lots.at(command.lot);
  if (auto refused = too_much(context.workshop.materials.at(lot.material), command.mass)) return std::unexpected(std::move(*refused));
  return taken;
}

Decided of_material(const IssueStock& command, const std::string& reason, const Context& context) {
  const Material* material = context.workshop.material(command.material);
  if (material == nullptr || !material->defined) return not_found("material");
  if (!command.location.empty()) return refuse("lot-needed", "Say of which lot at that location it is taken.");
  if (command.mass > material->on_hand)
    return refuse("stock-below-zero", fmt::format("Only {} mg are on hand.", material->on_hand.milligrams));
  if (auto refused = too_much(*material, command.mass)) return std::unexpected(std::move(*refused));
  LotParts change = take(context.workshop, *material, command.mass, LotId(), ProductionOrderId());
  for (LotPart& part : change) part.mass = Mass{} - part.mass;
  return note_adjusted(material->id, change, reason, context);
}

}  // namespace

Decided decide(const IssueStock& command, const Context& context) {
  const Lot* lot = context.workshop.lot(command.lot);
  if (lot != nullptr && !command.material.empty() && lot->material != command.material)
    return refuse("lot-of-another-material", fmt::format("Lot {} is of {}.", lot->id.str(), lot->material.str()));
  if (command.mass.milligrams <= 0 || command.mass.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "More than 0 g are taken.");
  const auto reason = reason_of(command, context.workshop);
  if (!reason) return std::unexpected(reason.error());
  return command.lot.empty() ? of_material(command, *reason, context) : of_lot(command, *reason, context);
}

}  // namespace layerline::inventory
