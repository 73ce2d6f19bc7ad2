#include "infra/app/planning_commands.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <expected>
#include <string_view>
#include <utility>

#include "domain/planning/limits.hpp"
#include "infra/app/planning_file.hpp"

namespace layerline::app {
namespace {

constexpr std::string_view help = R"(layerline planning net FILE.json
    Plans what to make and to buy, level by level, and prints {"planned": [...]}, sorted by due date and SKU. FILE "-" is standard input.
    Quantities are whole numbers in the item's smallest unit, days are like "2026-01-05".

    {"start": DAY,
     "items":  [{"sku", "on_hand", "allocated", "safety_stock", "lead_time_days", "make": true | false,
                 "lot": {"rule": "lot_for_lot" | "multiple" | "minimum" | "period", "quantity" | "days"}}],
     "boms":   [{"parent", "component", "quantity", "scrap_ppm"}],
     "demand": [{"id", "sku", "quantity", "due": DAY}],
     "supply": [{"id", "sku", "quantity", "due": DAY, "kind": "purchase" | "production_firm" | "production_released"}]}

    Of an item only "sku" and "make" must be there, of a BOM line not "scrap_ppm"; a list may be missing. What is not known is refused.
    Exits 1 and names the field if something is wrong.
)";

std::expected<std::string, std::string> read_all(const std::string& file) {
  std::FILE* const stream = file == "-" ? stdin : std::fopen(file.c_str(), "rb");
  if (!stream) return std::unexpected(std::string(std::strerror(errno)));
  std::string text;
  char part[64 * 1024];
  std::size_t count = 0;
  while (text.size() <= planning::limits::file_bytes && (count = std::fread(part, 1, sizeof(part), stream)) > 0) text.append(part, count);
  const bool failed = std::ferror(stream) != 0;
  if (stream != stdin) std::fclose(stream);
  if (failed) return std::unexpected(std::string("cannot be read"));
  if (text.size() > planning::limits::file_bytes)
    return std::unexpected(fmt::format("is longer than {} bytes", planning::limits::file_bytes));
  return text;
}

std::expected<std::string, std::string> netted(const std::string& file) {
  const auto text = read_all(file);
  if (!text) return std::unexpected(text.error());
  const auto facts = read_planning(*text);
  if (!facts) return std::unexpected(facts.error());
  const auto planned = planning::net(*facts);
  if (!planned) return std::unexpected(planned.error().detail);
  return planned_json(*planned);
}

}  // namespace

int net_planning(const std::string& file) {
  const auto out = netted(file);
  if (!out) {
    fmt::print(stderr, "layerline: {}: {}\n", file == "-" ? "standard input" : file, out.error());
    return 1;
  }
  const bool written = std::fwrite(out->data(), 1, out->size(), stdout) == out->size() && std::fflush(stdout) == 0;
  return written ? 0 : 1;
}

int explain_planning() {
  fmt::print("{}", help);
  return 0;
}

}  // namespace layerline::app
