#include "domain/policies/routine.hpp"

#include <string_view>
#include <utility>

#include "domain/workshop/workshop.hpp"

namespace layerline::routine {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 86'400'000;
// A timer of these is named by what it is for: there is one of each.
constexpr const char* stock_check = "stock-check";
constexpr const char* daily_report = "daily-report";
constexpr const char* cart_expiry = "cart-expiry";
constexpr std::string_view platform = "platform";   // has neither stock nor orders

void set(const char* timer, Time due, Events& out, const Context& context) {
  if (context.workshop.timers.contains(timer)) return;
  auto* event = out.on("workshop/" + context.workshop.id.str()).mutable_timer_set();
  event->set_timer(timer);
  event->set_due_ms(due.ms);
  event->set_purpose(timer);
}

}  // namespace

Events begin(const Context& context) {
  Events out;
  if (context.workshop.id.str() == platform) return out;
  set(stock_check, context.now + Duration{hour_ms}, out, context);
  set(daily_report, Time{(context.now.ms / day_ms + 1) * day_ms}, out, context);
  set(cart_expiry, context.now + Duration{hour_ms}, out, context);
  return out;
}

Events on_timer(const events::TimerFired& event, const Context& context) {
  const auto then = [&](Events due) {
    Events out = begin(context);
    out.append(std::move(due));
    return out;
  };
  if (event.purpose() == stock_check) return then(purchasing::check_stock(context));
  if (event.purpose() == daily_report) return then(reports::report_day(context));
  if (event.purpose() == cart_expiry) return then(carts::expire_untouched(context));
  return {};
}

}  // namespace layerline::routine
