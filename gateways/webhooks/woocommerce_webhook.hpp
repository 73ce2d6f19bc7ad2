// A delivery of WooCommerce (reference/commerce.md 3.1): its signature, and what it is about. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"
#include "gateways/webhooks/limits.hpp"

namespace layerline::webhooks {

// `header` is X-WC-Webhook-Signature: base64 of the HMAC-SHA-256 of the body as received, keyed with the secret's text.
[[nodiscard]] bool verify_woocommerce_signature(std::string_view header, std::string_view body,
                                                std::span<const Secret<std::string>> secrets);
// The header that WooCommerce would send: for tests.
[[nodiscard]] std::string make_woocommerce_signature(std::string_view body, const Secret<std::string>& secret);

// What a new webhook is tried with: a form without any signature. It must be answered 200 and means nothing.
[[nodiscard]] bool is_woocommerce_ping(std::string_view content_type, std::string_view body);

enum class WoocommerceTopic {
  order_changed,   // created, updated, restored: the body is the order
  order_deleted,   // the body is {"id": 123}
  other,
};
[[nodiscard]] WoocommerceTopic woocommerce_topic(std::string_view header);

// The id in {"id": 123}; nothing if there is none.
[[nodiscard]] std::optional<std::string> woocommerce_order_id(std::string_view body);

}  // namespace layerline::webhooks
