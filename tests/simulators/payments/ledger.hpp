// What the payment provider knows: intents, charges and refunds, and the rules of its API (reference/commerce.md 1). No I/O; ids are the
// name of the run and a count, so a run is repeatable and two runs never share an id.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::simulators {

using Form = std::map<std::string, std::string>;

// Nothing if the text is not well-formed, or a name comes twice.
[[nodiscard]] std::optional<Form> parse_form(std::string_view body);

struct ApiAnswer {
  int status = 200;
  std::string body;
};

struct ApiCall {
  std::string key;               // of the caller: "sk_test_…"
  std::string idempotency_key;   // may be empty
  std::string content_type;
  std::string path;
  std::string body;
};

class Ledger {
 public:
  // `emit` gets each event as the JSON body of its webhook.
  Ledger(std::string run, std::function<void(const std::string& event)> emit) : run_(std::move(run)), emit_(std::move(emit)) {}

  // A POST of the public API: authentication, form, idempotency, then the operation itself.
  ApiAnswer post(const ApiCall& call, std::int64_t now_s);
  ApiAnswer read_intent(std::string_view key, const std::string& id) const;

  // What the customer does in the browser: "ok" pays, "declined" fails the attempt, "authorise" holds the amount.
  ApiAnswer pay(const std::string& intent_id, std::string_view card, std::int64_t now_s);

  // What was really done, for a test that counts: one object an intent.
  [[nodiscard]] std::string done() const;

 private:
  struct Intent {
    std::string id;
    std::int64_t amount = 0;   // minor units
    std::string currency;      // lower case
    std::string status = "requires_payment_method";
    std::int64_t amount_received = 0;
    std::int64_t amount_capturable = 0;
    std::int64_t amount_refunded = 0;
    std::int64_t refunds = 0;
    std::string charge_id;
    std::string description;
    std::string decline_code;
    Form metadata;
    std::int64_t created_s = 0;
  };
  struct Saved {
    std::string request;
    ApiAnswer answer;
  };

  ApiAnswer operate(const ApiCall& call, const Form& form, std::int64_t now_s);
  ApiAnswer create_intent(const Form& form, std::int64_t now_s);
  ApiAnswer cancel_intent(Intent& intent, std::int64_t now_s);
  ApiAnswer create_refund(const Form& form, std::int64_t now_s);
  void emit(std::string_view type, const std::string& object, std::int64_t now_s);
  std::string new_id(std::string_view prefix);

  static std::string intent_document(const Intent& intent);
  static std::string charge_document(const Intent& intent);

  std::string run_;
  std::function<void(const std::string&)> emit_;
  std::map<std::string, Intent> intents_;
  std::map<std::string, Saved> saved_;   // by idempotency key
  std::int64_t ids_ = 0;
};

[[nodiscard]] ApiAnswer api_error(int status, std::string_view type, std::string_view code, std::string_view message);

}  // namespace layerline::simulators
