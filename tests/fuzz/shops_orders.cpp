// Any bytes are an order with sane figures, or are refused; the first byte picks the reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/shops/decimal_money.hpp"
#include "domain/shops/limits.hpp"
#include "domain/shops/shop_time.hpp"
#include "workers/shops/shop_orders.hpp"

namespace {

using namespace layerline;

void check(const shops::ReadOrder& read) {
  if (!read) return;
  if (read->external_id.empty() || read->currency.size() != 3) __builtin_trap();
  if (read->total < 0 || read->shipping < 0 || read->refunded < 0) __builtin_trap();
  for (const orders::ShopLine& line : read->lines)
    if (line.quantity < 1 || line.unit_price < 0) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check(shops::read_squarespace_order("s", text)); break;
    case 1: check(shops::read_woocommerce_order("s", text)); break;
    case 2:
      if (const auto page = shops::read_squarespace_page("s", text); page && page->orders.size() > page->listed) __builtin_trap();
      break;
    case 3: (void)shops::read_woocommerce_page("s", text); break;
    case 4: {
      const auto units = shops::minor_units(text, "USD");
      if (units && (*units > shops::limits::amount_max + 1 || *units < -shops::limits::amount_max - 1)) __builtin_trap();
      break;
    }
    default: (void)shops::shop_time(text); (void)shops::read_squarespace_parcels(text); (void)shops::woocommerce_notes_name(text, "T");
  }
  return 0;
}
