#include "projections/format.hpp"

#include <chrono>

namespace layerline::projections {

using store::Json;

std::string iso_time(std::int64_t time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(time_ms)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t at, int digits, std::int64_t number) {
    for (int i = digits; i-- > 0; number /= 10) out[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return out;
}

Json money(std::int64_t minor_units, std::string_view currency) { return Json{{"amount", minor_units}, {"currency", currency}}; }
Json grams(std::int64_t milligrams) { return store::decimal(milligrams, 3); }
Json hours(std::int64_t span_ms) { return store::decimal((span_ms + 1'800) / 3'600, 3); }
Json percent(std::int64_t basis_points) { return store::decimal(basis_points, 2); }
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
