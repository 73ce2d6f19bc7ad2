// How values look in a published document (DESIGN 9): ids as text, times ISO 8601 UTC with milliseconds (iso_time), amounts in minor units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/kernel/iso_time.hpp"
#include "domain/kernel/urgency.hpp"
#include "infra/store/json_tree.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::projections {

[[nodiscard]] store::Json money(std::int64_t minor_units, std::string_view currency);  // {"amount": 1250, "currency": "USD"}
[[nodiscard]] store::Json grams(std::int64_t milligrams);                              // 45.3
[[nodiscard]] store::Json hours(std::int64_t span_ms);                                 // 2.5, rounded half up to 0.001
[[nodiscard]] store::Json percent(std::int64_t basis_points);                          // 12.5
[[nodiscard]] store::Json facts(const events::ModelFacts& facts);
// A photo of the quality check, added to the document's "photos".
void add_photo(store::Json& document, const events::QualityPhotoTaken& taken, std::int64_t time_ms);
[[nodiscard]] store::Json held_lots(const events::ReservationHeld& held);              // [{"lot": "S-17", "mg": 250000}]
// "priority" and "due_date", the day or null.
void set_urgency(store::Json& document, const Urgency& urgency);
// Empty text is null.
[[nodiscard]] store::Json text_or_null(std::string_view text);

}  // namespace layerline::projections
