#include <doctest/doctest.h>

#include "workers/shops/limits.hpp"
#include "workers/shops/shop_poll.hpp"

namespace layerline::shops {
namespace {

constexpr Time start{1'790'000'000'000};
constexpr Duration every{60'000};

AskChanges asked_changes(ShopPoll& poll, Time now) {
  const auto ask = poll.next(now);
  REQUIRE(ask.has_value());
  REQUIRE(std::holds_alternative<AskChanges>(*ask));
  return std::get<AskChanges>(*ask);
}

std::string asked_order(ShopPoll& poll, Time now) {
  const auto ask = poll.next(now);
  REQUIRE(ask.has_value());
  REQUIRE(std::holds_alternative<AskOrder>(*ask));
  return std::get<AskOrder>(*ask).external_order;
}

Time later(std::int64_t ms) { return start + Duration{ms}; }

}  // namespace

TEST_CASE("shops: poll: it begins a while before the newest change that is known, and moves on with it") {
  ShopPoll poll(Source::squarespace, start, every);
  CHECK(asked_changes(poll, later(10'000)) == AskChanges{.from = later(-limits::overlap_ms), .to = later(10'000)});
  CHECK_FALSE(poll.next(later(11'000)).has_value());   // one question at a time
  poll.changes_read({.listed = 1, .newest = later(5'000), .next_cursor = ""}, later(12'000));
  CHECK(poll.caught_up() == later(5'000));
  CHECK_FALSE(poll.next(later(12'000 + every.ms - 1)).has_value());
  CHECK(asked_changes(poll, later(12'000 + every.ms)).from == later(5'000 - limits::overlap_ms));
  poll.changes_read({.listed = 0, .newest = {}, .next_cursor = ""}, later(80'000));
  CHECK(poll.caught_up() == later(5'000));   // nothing new: it stays
}

TEST_CASE("shops: poll: pages are followed by their cursor, and only a whole poll counts") {
  ShopPoll poll(Source::squarespace, start, every);
  const AskChanges first = asked_changes(poll, later(10'000));
  poll.changes_read({.listed = 50, .newest = later(9'000), .next_cursor = "c2"}, later(10'100));
  CHECK(poll.caught_up() == start);
  CHECK(asked_changes(poll, later(10'100)) == AskChanges{first.from, first.to, "c2"});
  poll.changes_read({.listed = 3, .newest = later(4'000), .next_cursor = ""}, later(10'200));
  CHECK(poll.caught_up() == later(9'000));
}

TEST_CASE("shops: poll: a page that fails starts the poll again") {
  ShopPoll poll(Source::squarespace, start, every);
  (void)asked_changes(poll, start);
  poll.changes_read({.listed = 50, .newest = later(9'000), .next_cursor = "c2"}, start);
  (void)asked_changes(poll, start);
  poll.failed(start);
  const AskChanges again = asked_changes(poll, later(limits::retry_first_ms));
  CHECK(again.cursor.empty());
  CHECK(again.from == later(-limits::overlap_ms));
}

TEST_CASE("shops: poll: woocommerce: the next page starts at the newest change of the last one, so that none is skipped") {
  ShopPoll poll(Source::woocommerce, start, every);
  const AskChanges first = asked_changes(poll, later(10'000));
  constexpr auto full = static_cast<std::size_t>(limits::page_orders);
  poll.changes_read({.listed = full, .newest = later(4'000), .next_cursor = ""}, later(10'000));
  CHECK(asked_changes(poll, later(10'000)) == AskChanges{.from = later(3'000), .to = first.to});
  // A whole page of one second: now its pages are counted.
  poll.changes_read({.listed = full, .newest = later(4'000), .next_cursor = ""}, later(10'000));
  CHECK(asked_changes(poll, later(10'000)) == AskChanges{.from = later(3'000), .to = first.to, .page = 2});
  poll.changes_read({.listed = full - 1, .newest = later(6'000), .next_cursor = ""}, later(10'000));
  CHECK(poll.caught_up() == later(6'000));
}

TEST_CASE("shops: poll: an order that a webhook names is asked for at once, once for many namings") {
  ShopPoll poll(Source::squarespace, start, every);
  (void)asked_changes(poll, start);
  poll.changes_read({}, start);
  for (int i = 0; i < 100; ++i) poll.notified("a");
  poll.notified("b");
  CHECK(asked_order(poll, later(1)) == "a");
  poll.notified("a");   // while it is asked for: it may have changed behind the answer
  poll.order_read();
  CHECK(asked_order(poll, later(2)) == "b");
  poll.order_read();
  CHECK(asked_order(poll, later(3)) == "a");
  poll.order_read();
  CHECK_FALSE(poll.next(later(4)).has_value());
}

TEST_CASE("shops: poll: what failed is asked again, later each time, and not before the shop wants it") {
  ShopPoll poll(Source::squarespace, start, every);
  poll.notified("a");
  Time now = start;
  std::int64_t wait_ms = limits::retry_first_ms;
  for (int i = 0; i < 12; ++i, wait_ms = std::min(wait_ms * 2, limits::retry_most_ms)) {
    CHECK(asked_order(poll, now) == "a");
    poll.failed(now);
    CHECK_FALSE(poll.next(now + Duration{wait_ms - 1}).has_value());
    now = now + Duration{wait_ms};
  }
  CHECK(asked_order(poll, now) == "a");
  poll.failed(now, Duration{limits::cool_down_ms * 10});
  CHECK_FALSE(poll.next(now + Duration{limits::cool_down_ms * 10 - 1}).has_value());
  CHECK(asked_order(poll, now + Duration{limits::cool_down_ms * 10}) == "a");
  poll.order_read();
  poll.notified("b");
  CHECK(asked_order(poll, now + Duration{limits::cool_down_ms * 10}) == "b");
}

}  // namespace layerline::shops
