// What it takes that so many of a product are there, as far as they do not lie on the shelf, and when that will be.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateways/internal/outlook.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

// What is printed, and worked on afterwards.
struct Made {
  std::optional<production::Work> print;         // nullopt: it is put together by hand
  std::map<std::string, std::int64_t> materials;   // milligrams
  std::vector<std::string> steps;
  std::int64_t pieces = 0;
};

struct Needs {
  std::vector<Made> made;
  std::map<std::string, std::int64_t> bought;    // units by product; with what lies there of it
  bool unknown = false;                          // something of it has neither a print file nor parts
};

// Down its bill of materials.
void add_needs(const projections::Queries& queries, const projections::Scope& all, const store::Json& product, std::int64_t quantity,
               Needs& needs);

// When all of each is there, if all come into the queue now, each behind those before it; nullopt: nobody can say.
using Readiness = std::expected<std::vector<std::optional<Time>>, projections::QueryError>;
[[nodiscard]] Readiness when_there(const projections::Queries& queries, const projections::Scope& all, std::span<const Needs> wanted,
                                   const Outlook& outlook);

}  // namespace layerline::internal
