// The signature of a Stripe webhook (reference/commerce.md 1.5). Pure: bytes and the time in, a verdict out.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"
#include "gateways/webhooks/limits.hpp"

namespace layerline::webhooks {

enum class SignatureError {
  malformed_header,   // no time, or nothing that could be a signature of the scheme v1
  no_match,           // no signature of any of the secrets
  not_recent,         // signed too long ago, or in the future
};
[[nodiscard]] std::string_view describe(SignatureError error);

// `header` is Stripe-Signature, `body` the bytes as received, before any parsing. Several secrets are valid while one is replaced.
// Returns when it was signed, in seconds since 1970 UTC.
[[nodiscard]] std::expected<std::int64_t, SignatureError> verify_stripe_signature(std::string_view header, std::string_view body,
                                                                                  std::span<const Secret<std::string>> secrets,
                                                                                  std::int64_t now_s,
                                                                                  std::int64_t tolerance_s = limits::signature_age_s);

// The header that Stripe would send: for simulators and tests.
[[nodiscard]] std::string make_stripe_signature(std::string_view body, const Secret<std::string>& secret, std::int64_t now_s);

}  // namespace layerline::webhooks
