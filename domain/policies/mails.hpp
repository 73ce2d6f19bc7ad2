// The mails of the journey, as effects. Without an address nothing is asked for.
#pragma once

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::mails {

// to the customer
[[nodiscard]] Events quote_ready(const QuoteId&, const Context&);
[[nodiscard]] Events order_confirmed(const OrderId&, const Context&);
[[nodiscard]] Events printing(const OrderId&, const Context&);
[[nodiscard]] Events shipped(const events::ShipmentShipped&, const Context&);
[[nodiscard]] Events delivered(const OrderId&, const Context&);
[[nodiscard]] Events payment_failed(const PaymentId&, const std::string& code, const Context&);   // of a checkout
[[nodiscard]] Events payment_failed(const OrderId&, const std::string& code, const Context&);     // of an order that waits for its money
// to the customer, who may wait or have the money back, and to the operator
[[nodiscard]] Events short_of_stock(const events::OrderShortOfStock&, const Context&);
// to the operator
[[nodiscard]] Events quote_waiting(const QuoteId&, const Context&);
[[nodiscard]] Events new_order(const OrderId&, const Context&);
[[nodiscard]] Events stock_low(const MaterialId&, std::int64_t available_mg, const Context&);
[[nodiscard]] Events units_low(const events::UnitsLow&, const Context&);
[[nodiscard]] Events daily_report(const events::DailyReported&, const Context&);
[[nodiscard]] Events print_failed(const PrintJobId&, const std::string& reason, const Context&);

}  // namespace layerline::mails
