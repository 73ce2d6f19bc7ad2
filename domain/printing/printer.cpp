#include "domain/printing/printer.hpp"

#include <algorithm>
#include <tuple>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::printing {
namespace {

std::string stream(const PrinterId& id) { return "printer/" + id.str(); }

Printer& edit(Workshop& workshop, const std::string& id) { return workshop.printers.at(PrinterId(id)); }

bool has_price(std::int64_t price) { return price >= 0 && price <= limits::rule_price_max; }
bool has_volume(std::int64_t x_um, std::int64_t y_um, std::int64_t z_um) {
  const auto within = [](std::int64_t um) { return um > 0 && um <= limits::bed_max_um; };
  return within(x_um) && within(y_um) && within(z_um);
}

// Of an event that says all of these.
template <class Event>
void take_over(Printer& printer, const Event& event) {
  printer.name = event.name();
  printer.bed_x_um = event.bed_x_um();
  printer.bed_y_um = event.bed_y_um();
  printer.bed_z_um = event.bed_z_um();
  printer.price_per_hour = event.currency().empty() ? std::nullopt : std::optional(event.price_per_hour());
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PrinterAdded& event, Time) {
  Printer& printer = workshop.printers[PrinterId(event.printer())];
  printer.id = PrinterId(event.printer());
  printer.model = event.model();
  printer.nozzle_um = event.nozzle_um();
  take_over(printer, event);
}

void evolve(Workshop& workshop, const events::PrinterChanged& event, Time) { take_over(edit(workshop, event.printer()), event); }

void evolve(Workshop& workshop, const events::PrinterStatusChanged& event, Time) {
  edit(workshop, event.printer()).status = event.status();
}

void evolve(Workshop& workshop, const events::FilamentLoaded& event, Time) {
  const LotId lot(event.lot());
  if (!lot.empty())   // a spool is in one slot at a time
    for (auto& [id, printer] : workshop.printers)
      std::erase_if(printer.slots, [&](const auto& slot) { return slot.second.lot == lot; });
  edit(workshop, event.printer()).slots[event.slot()] = {MaterialId(event.material()), {event.milligrams()}, lot};
}

void evolve(Workshop& workshop, const events::PlateGateClosed& event, Time) { edit(workshop, event.printer()).plate_clear = false; }
void evolve(Workshop& workshop, const events::PlateCleared& event, Time) { edit(workshop, event.printer()).plate_clear = true; }

// ---- decisions ----

Decided decide(const AddPrinter& command, const Context& context) {
  if (command.serial.empty() || command.host.empty() || command.access_code.empty())
    return refuse("printer-incomplete", "A printer needs a serial number, a host and its LAN access code.");
  if (command.nozzle_um <= 0 || command.bed_x_um <= 0 || command.bed_y_um <= 0 || command.bed_z_um <= 0)
    return refuse("printer-incomplete", "Nozzle and build volume must be more than 0.");
  if (command.price_per_hour && !has_price(*command.price_per_hour))
    return refuse("price-out-of-range", "An hour costs 0 or more.");
  Events out;
  auto* event = out.on(stream(command.printer)).mutable_printer_added();
  event->set_printer(command.printer.str());
  event->set_name(command.name);
  event->set_model(command.model);
  event->set_nozzle_um(command.nozzle_um);
  event->set_bed_x_um(command.bed_x_um);
  event->set_bed_y_um(command.bed_y_um);
  event->set_bed_z_um(command.bed_z_um);
  event->set_serial(command.serial);
  event->set_host(command.host);
  event->set_mqtt_port(command.mqtt_port);
  event->set_ftps_port(command.ftps_port);
  event->set_pin(command.pin);
  if (command.price_per_hour) {
    event->set_price_per_hour(*command.price_per_hour);
    event->set_currency(context.workshop.currency);
  }
  event->set_by(context.actor);
  seal(event->mutable_access_code(), "printer/" + command.printer.str(), command.access_code);
  return out;
}

Decided decide(const ChangePrinter& command, const Context& context) {
  const Printer* printer = context.workshop.printer(command.printer);
  if (printer == nullptr) return not_found("printer");
  const std::string name = command.name.value_or(printer->name);
  const std::int64_t x_um = command.bed_x_um.value_or(printer->bed_x_um);
  const std::int64_t y_um = command.bed_y_um.value_or(printer->bed_y_um);
  const std::int64_t z_um = command.bed_z_um.value_or(printer->bed_z_um);
  const std::optional<std::int64_t> price = command.price_per_hour ? command.price_per_hour : printer->price_per_hour;
  const auto all = [](const Printer& p) { return std::tie(p.name, p.bed_x_um, p.bed_y_um, p.bed_z_um, p.price_per_hour); };
  if (std::tie(name, x_um, y_um, z_um, price) == all(*printer)) return Events{};
  if (command.name && (name.empty() || name.size() > limits::product_name_max))
    return refuse("printer-incomplete", "A printer has a name, not a long one.");
  if (!has_volume(x_um, y_um, z_um)) return refuse("volume-out-of-range", "A build volume is more than 0 and at most 10 m each way.");
  if (price && !has_price(*price)) return refuse("price-out-of-range", "An hour costs 0 or more.");
  Events out;
  auto* event = out.on(stream(command.printer)).mutable_printer_changed();
  event->set_printer(command.printer.str());
  event->set_name(name);
  event->set_bed_x_um(x_um);
  event->set_bed_y_um(y_um);
  event->set_bed_z_um(z_um);
  if (price) {
    event->set_price_per_hour(*price);
    event->set_currency(context.workshop.currency);
  }
  event->set_by(context.actor);
  return out;
}

Decided decide(const LoadFilament& command, const Context& context) {
  const Printer* printer = context.workshop.printer(command.printer);
  if (printer == nullptr) return not_found("printer");
  if (command.slot < 0 || command.slot > 254) return refuse("slot-out-of-range", "Slots are numbered from 0; 254 is the external spool.");
  const inventory::Lot* lot = context.workshop.lot(command.lot);
  if (!command.lot.empty() && lot == nullptr) return not_found("lot");
  if (lot != nullptr && lot->id == inventory::own_lot(lot->material))
    return refuse("lot-not-a-spool", "What is not told apart is on no spool.");
  const MaterialId& material_id = lot != nullptr ? lot->material : command.material;
  if (!command.material.empty() && command.material != material_id)
    return refuse("lot-of-another-material", "Lot " + lot->id.str() + " is of " + material_id.str() + ".");
  const inventory::Material* material = context.workshop.material(material_id);
  if (!material_id.empty() && (material == nullptr || !material->defined)) return not_found("material");
  if (command.mass.milligrams < 0 || command.mass.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "A spool holds 0 g or more.");
  Events out;
  auto* event = out.on(stream(command.printer)).mutable_printer_filament_loaded();
  event->set_printer(command.printer.str());
  event->set_slot(command.slot);
  event->set_material(material_id.str());
  event->set_milligrams(lot != nullptr ? lot->on_hand().milligrams : command.mass.milligrams);
  event->set_by(context.actor);
  event->set_lot(command.lot.str());
  return out;
}

Decided decide(const ClearPlate& command, const Context& context) {
  const Printer* printer = context.workshop.printer(command.printer);
  if (printer == nullptr) return not_found("printer");
  if (printer->plate_clear) return Events{};
  if (!printer->job.empty()) {
    const Job& job = context.workshop.jobs.at(printer->job);
    return job.status == JobStatus::unknown ? refuse("end-unknown", "First say how the last print ended.")
                                            : refuse("printer-printing", "The printer is still printing.");
  }
  Events out;
  auto* event = out.on(stream(command.printer)).mutable_printer_plate_cleared();
  event->set_printer(command.printer.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const ObservePrinter& command, const Context& context) {
  const Printer* printer = context.workshop.printer(command.printer);
  if (printer == nullptr) return not_found("printer");
  if (printer->status == command.status) return Events{};
  Events out;
  auto* event = out.on(stream(command.printer)).mutable_printer_status_changed();
  event->set_printer(command.printer.str());
  event->set_status(command.status);
  event->set_detail(command.detail);
  return out;
}

// ---- queries ----

bool fits(const Printer& printer, std::int64_t size_x_um, std::int64_t size_y_um, std::int64_t size_z_um) {
  return size_z_um <= printer.bed_z_um && std::max(size_x_um, size_y_um) <= std::max(printer.bed_x_um, printer.bed_y_um) &&
         std::min(size_x_um, size_y_um) <= std::min(printer.bed_x_um, printer.bed_y_um);
}

bool fits(const Printer& printer, const models::Facts& facts) {
  return fits(printer, facts.size_x_um, facts.size_y_um, facts.size_z_um);
}

bool reachable(const Printer& printer) {
  return printer.status != "offline" && printer.status != "auth_failed" && printer.status != "certificate_mismatch";
}

Mass left_of(const Workshop& workshop, const Filament& filament) {
  return filament.lot.empty() ? filament.mass : workshop.lots.at(filament.lot).on_hand();
}

const Printer* first_that_fits(const Workshop& workshop, const models::Facts& facts) {
  for (const auto& [id, printer] : workshop.printers)
    if (fits(printer, facts)) return &printer;
  return nullptr;
}

}  // namespace layerline::printing
