#include "gateways/webhooks/woocommerce_webhook.hpp"

#include <simdjson.h>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"

namespace layerline::webhooks {

bool verify_woocommerce_signature(std::string_view header, std::string_view body, std::span<const Secret<std::string>> secrets) {
  if (header.size() > limits::signature_header_bytes) return false;
  const auto signature = crypto::from_base64(header);
  if (!signature) return false;
  bool matches = false;
  for (const auto& secret : secrets)
    if (!secret.reveal().empty()) matches |= crypto::constant_time_equal(*signature, crypto::hmac_sha256(secret.reveal(), body));
  return matches;
}

std::string make_woocommerce_signature(std::string_view body, const Secret<std::string>& secret) {
  return crypto::base64(crypto::hmac_sha256(secret.reveal(), body));
}

bool is_woocommerce_ping(std::string_view content_type, std::string_view body) {
  constexpr std::string_view form = "application/x-www-form-urlencoded";
  constexpr std::string_view name = "webhook_id=";
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  if (type != form || !body.starts_with(name)) return false;
  const std::string_view number = body.substr(name.size());
  return !number.empty() && number.size() <= limits::identifier_bytes && number.find_first_not_of("0123456789") == std::string_view::npos;
}

WoocommerceTopic woocommerce_topic(std::string_view header) {
  if (header == "order.created" || header == "order.updated" || header == "order.restored") return WoocommerceTopic::order_changed;
  return header == "order.deleted" ? WoocommerceTopic::order_deleted : WoocommerceTopic::other;
}

std::optional<std::string> woocommerce_order_id(std::string_view body) {
  if (body.empty() || body.size() > limits::body_bytes) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::uint64_t id = 0;
  if (parser.parse(body.data(), body.size()).get(root) || root["id"].get(id) || id == 0) return std::nullopt;
  return std::to_string(id);
}

}  // namespace layerline::webhooks
