#include "infra/circuit/http_ending.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace layerline::circuit {
namespace {

// Seconds; a date is not read, the circuit's own pause does for it.
std::int64_t retry_after_ms(const http::ClientResponse& response) {
  const std::string_view text = response.header("retry-after");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds <= 0) return 0;
  return std::min(seconds, limits::retry_after_most_ms / 1'000) * 1'000;
}

}  // namespace

Ending ending_of(const http::ClientResponse& answer) {
  // Stripe keeps the answer to a key, a 5xx too: such a one says that the service answers, and nothing else.
  if (answer.header("idempotent-replayed") == "true") return Answered{};
  if (answer.status == 429 || answer.status >= 500) return Fault{fmt::format("http_{}", answer.status), retry_after_ms(answer)};
  return Answered{};
}

Ending ending_of(const http::TransportError& error) {
  return Fault{error.outcome == http::TransportError::Outcome::not_done ? "not_reached" : "no_answer"};
}

Ending ending_of(const std::expected<http::ClientResponse, http::TransportError>& answer) {
  return answer ? ending_of(*answer) : ending_of(answer.error());
}

}  // namespace layerline::circuit
