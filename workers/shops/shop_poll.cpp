#include "workers/shops/shop_poll.hpp"

#include <algorithm>
#include <cassert>

#include "workers/shops/limits.hpp"

namespace layerline::shops {

void ShopPoll::notified(const std::string& external_order) {
  if (hints_.size() >= limits::hints || !hinted_.insert(external_order).second) return;
  hints_.push_back(external_order);
}

std::optional<Ask> ShopPoll::next(Time now) {
  if (open_ || now < not_before_) return std::nullopt;
  if (!hints_.empty()) {
    open_ = AskOrder{hints_.front()};
    hinted_.erase(hints_.front());   // named again from here on, it may have changed behind the answer
    hints_.pop_front();
    return open_;
  }
  if (!rest_ && now < next_poll_) return std::nullopt;
  if (!rest_) {
    newest_ = caught_up_;
    rest_ = AskChanges{.from = {caught_up_.ms - limits::overlap_ms}, .to = now};
  }
  open_ = *rest_;
  return open_;
}

void ShopPoll::order_read() {
  assert(open_ && std::holds_alternative<AskOrder>(*open_));
  open_.reset();
  failures_ = 0;
}

void ShopPoll::changes_read(const ReadChanges& read, Time now) {
  assert(open_ && std::holds_alternative<AskChanges>(*open_));
  const AskChanges asked = std::get<AskChanges>(*open_);
  open_.reset();
  failures_ = 0;
  if (read.newest) newest_ = std::max(newest_, *read.newest);
  follow(asked, read);
  if (rest_) return;
  caught_up_ = newest_;
  next_poll_ = now + interval_;
}

// WooCommerce's pages shift when an order changes while they are read: so the next one starts at the newest change of this one, and only
// where a whole page changed in one second are its pages counted.
void ShopPoll::follow(const AskChanges& asked, const ReadChanges& read) {
  rest_.reset();
  if (source_ == Source::squarespace) {
    if (!read.next_cursor.empty()) rest_ = AskChanges{asked.from, asked.to, read.next_cursor};
    return;
  }
  if (read.listed < static_cast<std::size_t>(limits::page_orders) || !read.newest) return;
  const Time from{read.newest->ms - 1'000};
  if (from > asked.from) rest_ = AskChanges{.from = from, .to = asked.to};
  else rest_ = AskChanges{.from = asked.from, .to = asked.to, .page = asked.page + 1};
}

void ShopPoll::failed(Time now, Duration retry_after) {
  assert(open_);
  if (const auto* order = std::get_if<AskOrder>(&*open_)) notified(order->external_order);
  // A cursor may have been what failed: the next try starts the poll again.
  else rest_.reset();
  open_.reset();
  const std::int64_t doubled = limits::retry_first_ms << std::min(failures_, 20);
  failures_ += 1;
  not_before_ = now + Duration{std::max(std::min(doubled, limits::retry_most_ms), retry_after.ms)};
}

}  // namespace layerline::shops
