// Where a production order stands in the queue, and in the lists that are sorted by when it is due or by how urgent it is.
#pragma once

#include <string>

#include "projections/documents.hpp"

namespace layerline::projections::production {

// It has pieces that wait to be printed.
[[nodiscard]] bool waits(const Json& production_order);
// Its place among all in the order of urgency: behind it those of one urgency stand by id, and ids grow with time.
[[nodiscard]] std::string lane(const Json& production_order);
// Puts it where it belongs by its status, urgency and open pieces.
void set_spots(Documents& documents, Entry& production_order);

}  // namespace layerline::projections::production
