// Looks into an uploaded .gcode.3mf like a printer does: the checksum, the plate, its layers.
#pragma once

#include <optional>
#include <string>

#include "tests/simulators/printer/simulated_printer.hpp"

namespace layerline::simulator {

// Nothing if there is no such file.
[[nodiscard]] std::optional<PrintFile> read_print_file(const std::string& path, const std::string& plate);

}  // namespace layerline::simulator
