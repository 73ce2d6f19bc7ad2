// A header, a line end, a body: the verdict on the header must hold for no other secret, and the body must parse or be refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateways/webhooks/stripe_event.hpp"
#include "gateways/webhooks/stripe_signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace layerline;
  static const std::vector<Secret<std::string>> secrets = {Secret<std::string>("whsec_fuzz")};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = bytes.find('\n');
  const std::string_view header = bytes.substr(0, end);
  const std::string_view body = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  if (webhooks::verify_stripe_signature(header, body, secrets, 1'700'000'000)) __builtin_trap();   // nobody guesses an HMAC
  const std::string own = webhooks::make_stripe_signature(body, secrets[0], 1'700'000'000);
  if (!webhooks::verify_stripe_signature(own, body, secrets, 1'700'000'000)) __builtin_trap();
  const auto event = webhooks::parse_stripe_event(body);
  if (event && (event->amount < 0 || event->amount_received < 0 || event->amount_refunded < 0)) __builtin_trap();
  return 0;
}
