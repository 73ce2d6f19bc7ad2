#include "projections/format.hpp"

namespace layerline::projections {

using store::Json;

Json money(std::int64_t minor_units, std::string_view currency) { return Json{{"amount", minor_units}, {"currency", currency}}; }
Json grams(std::int64_t milligrams) { return store::decimal(milligrams, 3); }
Json hours(std::int64_t span_ms) { return store::decimal((span_ms + 1'800) / 3'600, 3); }
Json percent(std::int64_t basis_points) { return store::decimal(basis_points, 2); }
Json held_lots(const events::ReservationHeld& held) {
  Json::Array lots;
  for (const events::HeldLot& part : held.lots()) lots.push_back(Json{{"lot", part.lot()}, {"mg", part.milligrams()}});
  return lots;
}
void add_photo(Json& document, const events::QualityPhotoTaken& taken, std::int64_t time_ms) {
  document["photos"].push_back(Json{{"id", taken.photo()}, {"production_order_id", text_or_null(taken.production_order())},
                                    {"blob", taken.blob()}, {"content_type", taken.content_type()}, {"bytes", taken.bytes()},
                                    {"taken_by", taken.by()}, {"taken_at", iso_time(time_ms)}});
}

void set_urgency(Json& document, const Urgency& urgency) {
  document["priority"] = urgency.priority;
  document["due_date"] = urgency.due.ms == 0 ? Json() : Json(iso_time(urgency.due.ms).substr(0, 10));
}

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json facts(const events::ModelFacts& facts) {
  Json::Array warnings;
  for (const std::string& warning : facts.warnings()) warnings.emplace_back(warning);
  Json out{
      {"kind", facts.kind()},
      {"triangles", facts.triangles()},
      {"shells", facts.shells()},
      {"volume_cm3", store::decimal(facts.volume_mm3(), 3)},
      {"area_cm2", store::decimal(facts.area_mm2(), 2)},
      {"bounding_box_mm", Json{{"x", store::decimal(facts.size_x_um(), 3)},
                               {"y", store::decimal(facts.size_y_um(), 3)},
                               {"z", store::decimal(facts.size_z_um(), 3)}}},
      {"watertight", facts.watertight()},
      {"warnings", std::move(warnings)},
  };
  if (facts.layers() > 0) {
    out["layers"] = facts.layers();
    out["printer_model"] = text_or_null(facts.printer_model());
    out["nozzle_mm"] = store::decimal(facts.nozzle_um(), 3);
    out["filament_type"] = text_or_null(facts.filament_type());
  }
  return out;
}

}  // namespace layerline::projections
