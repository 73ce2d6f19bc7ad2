// The limits of what a workshop buys.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::purchasing::limits {

inline constexpr std::size_t lines_max = 100;                        // of a purchase order
inline constexpr std::size_t lots_received_max = 100;                // parts of lines that come at once; so many movements are one commit
inline constexpr std::int64_t quantity_max = 1'000'000'000'000;      // of a line, in milligrams or pieces
inline constexpr std::int64_t unit_cost_max = 100'000'000;           // minor units
inline constexpr std::size_t text_max = 200;                         // bytes of a name, a contact, a reference

}  // namespace layerline::purchasing::limits
