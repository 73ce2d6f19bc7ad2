// A header, a line end, a body: nobody guesses a signature, our own is taken, and the body is parsed or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateways/webhooks/squarespace_webhook.hpp"
#include "gateways/webhooks/woocommerce_webhook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace layerline;
  static const std::vector<Secret<std::string>> secrets = {Secret<std::string>("00ff00ff")};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = bytes.find('\n');
  const std::string_view header = bytes.substr(0, end);
  const std::string_view body = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  if (webhooks::verify_squarespace_signature(header, body, secrets)) __builtin_trap();
  if (webhooks::verify_woocommerce_signature(header, body, secrets)) __builtin_trap();
  if (!webhooks::verify_squarespace_signature(webhooks::make_squarespace_signature(body, secrets[0]), body, secrets)) __builtin_trap();
  if (!webhooks::verify_woocommerce_signature(webhooks::make_woocommerce_signature(body, secrets[0]), body, secrets)) __builtin_trap();
  const auto notification = webhooks::parse_squarespace_notification(body);
  if (notification && notification->id.empty()) __builtin_trap();
  (void)webhooks::is_woocommerce_ping(header, body);
  (void)webhooks::woocommerce_order_id(body);
  return 0;
}
