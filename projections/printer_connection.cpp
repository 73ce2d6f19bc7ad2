#include "projections/printer_connection.hpp"

#include "domain/kernel/iso_time.hpp"

namespace layerline::projections::printers {
namespace {

using store::Json;

// half_open: it is connected, and says nothing.
std::string_view state_of(std::string_view status) {
  if (status == "offline" || status == "auth_failed" || status == "certificate_mismatch") return "open";
  return status == "no_data" || status == "stale" ? "half_open" : "closed";
}

}  // namespace

void show_connection(Json& printer, std::string_view status, std::int64_t time_ms) {
  Json& connection = printer["connection"];
  const std::string_view state = state_of(status);
  const bool is_new = connection.is_null();
  if (is_new)
    connection = Json{{"state", Json()}, {"since", Json()}, {"failures", 0}, {"last_failure", Json()}, {"last_failure_at", Json()}};
  if (connection.text("state") != state) connection["since"] = iso_time(time_ms);
  connection["state"] = state;
  if (state == "closed") {
    connection["failures"] = 0;
  } else if (!is_new) {   // nobody has tried a new one yet
    connection["failures"] = connection.integer("failures") + 1;
    connection["last_failure"] = status;
    connection["last_failure_at"] = iso_time(time_ms);
  }
}

}  // namespace layerline::projections::printers
