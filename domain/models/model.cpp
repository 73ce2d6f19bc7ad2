#include "domain/models/model.hpp"

namespace layerline::models {

Facts facts_from(const events::ModelFacts& stored) {
  Facts facts;
  facts.kind = stored.kind();
  facts.triangles = stored.triangles();
  facts.shells = stored.shells();
  facts.volume_mm3 = stored.volume_mm3();
  facts.area_mm2 = stored.area_mm2();
  facts.size_x_um = stored.size_x_um();
  facts.size_y_um = stored.size_y_um();
  facts.size_z_um = stored.size_z_um();
  facts.watertight = stored.watertight();
  facts.warnings.assign(stored.warnings().begin(), stored.warnings().end());
  facts.layers = stored.layers();
  facts.printer_model = stored.printer_model();
  facts.nozzle_um = stored.nozzle_um();
  facts.filament_type = stored.filament_type();
  return facts;
}

void store_facts(const Facts& facts, events::ModelFacts* stored) {
  stored->set_kind(facts.kind);
  stored->set_triangles(facts.triangles);
  stored->set_shells(facts.shells);
  stored->set_volume_mm3(facts.volume_mm3);
  stored->set_area_mm2(facts.area_mm2);
  stored->set_size_x_um(facts.size_x_um);
  stored->set_size_y_um(facts.size_y_um);
  stored->set_size_z_um(facts.size_z_um);
  stored->set_watertight(facts.watertight);
  for (const std::string& warning : facts.warnings) stored->add_warnings(warning);
  stored->set_layers(facts.layers);
  stored->set_printer_model(facts.printer_model);
  stored->set_nozzle_um(facts.nozzle_um);
  stored->set_filament_type(facts.filament_type);
}

Events upload(const Upload& file, const CustomerId& customer) {
  Events out;
  auto* event = out.on("file/" + file.id.str()).mutable_file_uploaded();
  event->set_file(file.id.str());
  event->set_model(file.model.str());
  event->set_customer(customer.str());
  event->set_size_bytes(file.size_bytes);
  seal(event->mutable_name(), customer.str(), file.name);
  return out;
}

}  // namespace layerline::models
