// A notification of Squarespace (reference/commerce.md 2.2): its signature, and what it says. Pure. The body names an order and nothing
// else; the order is asked for before it is believed.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"
#include "gateways/webhooks/stripe_event.hpp"

namespace layerline::webhooks {

// `header` is Squarespace-Signature: hex of the HMAC-SHA-256 of the body as received, keyed with the bytes that the secret's hex says.
[[nodiscard]] bool verify_squarespace_signature(std::string_view header, std::string_view body,
                                                std::span<const Secret<std::string>> secrets);
// The header that Squarespace would send: for tests. The secret must be hex.
[[nodiscard]] std::string make_squarespace_signature(std::string_view body, const Secret<std::string>& secret);

struct SquarespaceNotification {
  std::string id;           // the idempotency key of the command
  std::string topic;        // "order.create", "order.update", "extension.uninstall"; others are to be tolerated
  std::string order_id;     // empty if the topic is not about an order
};
[[nodiscard]] std::expected<SquarespaceNotification, EventError> parse_squarespace_notification(std::string_view body);

}  // namespace layerline::webhooks
