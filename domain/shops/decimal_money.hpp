// Amounts as shops write them, "29.35": decimal text to minor units, without a floating point number on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace layerline::shops {

// How many decimals a currency has: 2, but 0 for JPY and 3 for KWD.
[[nodiscard]] int decimals_of(std::string_view currency);

// Nothing for what is no plain decimal number, or too large. Digits below the minor unit are rounded half away from zero: shops compute
// lines with more of them than they charge. A sign is kept: refunds are listed as negative amounts.
[[nodiscard]] std::optional<std::int64_t> minor_units(std::string_view text, std::string_view currency);

}  // namespace layerline::shops
