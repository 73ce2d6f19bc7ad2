// Payments. Totals are the provider's cumulative figures, set and never added up, so that repeated and reordered reports do no harm.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::payments {

enum class Status { requested, open, partly_paid, failed, succeeded, partly_refunded, refunded };

struct Payment {
  PaymentId id;
  OrderId order;
  CartId cart;                     // of a checkout: the order is made once it is paid; empty: the order was there first
  Status status = Status::requested;
  std::int64_t amount = 0;
  std::int64_t received = 0;       // cumulative
  std::int64_t refunded = 0;       // cumulative
  std::int64_t refund_asked = 0;   // cumulative
  std::string currency;
  bool by_provider = false;        // the provider reported money; false: all of it came another way
  std::string intent;              // the provider's id
};

// ---- commands ----

struct RecordIntent { EffectId effect; PaymentId payment; std::string provider, intent, client_secret; };
struct RecordIntentRefusal { EffectId effect; PaymentId payment; std::string reason; };

enum class Report { processing, requires_action, capturable, succeeded, failed, cancelled, refunded };
// What a provider says of a payment.
struct ObservePayment {
  PaymentId payment;
  std::string provider_event;      // "evt_…"
  Report report = Report::processing;
  std::int64_t received = 0;       // cumulative, minor units
  std::int64_t capturable = 0;
  std::int64_t refunded = 0;       // cumulative
  std::string currency;            // ISO, either case
  std::string failure_code;
};
// Money that came another way: in cash, by bank transfer. `received` is the total so far.
struct RecordPayment { OrderId order; std::int64_t received = 0; std::string method, reference; };
struct RefundPayment { PaymentId payment; std::int64_t amount = 0; };   // 0: all that is left

// ---- decisions ----

[[nodiscard]] Decided decide(const RecordIntent&, const Context&);
[[nodiscard]] Decided decide(const RecordIntentRefusal&, const Context&);
[[nodiscard]] Decided decide(const ObservePayment&, const Context&);
[[nodiscard]] Decided decide(const RecordPayment&, const Context&);
[[nodiscard]] Decided decide(const RefundPayment&, const Context&);

// The payment of a placed order, and the effect that asks the provider for an intent.
[[nodiscard]] Events request(const OrderId&, const Context&);
// The same of a checkout.
[[nodiscard]] Events request_for_checkout(const PaymentId&, const Context&);
// What a shop took, and gave back: `refunded` is its cumulative figure; `money_came`: in the same decision.
[[nodiscard]] Events record_elsewhere(const PaymentId&, const std::string& source, const Context&);
[[nodiscard]] Events refund_elsewhere(const PaymentId&, std::int64_t refunded, bool money_came, const Context&);
// The order's total changed. What was paid already is settled by the source's own word.
[[nodiscard]] Events change_amount(const PaymentId&, std::int64_t amount, const Context&);
// Nothing is to be paid through the provider any more: the intent, if there is one, is cancelled.
[[nodiscard]] Events abandon(const PaymentId&, const Context&);

// ---- queries ----

[[nodiscard]] bool paid_in_full(const Payment&);

void evolve(Workshop&, const events::PaymentRequested&, Time);
void evolve(Workshop&, const events::PaymentIntentCreated&, Time);
void evolve(Workshop&, const events::PaymentIntentRefused&, Time);
void evolve(Workshop&, const events::PaymentProgressed&, Time);
void evolve(Workshop&, const events::PaymentSucceeded&, Time);
void evolve(Workshop&, const events::PaymentFailed&, Time);
void evolve(Workshop&, const events::PaymentRecorded&, Time);
void evolve(Workshop&, const events::PaymentRefundRequested&, Time);
void evolve(Workshop&, const events::PaymentRefunded&, Time);
void evolve(Workshop&, const events::PaymentAmountChanged&, Time);

}  // namespace layerline::payments
