#include "workers/payments/stripe_api.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "infra/circuit/http_ending.hpp"

namespace layerline::payments {
namespace {

using simdjson::dom::element;
using Fields = std::vector<std::pair<std::string, std::string>>;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string in_upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), upper);
  return text;
}
std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text, std::string_view also_bare = "") {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || also_bare.find(c) != std::string_view::npos) encoded += c;
    else encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

http::ClientRequest request(const StripeAccount& account, http::Method method, std::string_view path) {
  return {.method = method,
          .url = fmt::format("{}{}", account.base_url, path),
          .headers = {{"Authorization", "Bearer " + account.api_key.reveal()}, {"Stripe-Version", std::string(stripe_version)}}};
}

http::ClientRequest post(const StripeAccount& account, std::string_view path, const EffectId& effect, const Fields& fields) {
  http::ClientRequest made = request(account, http::Method::post, path);
  made.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  made.headers.emplace_back("Idempotency-Key", effect.str());
  made.body = form_encode(fields);
  return made;
}

void add_metadata(Fields& fields, const WorkshopId& workshop, const PaymentId& payment, const OrderId& order) {
  fields.emplace_back("metadata[workshop_id]", workshop.str());
  fields.emplace_back("metadata[payment_id]", payment.str());
  fields.emplace_back("metadata[order_id]", order.str());
}

std::string text(const element& object, std::string_view name) {
  std::string_view found;
  if (object[name].get(found)) return {};
  return std::string(found);
}

std::int64_t integer(const element& object, std::string_view name) {
  std::int64_t found = 0;
  if (object[name].get(found)) return 0;
  return found;
}

std::optional<Money> money(const element& object) {
  std::int64_t amount = 0;
  const std::string currency = text(object, "currency");
  if (object["amount"].get(amount) || currency.size() != 3) return std::nullopt;
  return Money{amount, in_upper_case(currency)};
}

std::optional<IntentStatus> intent_status(std::string_view word) {
  if (word == "requires_payment_method" || word == "requires_confirmation") return IntentStatus::requires_payment;
  if (word == "requires_action") return IntentStatus::requires_payment;
  if (word == "processing") return IntentStatus::processing;
  if (word == "requires_capture") return IntentStatus::requires_capture;
  if (word == "succeeded") return IntentStatus::succeeded;
  if (word == "canceled") return IntentStatus::canceled;
  return std::nullopt;
}

std::optional<RefundStatus> refund_status(std::string_view word) {
  if (word == "pending" || word == "requires_action") return RefundStatus::pending;
  if (word == "succeeded") return RefundStatus::succeeded;
  if (word == "failed") return RefundStatus::failed;
  if (word == "canceled") return RefundStatus::canceled;
  return std::nullopt;
}

std::optional<Intent> read_intent_document(const element& document) {
  const auto status = intent_status(text(document, "status"));
  const auto amount = money(document);
  if (text(document, "object") != "payment_intent" || text(document, "id").empty() || !status || !amount) return std::nullopt;
  std::string charge = text(document, "latest_charge");
  element expanded;
  if (charge.empty() && !document["latest_charge"].get(expanded) && expanded.is_object()) charge = text(expanded, "id");
  return Intent{.id = text(document, "id"),
                .status = *status,
                .amount = *amount,
                .amount_received = integer(document, "amount_received"),
                .amount_capturable = integer(document, "amount_capturable"),
                .charge_id = std::move(charge),
                .client_secret = Secret<std::string>(text(document, "client_secret"))};
}

std::optional<Refund> read_refund_document(const element& document) {
  const auto status = refund_status(text(document, "status"));
  const auto amount = money(document);
  if (text(document, "object") != "refund" || text(document, "id").empty() || !status || !amount) return std::nullopt;
  return Refund{.id = text(document, "id"), .status = *status, .amount = *amount};
}

// The provider's own code, or the class of the status if it sent none.
std::string error_code(const http::ClientResponse& response) {
  simdjson::dom::parser parser;
  element document;
  if (!parser.parse(response.body.data(), response.body.size()).get(document)) {
    element error;
    if (!document["error"].get(error) && error.is_object()) {
      const std::string code = text(error, "code");
      const std::string decline = text(error, "decline_code");
      if (!decline.empty()) return code + ":" + decline;
      if (!code.empty()) return code;
      if (const std::string type = text(error, "type"); !type.empty()) return type;
    }
  }
  return response.status == 401 ? "authentication" : fmt::format("http_{}", response.status);
}

// The table of commerce.md 1.3. A 5xx is saved under the key and replayed, so it says nothing about what happened.
std::variant<Failed, Unknown> classify_error(const http::ClientResponse& response) {
  circuit::Ending service = circuit::ending_of(response);
  if (response.status >= 500 || response.status < 400) return Unknown{error_code(response), std::move(service)};
  bool retryable = response.status == 409 || response.status == 429;
  if (response.header("stripe-should-retry") == "true") retryable = true;
  if (response.header("stripe-should-retry") == "false") retryable = false;
  return Failed{.retryable = retryable, .code = error_code(response), .service = std::move(service)};
}

template <class Result, class Read>
Answer<Result> classify(const HttpAnswer& answer, const Read& read) {
  if (!answer) {
    circuit::Ending service = circuit::ending_of(answer.error());
    if (answer.error().outcome == http::TransportError::Outcome::not_done) return Failed{true, "not_reached", std::move(service)};
    return Unknown{answer.error().message, std::move(service)};
  }
  if (answer->status < 200 || answer->status >= 300) {
    return std::visit([](auto&& error) -> Answer<Result> { return std::move(error); }, classify_error(*answer));
  }
  simdjson::dom::parser parser;
  element document;
  if (!parser.parse(answer->body.data(), answer->body.size()).get(document)) {
    if (auto result = read(document)) return std::move(*result);
  }
  return Unknown{"the answer cannot be read"};
}

}  // namespace

std::string form_encode(const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += percent_encoded(name, "[]") + "=" + percent_encoded(value);
  }
  return body;
}

http::ClientRequest create_intent_request(const StripeAccount& account, const IntentOrder& order) {
  Fields fields = {{"amount", fmt::format("{}", order.amount.minor_units)},
                   {"currency", in_lower_case(order.amount.currency)},
                   {"automatic_payment_methods[enabled]", "true"},
                   {"description", order.description}};
  add_metadata(fields, order.workshop, order.payment, order.order);
  return post(account, "/v1/payment_intents", order.effect, fields);
}

http::ClientRequest read_intent_request(const StripeAccount& account, std::string_view intent_id) {
  return request(account, http::Method::get, "/v1/payment_intents/" + percent_encoded(intent_id));
}

http::ClientRequest cancel_intent_request(const StripeAccount& account, const EffectId& effect, std::string_view intent_id) {
  const std::string path = fmt::format("/v1/payment_intents/{}/cancel", percent_encoded(intent_id));
  return post(account, path, effect, {{"cancellation_reason", "requested_by_customer"}});
}

http::ClientRequest create_refund_request(const StripeAccount& account, const RefundOrder& order) {
  Fields fields = {{"payment_intent", order.intent_id},
                   {"amount", fmt::format("{}", order.amount.minor_units)},
                   {"reason", "requested_by_customer"}};
  add_metadata(fields, order.workshop, order.payment, order.order);
  return post(account, "/v1/refunds", order.effect, fields);
}

Answer<Intent> classify_intent(const HttpAnswer& answer) { return classify<Intent>(answer, read_intent_document); }
Answer<Refund> classify_refund(const HttpAnswer& answer) { return classify<Refund>(answer, read_refund_document); }

Answer<Intent> StripeApi::create_intent(const IntentOrder& order) {
  return classify_intent(client_.perform(create_intent_request(account_, order)));
}
Answer<Intent> StripeApi::read_intent(std::string_view intent_id) {
  return classify_intent(client_.perform(read_intent_request(account_, intent_id)));
}
Answer<Intent> StripeApi::cancel_intent(const EffectId& effect, std::string_view intent_id) {
  return classify_intent(client_.perform(cancel_intent_request(account_, effect, intent_id)));
}
Answer<Refund> StripeApi::create_refund(const RefundOrder& order) {
  return classify_refund(client_.perform(create_refund_request(account_, order)));
}

}  // namespace layerline::payments
