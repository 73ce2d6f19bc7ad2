// "plate" and "pieces" of a form with a sliced file: what of it is printed, and how many pieces one print makes.
#pragma once

#include <expected>
#include <optional>

#include "gateways/rest/form.hpp"

namespace layerline::rest {

struct AskedPlate {
  std::optional<std::int64_t> number = {};   // nullopt: the only one of the file
  std::int64_t pieces = 1;
};

[[nodiscard]] inline std::expected<AskedPlate, Response> read_plate(const Form& form) {
  const auto number = form.integer("plate", 0);
  const auto pieces = form.integer("pieces", 1);
  if (!number || !pieces) return std::unexpected(http::problem(400, "malformed-field", "Plate and pieces are whole numbers."));
  AskedPlate asked{.pieces = *pieces};
  if (form.text("plate")) asked.number = *number;
  return asked;
}

}  // namespace layerline::rest
