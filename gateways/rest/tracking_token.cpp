#include "gateways/rest/tracking_token.hpp"

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"

namespace layerline::rest {

std::string signed_name(std::string_view secret, std::string_view purpose, std::string_view workshop, std::string_view name) {
  std::string named = std::string(workshop).append(".").append(name);
  const std::string mac = crypto::hmac_sha256(secret, std::string(purpose) + named).substr(0, 16);
  return named.append(".").append(crypto::base64url(mac));
}

std::optional<SignedName> read_signed_name(std::string_view secret, std::string_view purpose, std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  SignedName read{std::string(token.substr(0, first)), std::string(token.substr(first + 1, last - first - 1))};
  if (!crypto::constant_time_equal(signed_name(secret, purpose, read.workshop, read.name), token)) return std::nullopt;
  return read;
}

std::string tracking_token(std::string_view secret, std::string_view workshop, std::string_view order) {
  return signed_name(secret, "track:", workshop, order);
}

std::optional<SignedName> read_tracking_token(std::string_view secret, std::string_view token) {
  return read_signed_name(secret, "track:", token);
}

}  // namespace layerline::rest
