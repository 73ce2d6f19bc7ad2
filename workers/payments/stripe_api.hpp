// Stripe's API as we use it (reference/commerce.md 1.1-1.3): requests are built and answers judged by pure functions; StripeApi sends them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/kernel/types.hpp"
#include "infra/circuit/circuit.hpp"
#include "infra/http/client.hpp"

namespace layerline::payments {

struct StripeAccount {
  std::string base_url = "https://api.stripe.com";
  Secret<std::string> api_key;
};

inline constexpr std::string_view stripe_version = "2025-09-30.clover";

struct IntentOrder {
  EffectId effect;          // the Idempotency-Key of the call
  Money amount;
  WorkshopId workshop;      // these three come back in the metadata of every event
  PaymentId payment;
  OrderId order;
  std::string description;  // "SO-2026-001": seen by the customer, so nothing personal
};

struct RefundOrder {
  EffectId effect;
  std::string intent_id;
  Money amount;             // may be a part of it
  WorkshopId workshop;
  PaymentId payment;
  OrderId order;
};

enum class IntentStatus { requires_payment, processing, requires_capture, succeeded, canceled };

struct Intent {
  std::string id;
  IntentStatus status = IntentStatus::requires_payment;
  Money amount;
  std::int64_t amount_received = 0;      // minor units, cumulative
  std::int64_t amount_capturable = 0;
  std::string charge_id;                 // of the latest attempt, may be empty
  Secret<std::string> client_secret;     // for the customer's browser only
};

enum class RefundStatus { pending, succeeded, failed, canceled };

struct Refund {
  std::string id;
  RefundStatus status = RefundStatus::pending;
  Money amount;
};

// How a call ended. Unknown is reconciled by reading (or by the same call with the same key within 24 h), never by a new key.
struct Failed {
  bool retryable = false;   // with the same key, later
  std::string code;         // "card_declined:insufficient_funds", "authentication", …: stable, for people and metrics
  circuit::Ending service = circuit::Answered{};
};
struct Unknown {
  std::string why;
  circuit::Ending service = circuit::Answered{};
};
template <class Result>
using Answer = std::variant<Result, Failed, Unknown>;

using HttpAnswer = std::expected<http::ClientResponse, http::TransportError>;

// Percent-encoded as the official SDK does; brackets in names stay.
[[nodiscard]] std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

[[nodiscard]] http::ClientRequest create_intent_request(const StripeAccount& account, const IntentOrder& order);
[[nodiscard]] http::ClientRequest read_intent_request(const StripeAccount& account, std::string_view intent_id);
[[nodiscard]] http::ClientRequest cancel_intent_request(const StripeAccount& account, const EffectId& effect, std::string_view intent_id);
[[nodiscard]] http::ClientRequest create_refund_request(const StripeAccount& account, const RefundOrder& order);

[[nodiscard]] Answer<Intent> classify_intent(const HttpAnswer& answer);
[[nodiscard]] Answer<Refund> classify_refund(const HttpAnswer& answer);

// Blocking; one per thread.
class StripeApi {
 public:
  explicit StripeApi(StripeAccount account) : account_(std::move(account)) {}

  [[nodiscard]] Answer<Intent> create_intent(const IntentOrder& order);
  [[nodiscard]] Answer<Intent> read_intent(std::string_view intent_id);
  [[nodiscard]] Answer<Intent> cancel_intent(const EffectId& effect, std::string_view intent_id);
  [[nodiscard]] Answer<Refund> create_refund(const RefundOrder& order);

 private:
  StripeAccount account_;
  http::Client client_;
};

}  // namespace layerline::payments
