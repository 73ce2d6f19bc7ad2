// Who may ask how often: strangers by their address, customers by their key. The staff, services and signed webhooks are not counted, and
// neither is who asks from this machine itself: behind a proxy on it that nobody has named, all customers would be one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "gateways/rest/limits.hpp"
#include "gateways/rest/rate_limit.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/http/client_address.hpp"
#include "infra/http/message.hpp"

namespace layerline::rest {

struct LimitOptions {
  std::int64_t reads_per_minute = limits::reads_per_minute;     // 0: as many as he likes
  std::int64_t writes_per_minute = limits::writes_per_minute;   // likewise; what is not GET or HEAD, and every wrong token and key
  std::vector<http::Network> trusted_proxies = {};
};

[[nodiscard]] std::string_view name(Policy policy);

// Used on the io thread of the gateway only. Each call counts the request once, and tells its client in the answer how much is left.
class RequestLimits {
 public:
  explicit RequestLimits(LimitOptions options = {}, std::function<void(Policy)> on_refused = {});

  // The 429 of one request too many, else nothing.
  [[nodiscard]] std::optional<http::Response> refuse_guest(const http::Request& request);
  [[nodiscard]] std::optional<http::Response> refuse_key(const http::Request& request, const crypto::Sha256Digest& key);
  // What is said of a wrong token or key; 429 after too many of them.
  [[nodiscard]] http::Response refuse_guess(const http::Request& request, http::Response wrong);

 private:
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request, const Client& client, Policy policy);
  [[nodiscard]] std::optional<http::Response> refuse_address(const http::Request& request, Policy policy);
  [[nodiscard]] http::Address address_of(const http::Request& request) const;

  const LimitOptions options_;
  const std::function<void(Policy)> on_refused_;
  ClientTable clients_{limits::limited_clients};
};

}  // namespace layerline::rest
