#include "gateways/webhooks/stripe_signature.hpp"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"

namespace layerline::webhooks {
namespace {

struct SignatureHeader {
  std::string_view time;   // as sent: it is part of what was signed
  std::int64_t time_s = 0;
  std::vector<std::string> signatures;   // decoded
};

std::optional<std::int64_t> parse_time(std::string_view text) {
  std::int64_t time_s = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time_s);
  if (error != std::errc() || end != text.data() + text.size() || time_s < 0) return std::nullopt;
  return time_s;
}

// Other schemes (v0) and unreadable values of v1 are passed over, as Stripe's own libraries do.
std::optional<SignatureHeader> parse(std::string_view header) {
  if (header.size() > limits::signature_header_bytes) return std::nullopt;
  SignatureHeader parsed;
  std::optional<std::int64_t> time_s;
  while (!header.empty()) {
    const auto comma = header.find(',');
    const std::string_view part = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    if (name == "t") {
      if (time_s) return std::nullopt;   // two times: which of them was signed?
      time_s = parse_time(value);
      if (!time_s) return std::nullopt;
      parsed.time = value;
    } else if (name == "v1" && parsed.signatures.size() < limits::signatures) {
      if (auto signature = crypto::from_hex(value)) parsed.signatures.push_back(std::move(*signature));
    }
  }
  if (!time_s || parsed.signatures.empty()) return std::nullopt;
  parsed.time_s = *time_s;
  return parsed;
}

std::string sign(std::string_view time, std::string_view body, const Secret<std::string>& secret) {
  std::string message;
  message.reserve(time.size() + 1 + body.size());
  message.append(time).append(".").append(body);
  return crypto::hmac_sha256(secret.reveal(), message);
}

}  // namespace

std::string_view describe(SignatureError error) {
  switch (error) {
    case SignatureError::malformed_header: return "the signature header cannot be read";
    case SignatureError::no_match: return "no signature matches";
    case SignatureError::not_recent: return "the signature is too old";
  }
  std::unreachable();
}

std::expected<std::int64_t, SignatureError> verify_stripe_signature(std::string_view header, std::string_view body,
                                                                    std::span<const Secret<std::string>> secrets, std::int64_t now_s,
                                                                    std::int64_t tolerance_s) {
  const auto parsed = parse(header);
  if (!parsed) return std::unexpected(SignatureError::malformed_header);
  bool matches = false;
  for (const auto& secret : secrets) {
    const std::string expected = sign(parsed->time, body, secret);
    for (const auto& signature : parsed->signatures) matches |= crypto::constant_time_equal(signature, expected);
  }
  if (!matches) return std::unexpected(SignatureError::no_match);
  const std::int64_t age_s = now_s > parsed->time_s ? now_s - parsed->time_s : parsed->time_s - now_s;
  if (age_s > tolerance_s) return std::unexpected(SignatureError::not_recent);
  return parsed->time_s;
}

std::string make_stripe_signature(std::string_view body, const Secret<std::string>& secret, std::int64_t now_s) {
  const std::string time = std::to_string(now_s);
  return "t=" + time + ",v1=" + crypto::hex(sign(time, body, secret));
}

}  // namespace layerline::webhooks
