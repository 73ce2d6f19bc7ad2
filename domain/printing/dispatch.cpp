// Which production order is printed next, where, and from which of its files.
#include <algorithm>
#include <optional>
#include <tuple>

#include "domain/printing/job.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::printing {
namespace {

using production::PrintFile;
using production::ProductionOrder;

// Its files for its material. What makes the most of the open pieces comes first; behind them what makes the fewest too many.
std::vector<const PrintFile*> files_for(const ProductionOrder& production, const inventory::Material* material) {
  std::vector<const PrintFile*> files;
  for (const PrintFile& file : production.files)
    if (file.filament_type.empty() || material == nullptr || !material->defined || file.filament_type == material->type)
      files.push_back(&file);
  const auto rank = [&](const PrintFile* file) {
    const bool too_many = file->pieces > production.open;
    return std::tuple(too_many, too_many ? file->pieces : -file->pieces, file);   // else as they were attached
  };
  std::ranges::sort(files, {}, rank);
  return files;
}

// Why the production order can be given to no printer at all; empty if one could take it. any_file: of its material.
std::vector<std::string> own_reasons(const Workshop& workshop, const ProductionOrder& production, bool any_file) {
  std::vector<std::string> reasons;
  const orders::Order* order = workshop.order(production.order);
  if (order != nullptr && order->held) reasons.emplace_back("order_on_hold");
  if (production.material.empty()) return {"assembled_by_hand"};
  const inventory::Material* material = workshop.material(production.material);
  if (production.files.empty()) reasons.emplace_back("no_print_file");
  else if (!any_file) reasons.emplace_back("sliced_for_another_material");
  if (material == nullptr || inventory::short_of(*material, production.id)) reasons.emplace_back("material_shortage");
  return reasons;
}

bool free_for_work(const Printer& printer) { return printer.job.empty() && printer.status == "idle" && printer.plate_clear; }

// What of a loaded spool is not set aside for others.
Mass left_for(const Workshop& workshop, const Filament& filament, const ProductionOrder& production) {
  const inventory::Lot* lot = workshop.lot(filament.lot);
  return lot == nullptr ? left_of(workshop, filament) : inventory::usable(workshop, *lot, production.id);
}

struct Slot {
  std::optional<std::int64_t> number;
  std::string_view reason = "material_not_loaded";   // if there is none
};

Slot slot_for(const Workshop& workshop, const Printer& printer, const ProductionOrder& production, const PrintFile& file) {
  Slot none;
  for (const auto& [slot, filament] : printer.slots) {
    if (filament.material != production.material) continue;
    if (!inventory::may_use(workshop, production.material, filament.lot, production.id)) {
      if (none.reason == "material_not_loaded") none.reason = "chosen_lot_not_loaded";
      continue;
    }
    if (left_for(workshop, filament, production) >= file.mass) return {.number = slot};
    none.reason = "not_enough_filament_loaded";
  }
  return none;
}

// Why this printer cannot take this file now; empty if it can, and then `slot` holds its filament.
std::vector<std::string> printer_reasons(const Workshop& workshop, const Printer& printer, const ProductionOrder& production,
                                         const PrintFile& file, std::int64_t& slot) {
  std::vector<std::string> reasons;
  if (!fits(printer, file.size_x_um, file.size_y_um, file.size_z_um)) reasons.emplace_back("too_large_for_printer");
  if (!file.printer_model.empty() && file.printer_model != printer.model) reasons.emplace_back("sliced_for_another_model");
  if (file.nozzle_um != 0 && file.nozzle_um != printer.nozzle_um) reasons.emplace_back("nozzle_differs");
  if (const Slot found = slot_for(workshop, printer, production, file); found.number)
    slot = *found.number;
  else
    reasons.emplace_back(found.reason);
  if (free_for_work(printer)) return reasons;
  if (!printer.job.empty()) reasons.emplace_back("printer_busy");
  else if (printer.status != "idle") reasons.push_back("printer_" + printer.status);
  if (printer.job.empty() && !printer.plate_clear) reasons.emplace_back("plate_not_clear");
  return reasons;
}

// What a print makes too many is made of what nobody has reserved.
bool may_print(const inventory::Material& material, const ProductionOrder& production, const PrintFile& file) {
  const Mass own = production::mass_of(production, production.open);
  return file.pieces <= production.open || material.available() >= file.mass - std::min(file.mass, own);
}

struct Choice {
  const Printer* printer = nullptr;
  const PrintFile* file = nullptr;
  std::int64_t slot = 0;
  std::vector<std::string> reasons = {};
};

// Of the first printer that can take one of its files, the best one. More than is open is printed only where nothing else can be.
Choice choose(const Workshop& workshop, const ProductionOrder& production) {
  const std::vector<const PrintFile*> files = files_for(production, workshop.material(production.material));
  Choice best{.reasons = own_reasons(workshop, production, !files.empty())};
  if (!best.reasons.empty()) return best;
  best.reasons = {"no_printer"};
  Choice too_many;
  for (const auto& [id, printer] : workshop.printers)
    for (const PrintFile* file : files) {
      Choice taken{.printer = &printer, .file = file};
      taken.reasons = printer_reasons(workshop, printer, production, *file, taken.slot);
      if (taken.reasons.empty() && !may_print(*workshop.material(production.material), production, *file))
        taken.reasons = {"material_shortage"};
      if (taken.reasons.empty() && file->pieces <= production.open) return taken;
      if (taken.reasons.empty()) {
        if (too_many.file == nullptr || file->pieces < too_many.file->pieces) too_many = std::move(taken);
      } else if (best.reasons.front() == "no_printer" || taken.reasons.size() < best.reasons.size()) {
        best.reasons = std::move(taken.reasons);
      }
    }
  return too_many.printer != nullptr ? too_many : best;
}

void note_dispatch(const ProductionOrder& production, const Choice& choice, const Context& context, Events& out) {
  const PrintFile& file = *choice.file;
  const std::string job = context.ids.next(context.now);
  auto* event = out.on("job/" + job).mutable_print_dispatched();
  event->set_job(job);
  event->set_production_order(production.id.str());
  event->set_printer(choice.printer->id.str());
  event->set_blob(file.blob.str());
  event->set_remote_name(job + "-1.gcode.3mf");
  // Printers keep 31 bits. Seconds and a count: another number after every start, also of a new data folder.
  event->set_submission_id(1 + (context.now.ms / 1000 + context.workshop.submissions) % 2'000'000'000);
  event->set_slot(choice.slot);
  event->set_print_ms(file.print_ms);
  event->set_layers(file.layers);
  event->set_milligrams(file.mass.milligrams);
  event->set_md5(file.md5);
  event->set_pieces(std::min(file.pieces, production.open));
  event->set_surplus(file.pieces - event->pieces());
  event->set_plate(file.plate);
  auto& effect = effects::request(out, context);
  event->set_effect(effect.effect());
  effect.mutable_start_print()->set_job(job);
  effect.mutable_start_print()->set_printer(choice.printer->id.str());
}

}  // namespace

Events dispatch(const Context& context) {
  Events out;
  const bool nobody_free = std::ranges::none_of(context.workshop.printers, [](const auto& entry) { return free_for_work(entry.second); });
  std::size_t looked_at = 0;
  for (const production::QueueKey& key : context.workshop.waiting) {
    const bool noted = looked_at++ < limits::dispatch_reasons_max;
    if (!noted && nobody_free) break;   // else all are looked at: the first ones may wait for what a later one does not need
    const ProductionOrder& production = context.workshop.production.at(ProductionOrderId(key.id));
    const Choice choice = choose(context.workshop, production);
    if (choice.printer != nullptr) {
      note_dispatch(production, choice, context, out);
      return out;   // the next one is looked at when this one is done
    }
    if (!noted || choice.reasons == production.waits_for) continue;
    auto* event = out.on("production/" + production.id.str()).mutable_production_deferred();
    event->set_production_order(production.id.str());
    for (const std::string& reason : choice.reasons) event->add_reasons(reason);
  }
  return out;
}

}  // namespace layerline::printing
