// The connection to a printer as operators see it: like the circuit of an outside service, for a printer is one on the local network.
#pragma once

#include <cstdint>
#include <string_view>

#include "infra/store/json_tree.hpp"

namespace layerline::projections::printers {

// The printer's member "connection", after its session said this status. Its worker tries again by itself, so that nobody knows when.
void show_connection(store::Json& printer, std::string_view status, std::int64_t time_ms);

}  // namespace layerline::projections::printers
