// Any bytes on the report topic: decoded or refused, never more than that. Repair and merge run on whatever is decoded.
#include <cstdint>
#include <string_view>

#include "workers/printer/report.hpp"
#include "workers/printer/status.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace layerline::printer;
  const auto message = parse_message({reinterpret_cast<const char*>(bytes), size});
  if (!message) return 0;
  if (const auto* report = std::get_if<StatusReport>(&*message)) {
    Status status;
    merge(status, *report);
    merge(status, *report);
    (void)error_text(status.print_error);
    (void)name_stem(status.subtask_name);
  }
  return 0;
}
