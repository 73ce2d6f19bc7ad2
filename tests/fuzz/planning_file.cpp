// Any text is facts of planning or an error; any facts are a plan or a refusal. No order is for more than its quantity.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "infra/app/planning_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace layerline;
  const auto facts = app::read_planning({reinterpret_cast<const char*>(data), size});
  if (!facts) return 0;
  const auto planned = planning::net(*facts);
  if (!planned) return 0;
  for (const planning::PlannedOrder& order : *planned) {
    planning::Quantity left = order.quantity;
    for (const planning::Peg& peg : order.pegs) left -= peg.quantity;
    if (order.quantity <= 0 || left < 0 || order.release > order.due) std::abort();
  }
  static_cast<void>(app::planned_json(*planned));
  return 0;
}
