#include "gateways/internal/token.hpp"

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/http/router.hpp"

namespace layerline::internal {
namespace {

constexpr std::string_view purpose = "layerline internal v1";
constexpr std::string_view bearer = "Bearer ";

}  // namespace

std::string token(std::string_view installation_secret) { return crypto::hex(crypto::hmac_sha256(installation_secret, purpose)); }

http::Header authorization(std::string_view token) { return {"Authorization", std::string(bearer).append(token)}; }

bool authorized(const http::Request& request, std::string_view token) {
  const std::string_view shown = request.header("Authorization");
  return !token.empty() && shown.starts_with(bearer) && crypto::constant_time_equal(shown.substr(bearer.size()), token);
}

http::Response nothing_here() { return http::not_routed(http::Method::get, {}); }

}  // namespace layerline::internal
