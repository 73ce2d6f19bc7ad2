#include "domain/production/print_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

std::string stream(const ProductionOrderId& id) { return "production/" + id.str(); }

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PrintFileAttached& event, Time) {
  ProductionOrder& production = workshop.production.at(ProductionOrderId(event.production_order()));
  PrintFile file{.blob = BlobHash(event.blob()), .printer_model = event.printer_model(), .nozzle_um = event.nozzle_um(),
                 .filament_type = event.filament_type(), .mass = {event.milligrams()}, .print_ms = event.print_ms(),
                 .layers = event.layers(), .md5 = event.md5(), .pieces = one_if_untold(event.pieces()),
                 .plate = one_if_untold(event.plate()), .profile = event.profile(),
                 .size_x_um = event.size_x_um(), .size_y_um = event.size_y_um(), .size_z_um = event.height_um()};
  if (file.profile.empty()) {   // it lies on the plate as its model does
    file.size_x_um = production.facts.size_x_um;
    file.size_y_um = production.facts.size_y_um;
    if (event.pieces() == 0 || event.height_um() == 0) file.size_z_um = production.facts.size_z_um;   // older ones were of one piece
  }
  if (event.origin() == "operator") production.files.clear();   // his own takes the place of all
  std::erase_if(production.files, [&](const PrintFile& known) { return known.profile == file.profile; });
  production.files.insert(file.profile.empty() ? production.files.begin() : production.files.end(), std::move(file));
}

// ---- decisions ----

namespace {

// "PLA" of what it is printed in.
std::string material_type(const ProductionOrder& production, const Workshop& workshop) {
  if (const quotes::Quote* quote = workshop.quote(workshop.products.at(production.product).quote)) return quote->options.material_type;
  const inventory::Material* material = workshop.material(production.material);
  return material == nullptr ? std::string() : material->type;
}

void attach(const ProductionOrder& production, const std::string& profile, const products::PrintFile& file, Events& out) {
  auto* event = out.on(stream(production.id)).mutable_production_file_attached();
  event->set_production_order(production.id.str());
  event->set_blob(file.blob.str());
  event->set_origin("upload");
  event->set_printer_model(file.facts.printer_model);
  event->set_nozzle_um(file.facts.nozzle_um);
  event->set_filament_type(file.facts.filament_type);
  // Not every slicer says what it weighs: then the bill of materials does.
  event->set_milligrams(file.milligrams > 0 ? file.milligrams : mass_of(production, file.pieces).milligrams);
  event->set_print_ms(file.print_ms);
  event->set_layers(file.facts.layers);
  event->set_height_um(file.facts.size_z_um);
  event->set_pieces(file.pieces);
  event->set_plate(file.plate);
  event->set_profile(profile);
  event->set_size_x_um(file.facts.size_x_um);
  event->set_size_y_um(file.facts.size_y_um);
}

// Of every profile: which one is printed is seen when a printer is free. The one that it was created with is the first.
void attach_files(const ProductionOrder& production, const products::Product& product, Events& out) {
  const auto wanted = [&](const products::PrintFile& file, bool first) {
    return file.facts.kind == "gcode_3mf" && (file.blob.str() == production.model.str()) == first;
  };
  for (const bool first : {true, false})
    for (const auto& [profile, file] : product.files)
      if (wanted(file, first)) attach(production, profile, file, out);
}

void attach_upload(const ProductionOrder& production, Events& out) {
  auto* event = out.on(stream(production.id)).mutable_production_file_attached();
  event->set_production_order(production.id.str());
  event->set_blob(production.model.str());
  event->set_origin("upload");
  event->set_printer_model(production.facts.printer_model);
  event->set_nozzle_um(production.facts.nozzle_um);
  event->set_filament_type(production.facts.filament_type);
  event->set_milligrams(production.mass_per_unit.milligrams);
  event->set_print_ms(production.print_ms_per_unit);
  event->set_layers(production.facts.layers);
  event->set_height_um(production.facts.size_z_um);
  event->set_pieces(1);
  event->set_plate(1);
}

}  // namespace

Events prepare_file(const ProductionOrderId& id, const Context& context) {
  Events out;
  const ProductionOrder& production = context.workshop.production.at(id);
  // Without a model there is nothing to slice: an operator attaches a file, or puts the pieces together by hand.
  if (!production.files.empty() || over(production) || production.model.empty() || production.material.empty()) return out;
  const products::Product& product = context.workshop.products.at(production.product);
  if (product.catalogue) attach_files(production, product, out);
  if (production.facts.kind == "gcode_3mf") {
    if (!product.catalogue) attach_upload(production, out);
    return out;
  }
  const printing::Printer* printer = printing::first_that_fits(context.workshop, production.facts);
  auto* action = effects::request(out, context).mutable_slice_model();
  action->set_production_order(id.str());
  action->set_model(production.model.str());
  action->set_material_type(material_type(production, context.workshop));
  action->set_printer_model(printer != nullptr ? printer->model : "");
  action->set_nozzle_um(printer != nullptr ? printer->nozzle_um : 400);
  action->set_infill_percent(production.infill_percent);
  return out;
}

Decided decide(const RecordPrintFile& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  Events out;
  if (!command.effect.empty()) {
    out = effects::succeed(command.effect, context);
    if (out.empty()) return out;
  }
  if (over(*production)) return out;
  if (command.file.mass.milligrams <= 0) return refuse("not-a-print-file", "The file does not say how much material it prints.");
  if (command.file.pieces < 1 || command.file.pieces > limits::print_pieces_max)
    return refuse("pieces-out-of-range", fmt::format("One print makes 1 to {} pieces.", limits::print_pieces_max));
  if (command.file.plate < 1) return refuse("plate-out-of-range", "Plates are counted from 1.");
  auto* event = out.on(stream(production->id)).mutable_production_file_attached();
  event->set_production_order(production->id.str());
  event->set_blob(command.file.blob.str());
  event->set_origin(command.origin);
  event->set_printer_model(command.file.printer_model);
  event->set_nozzle_um(command.file.nozzle_um);
  event->set_filament_type(command.file.filament_type);
  event->set_milligrams(command.file.mass.milligrams);
  event->set_print_ms(command.file.print_ms);
  event->set_layers(command.file.layers);
  event->set_height_um(command.height_um);
  event->set_md5(command.file.md5);
  event->set_by(context.actor);
  event->set_pieces(command.file.pieces);
  event->set_plate(command.file.plate);
  return out;
}

Decided decide(const RecordPrintFileRefusal& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  Events out = effects::succeed(command.effect, context);
  if (out.empty()) return out;
  auto* event = out.on(stream(production->id)).mutable_production_file_refused();
  event->set_production_order(production->id.str());
  event->set_reason(command.reason);
  return out;
}

}  // namespace layerline::production
