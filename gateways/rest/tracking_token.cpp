#include "gateways/rest/tracking_token.hpp"

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"

namespace layerline::rest {

std::string tracking_token(std::string_view secret, std::string_view workshop, std::string_view order) {
  std::string named = std::string(workshop).append(".").append(order);
  const std::string mac = crypto::hmac_sha256(secret, "track:" + named).substr(0, 16);
  return named.append(".").append(crypto::base64url(mac));
}

std::optional<Tracked> read_tracking_token(std::string_view secret, std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  Tracked tracked{std::string(token.substr(0, first)), std::string(token.substr(first + 1, last - first - 1))};
  if (!crypto::constant_time_equal(tracking_token(secret, tracked.workshop, tracked.order), token)) return std::nullopt;
  return tracked;
}

}  // namespace layerline::rest
