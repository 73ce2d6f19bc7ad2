#include "tests/simulators/payments/ledger.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include <fmt/format.h>

#include "infra/json/writer.hpp"

namespace layerline::simulators {
namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%') {
      unsigned value = 0;
      if (text.size() - i < 3) return std::nullopt;
      const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

// Test keys have exactly three parts, as stripe-mock demands: "sk_test_123".
bool is_key(std::string_view key) {
  return (key.starts_with("sk_test_") || key.starts_with("rk_test_")) && key.size() > 8 && key.find('_', 8) == std::string_view::npos;
}

std::optional<std::int64_t> positive(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  if (found == form.end()) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stop != end || number <= 0) return std::nullopt;
  return number;
}

// The first field that the call does not know; metadata[…] is always known.
std::optional<std::string> unknown_field(const Form& form, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : form) {
    if (name.starts_with("metadata[") && name.ends_with("]")) continue;
    if (std::ranges::find(known, name) == known.end()) return name;
  }
  return std::nullopt;
}

Form metadata_of(const Form& form) {
  Form metadata;
  for (const auto& [name, value] : form) {
    if (name.starts_with("metadata[")) metadata[name.substr(9, name.size() - 10)] = value;
  }
  return metadata;
}

void write_metadata(json::Writer& writer, const Form& metadata) {
  writer.key("metadata").begin_object();
  for (const auto& [name, value] : metadata) writer.member(name, value);
  writer.end();
}

ApiAnswer bad_request(std::string_view code, std::string_view message) { return api_error(400, "invalid_request_error", code, message); }

}  // namespace

std::optional<Form> parse_form(std::string_view body) {
  Form form;
  while (!body.empty()) {
    const auto end = body.find('&');
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = percent_decoded(pair.substr(0, equals));
    const auto value = percent_decoded(pair.substr(equals + 1));
    if (!name || !value || !form.emplace(*name, *value).second) return std::nullopt;
  }
  return form;
}

ApiAnswer api_error(int status, std::string_view type, std::string_view code, std::string_view message) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("error").begin_object().member("type", type).member("code", code).member("message", message).end().end();
  return {status, body};
}

// Results are saved once execution began; failed validation is not, so a corrected request may use the key again.
ApiAnswer Ledger::post(const ApiCall& call, std::int64_t now_s) {
  if (!is_key(call.key)) return api_error(401, "invalid_request_error", "", "Invalid API Key provided.");
  if (!call.content_type.starts_with("application/x-www-form-urlencoded")) {
    return bad_request("", "Content-Type must be application/x-www-form-urlencoded.");
  }
  const auto form = parse_form(call.body);
  if (!form) return bad_request("", "The form cannot be parsed.");
  const std::string request = call.path + "\n" + call.body;
  if (call.idempotency_key.size() > 255) return bad_request("", "The idempotency key is too long.");
  if (const auto saved = saved_.find(call.idempotency_key); !call.idempotency_key.empty() && saved != saved_.end()) {
    if (saved->second.request == request) return saved->second.answer;
    return api_error(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters.");
  }
  const ApiAnswer answer = operate(call, *form, now_s);
  if (!call.idempotency_key.empty() && answer.status != 400 && answer.status != 404) saved_[call.idempotency_key] = {request, answer};
  return answer;
}

ApiAnswer Ledger::operate(const ApiCall& call, const Form& form, std::int64_t now_s) {
  if (call.path == "/v1/payment_intents") return create_intent(form, now_s);
  if (call.path == "/v1/refunds") return create_refund(form, now_s);
  const std::string rest = call.path.substr(std::string_view("/v1/payment_intents/").size());
  const auto slash = rest.find('/');
  const auto found = intents_.find(rest.substr(0, slash));
  if (found == intents_.end()) return api_error(404, "invalid_request_error", "resource_missing", "No such payment_intent.");
  if (rest.substr(slash) == "/cancel") {
    if (const auto unknown = unknown_field(form, {"cancellation_reason"})) return bad_request("parameter_unknown", *unknown);
    return cancel_intent(found->second, now_s);
  }
  if (const auto unknown = unknown_field(form, {"payment_method", "return_url"})) return bad_request("parameter_unknown", *unknown);
  const auto method = form.find("payment_method");
  const bool declines = method != form.end() && method->second == "pm_card_chargeDeclined";
  return pay(found->first, declines ? "declined" : "ok", now_s);
}

ApiAnswer Ledger::create_intent(const Form& form, std::int64_t now_s) {
  if (const auto unknown = unknown_field(form, {"amount", "currency", "capture_method", "automatic_payment_methods[enabled]",
                                                "payment_method_types[0]", "description", "receipt_email", "transfer_group"})) {
    return bad_request("parameter_unknown", *unknown);
  }
  const auto amount = positive(form, "amount");
  const auto currency = form.find("currency");
  if (!amount) return bad_request("parameter_invalid_integer", "amount");
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (currency == form.end() || currency->second.size() != 3 || !std::ranges::all_of(currency->second, is_lower)) {
    return bad_request("parameter_invalid", "currency");
  }
  Intent intent;
  intent.id = new_id("pi");
  intent.amount = *amount;
  intent.currency = currency->second;
  intent.metadata = metadata_of(form);
  intent.created_s = now_s;
  if (const auto description = form.find("description"); description != form.end()) intent.description = description->second;
  const std::string document = intent_document(intent);
  intents_.emplace(intent.id, std::move(intent));
  emit("payment_intent.created", document, now_s);
  return {200, document};
}

ApiAnswer Ledger::read_intent(std::string_view key, const std::string& id) const {
  if (!is_key(key)) return api_error(401, "invalid_request_error", "", "Invalid API Key provided.");
  const auto found = intents_.find(id);
  if (found == intents_.end()) return api_error(404, "invalid_request_error", "resource_missing", "No such payment_intent.");
  return {200, intent_document(found->second)};
}

ApiAnswer Ledger::cancel_intent(Intent& intent, std::int64_t now_s) {
  if (intent.status == "succeeded" || intent.status == "canceled") {
    return bad_request("payment_intent_unexpected_state", "You cannot cancel this PaymentIntent because of its status.");
  }
  intent.status = "canceled";
  intent.amount_capturable = 0;
  emit("payment_intent.canceled", intent_document(intent), now_s);
  return {200, intent_document(intent)};
}

ApiAnswer Ledger::pay(const std::string& intent_id, std::string_view card, std::int64_t now_s) {
  const auto found = intents_.find(intent_id);
  if (found == intents_.end()) return api_error(404, "invalid_request_error", "resource_missing", "No such payment_intent.");
  Intent& intent = found->second;
  if (intent.status != "requires_payment_method") {
    return bad_request("payment_intent_unexpected_state", "This PaymentIntent cannot be confirmed because of its status.");
  }
  intent.charge_id = new_id("ch");
  if (card == "declined") {
    intent.decline_code = "insufficient_funds";
    emit("payment_intent.payment_failed", intent_document(intent), now_s);
    return api_error(402, "card_error", "card_declined", "Your card was declined.");
  }
  intent.decline_code.clear();
  if (card == "authorise") {
    intent.status = "requires_capture";
    intent.amount_capturable = intent.amount;
    emit("payment_intent.amount_capturable_updated", intent_document(intent), now_s);
  } else {
    intent.status = "succeeded";
    intent.amount_received = intent.amount;
    emit("payment_intent.succeeded", intent_document(intent), now_s);
  }
  return {200, intent_document(intent)};
}

ApiAnswer Ledger::create_refund(const Form& form, std::int64_t now_s) {
  if (const auto unknown = unknown_field(form, {"payment_intent", "charge", "amount", "reason"})) {
    return bad_request("parameter_unknown", *unknown);
  }
  const auto id = form.find("payment_intent");
  const auto found = id == form.end() ? intents_.end() : intents_.find(id->second);
  if (found == intents_.end()) return api_error(404, "invalid_request_error", "resource_missing", "No such payment_intent.");
  Intent& intent = found->second;
  const std::int64_t left = intent.amount_received - intent.amount_refunded;
  if (form.contains("amount") && !positive(form, "amount")) return bad_request("parameter_invalid_integer", "amount");
  const std::int64_t amount = positive(form, "amount").value_or(left);
  if (left <= 0) return bad_request("charge_already_refunded", "The charge has already been refunded.");
  if (amount > left) return bad_request("", "Refund amount is greater than unrefunded amount on charge.");
  intent.amount_refunded += amount;
  intent.refunds += 1;
  std::string document;
  json::Writer writer(document);
  writer.begin_object().member("id", new_id("re")).member("object", "refund").member("amount", amount).member("currency", intent.currency);
  writer.member("status", "succeeded").member("charge", intent.charge_id).member("payment_intent", intent.id).member("created", now_s);
  write_metadata(writer, metadata_of(form));
  writer.end();
  emit("charge.refunded", charge_document(intent), now_s);
  return {200, document};
}

std::string Ledger::done() const {
  std::string document;
  json::Writer writer(document);
  writer.begin_object().key("intents").begin_array();
  for (const auto& [id, intent] : intents_) {
    const auto payment = intent.metadata.find("payment_id");
    writer.begin_object().member("id", id).member("payment", payment == intent.metadata.end() ? "" : payment->second);
    writer.member("status", intent.status).member("refunds", intent.refunds).end();
  }
  writer.end().end();
  return document;
}

void Ledger::emit(std::string_view type, const std::string& object, std::int64_t now_s) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("id", new_id("evt")).member("object", "event").member("api_version", "2025-09-30.clover");
  writer.member("created", now_s).member("livemode", false).member("pending_webhooks", 1).member("type", type);
  writer.key("data").begin_object().key("object").raw(object).end().end();
  emit_(body);
}

std::string Ledger::new_id(std::string_view prefix) { return fmt::format("{}_{}{:016}", prefix, run_, ++ids_); }

std::string Ledger::intent_document(const Intent& intent) {
  std::string document;
  json::Writer writer(document);
  writer.begin_object().member("id", intent.id).member("object", "payment_intent").member("amount", intent.amount);
  writer.member("amount_capturable", intent.amount_capturable).member("amount_received", intent.amount_received);
  writer.member("client_secret", intent.id + "_secret_sim").member("created", intent.created_s).member("currency", intent.currency);
  writer.member("description", intent.description).member("livemode", false).member("status", intent.status).key("latest_charge");
  if (intent.charge_id.empty()) writer.null();
  else writer.value(intent.charge_id);
  writer.key("last_payment_error");
  if (intent.decline_code.empty()) {
    writer.null();
  } else {
    writer.begin_object().member("type", "card_error").member("code", "card_declined").member("decline_code", intent.decline_code).end();
  }
  write_metadata(writer, intent.metadata);
  writer.end();
  return document;
}

std::string Ledger::charge_document(const Intent& intent) {
  std::string document;
  json::Writer writer(document);
  writer.begin_object().member("id", intent.charge_id).member("object", "charge").member("amount", intent.amount_received);
  writer.member("amount_refunded", intent.amount_refunded).member("refunded", intent.amount_refunded == intent.amount_received);
  writer.member("currency", intent.currency).member("payment_intent", intent.id).member("status", "succeeded").member("paid", true);
  write_metadata(writer, intent.metadata);
  writer.end();
  return document;
}

}  // namespace layerline::simulators
