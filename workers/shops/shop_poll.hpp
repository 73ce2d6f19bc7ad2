// When a shop is asked for what: for orders that a webhook named, and now and then for all that changed. Sans-I/O: the time and the
// answers go in, what to ask comes out. One question at a time.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "domain/kernel/types.hpp"

namespace layerline::shops {

enum class Source { squarespace, woocommerce };

struct AskOrder {
  std::string external_order;
  friend bool operator==(const AskOrder&, const AskOrder&) = default;
};
struct AskChanges {
  Time from, to;
  std::string cursor = {};   // Squarespace: the page behind an earlier one
  int page = 1;              // WooCommerce
  friend bool operator==(const AskChanges&, const AskChanges&) = default;
};
using Ask = std::variant<AskOrder, AskChanges>;

// What the answer to AskChanges held.
struct ReadChanges {
  std::size_t listed = 0;
  std::optional<Time> newest;
  std::string next_cursor;
};

class ShopPoll {
 public:
  // `caught_up`: all changes up to this one were read already.
  ShopPoll(Source source, Time caught_up, Duration interval) : source_(source), interval_(interval), caught_up_(caught_up) {}

  // A webhook named this order.
  void notified(const std::string& external_order);
  // What to ask now; nothing: wait, or the last question is still open.
  [[nodiscard]] std::optional<Ask> next(Time now);

  // How the open question ended.
  void order_read();
  void changes_read(const ReadChanges& read, Time now);
  // It is asked again later: at the earliest after `retry_after` if the shop named that.
  void failed(Time now, Duration retry_after = {});

  [[nodiscard]] Time caught_up() const { return caught_up_; }

 private:
  void follow(const AskChanges& asked, const ReadChanges& read);

  const Source source_;
  const Duration interval_;
  Time caught_up_;
  Time newest_;                          // of the poll that is under way
  Time next_poll_;
  Time not_before_;                      // after a failure
  int failures_ = 0;                     // in a row
  std::optional<AskChanges> rest_;       // of the poll that is under way
  std::deque<std::string> hints_;        // the oldest first
  std::set<std::string> hinted_;
  std::optional<Ask> open_;
};

}  // namespace layerline::shops
