// Bought units that somebody waits for. The oldest is served first, in part too; while anybody waits, nothing is free.
#pragma once

#include <deque>
#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::products {

struct Shortage { std::string holder; std::int64_t quantity = 0; };

// How much the holder waits for in all; 0: it waits no longer.
void note_shortage(const ProductId&, const std::string& holder, std::int64_t quantity, Events& out);
// After units came in or were given back.
[[nodiscard]] Events serve_shortages(const ProductId&, const Context&);
[[nodiscard]] Events forget_shortages(const std::string& holder, const Context&);

[[nodiscard]] bool lacks_units(const Workshop&, const std::string& holder);
[[nodiscard]] std::int64_t short_by(const Workshop&, const ProductId&, const std::string& holder);

void evolve(Workshop&, const events::UnitsShortageNoted&, Time);

}  // namespace layerline::products
