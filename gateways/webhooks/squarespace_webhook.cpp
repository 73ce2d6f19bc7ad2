#include "gateways/webhooks/squarespace_webhook.hpp"

#include <simdjson.h>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"

namespace layerline::webhooks {
namespace {

std::string text(const simdjson::dom::element& object, std::string_view name) {
  std::string_view found;
  if (object[name].get(found) || found.size() > limits::identifier_bytes) return {};
  return std::string(found);
}

}  // namespace

bool verify_squarespace_signature(std::string_view header, std::string_view body, std::span<const Secret<std::string>> secrets) {
  if (header.size() > limits::signature_header_bytes) return false;
  const auto signature = crypto::from_hex(header);
  if (!signature) return false;
  bool matches = false;
  for (const auto& secret : secrets) {
    const auto key = crypto::from_hex(secret.reveal());
    if (key && !key->empty()) matches |= crypto::constant_time_equal(*signature, crypto::hmac_sha256(*key, body));
  }
  return matches;
}

std::string make_squarespace_signature(std::string_view body, const Secret<std::string>& secret) {
  return crypto::hex(crypto::hmac_sha256(crypto::from_hex(secret.reveal()).value(), body));
}

std::expected<SquarespaceNotification, EventError> parse_squarespace_notification(std::string_view body) {
  const std::unexpected malformed(EventError::malformed);
  if (body.empty() || body.size() > limits::body_bytes) return malformed;   // simdjson copies an empty text from its address
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) || !root.is_object()) return malformed;
  SquarespaceNotification notification{.id = text(root, "id"), .topic = text(root, "topic"), .order_id = {}};
  if (notification.id.empty() || notification.topic.empty()) return malformed;
  if (simdjson::dom::element data; !root["data"].get(data) && data.is_object()) notification.order_id = text(data, "orderId");
  const bool about_order = notification.topic == "order.create" || notification.topic == "order.update";
  if (about_order && notification.order_id.empty()) return malformed;
  return notification;
}

}  // namespace layerline::webhooks
