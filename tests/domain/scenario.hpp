// given(…).when(…).then(…): one workshop, decided command by command, with ids and a clock that every run repeats.
#pragma once

#include <string>
#include <vector>

#include "domain/commands.hpp"

namespace layerline::test {

// "id-00000001", "id-00000002", …: ordered by age, as UUIDv7s are.
class CountedIds final : public IdSource {
 public:
  std::string next(Time now) override;

 private:
  std::int64_t last_ = 0;
};

inline constexpr Time start{1'790'000'000'000};        // in September 2026
inline constexpr std::int64_t day_ms = 86'400'000;

// A model that the estimator found to be clean: one piece weighs `milligrams` and takes `print_ms`.
struct Part {
  std::int64_t milligrams = 45'300;
  std::int64_t print_ms = 9'000'000;
  std::vector<std::string> warnings = {};
  std::int64_t size_um = 100'000;
};

class Scenario {
 public:
  Scenario();   // an open workshop in USD with an operator's mail

  Workshop workshop;
  Time now = start;
  std::string actor = "operator:1";
  Decided answer;                      // of the last command
  std::vector<NewEvent> journal;       // everything that was ever decided

  // Decides the command, which must be accepted.
  Scenario& given(const Command& command);
  Scenario& when(const Command& command);
  // The last command was accepted and its events were of these types, in this order.
  Scenario& then(const std::vector<std::string>& types);
  // The last command's events contain this type so often.
  Scenario& with(const std::string& type, int times = 1);
  Scenario& rejected(const std::string& type);
  Scenario& nothing_happened();
  Scenario& after_days(std::int64_t days);

  // ---- the way of an order, each step accepted ----
  QuoteId draft(quotes::Options options = {}, const std::string& id = "q");   // quote `id` of customer "c-<id>" for one file
  void analyse(const QuoteId& quote, const Part& part = {});                  // all open analyses of the quote
  QuoteId quoted(quotes::Options options = {}, const Part& part = {}, const std::string& id = "q");
  OrderId ordered(quotes::Options options = {}, const Part& part = {}, const std::string& id = "q");
  OrderId paid(quotes::Options options = {}, const Part& part = {}, const std::string& id = "q");
  void stock(std::int64_t milligrams, const std::string& colour = "black");
  void sliced(const ProductionOrderId& production, std::int64_t milligrams = 45'300);
  PrinterId printer(const std::string& id = "p1");                            // idle, plate clear, a kilogram of PLA-black in slot 0
  PrintJobId printing(const std::string& quote = "q");                        // one piece, dispatched and started

  // ---- what a test asks ----
  [[nodiscard]] const orders::Order& order(const OrderId& id) const { return *workshop.order(id); }
  [[nodiscard]] const payments::Payment& payment(const OrderId& id) const { return *workshop.payment(order(id).payment); }
  [[nodiscard]] const production::ProductionOrder& production_of(const OrderId& id) const;
  [[nodiscard]] const inventory::Material& black() const { return *workshop.material(MaterialId("PLA-black")); }
  [[nodiscard]] const events::Event& last(const std::string& type) const;     // of the last command
  [[nodiscard]] std::vector<EffectId> effects_of(const std::string& kind) const;

 private:
  CountedIds ids_;
};

[[nodiscard]] orders::Address address();
[[nodiscard]] quotes::DraftQuote draft_of(const std::string& id, quotes::Options options);
// Black by default: the tests' material.
[[nodiscard]] quotes::Options black_pieces(std::int64_t quantity = 1);

}  // namespace layerline::test
