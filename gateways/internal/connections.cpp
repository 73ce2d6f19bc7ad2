#include "gateways/internal/connections.hpp"

#include "gateways/internal/each.hpp"
#include "gateways/internal/limits.hpp"
#include "projections/printers.hpp"

namespace layerline::internal {

namespace p = projections;
using store::Json;

std::expected<p::Document, p::QueryError> printer_connections(const p::Queries& queries, const p::Scope& scope) {
  Json connections = Json::Array{};
  const auto read = each([&](const p::PageRequest& request) { return p::printers::list(queries, scope, "", "name", request); },
                         limits::connections_shown, [&](const Json& printer) {
    Json shown{{"service", "printer"}, {"printer", printer.text("id")}, {"name", printer.text("name")}};
    if (const Json* connection = printer.find("connection"))
      for (const store::Member& member : *connection->object()) shown[member.name] = member.value;
    shown["next_probe_at"] = Json();
    connections.push_back(std::move(shown));
  });
  if (!read) return std::unexpected(read.error());
  p::Document out;
  out.json = connections.str();
  return out;
}

}  // namespace layerline::internal
