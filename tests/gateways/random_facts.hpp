// A workshop to which everything happens that planning hears of: the same seed makes the same journal. What is decided elsewhere may be
// anything here, so orders, BOMs and supply also speak of products that are not, or not yet, of the catalogue.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/domain/dice.hpp"
#include "tests/projections/journey.hpp"

namespace layerline::testing {

class RandomFacts {
 public:
  explicit RandomFacts(std::uint64_t seed);
  // One more commit, of one or more events.
  void step();
  [[nodiscard]] const Journal& journal() const { return journal_; }
  [[nodiscard]] std::int64_t now_ms() const { return journal_.commits().back().commit.time_ms; }

 private:
  struct Order {
    std::vector<std::pair<std::string, std::string>> lines;   // and their products
  };
  struct Stock {
    std::int64_t on_hand = 0, allocated = 0;
  };

  std::string fresh(const char* prefix) { return prefix + std::to_string(++last_id_); }
  std::string some_product() { return "p" + std::to_string(dice_.upto(most_products)); }
  std::string some_material() { return "m" + std::to_string(dice_.upto(2)); }
  std::int64_t some_day_ms();

  void product_is_defined();
  void bom_changes();
  void rules_change();
  void material_moves();
  void units_move();
  void order_comes();
  void order_changes();
  void order_waits();
  void purchase_comes();
  void purchase_goes_on();
  void planned_order_is_firmed();
  void firm_order_goes_on();
  void production_is_made();
  void production_goes_on();
  void add_line(const std::string& order, events::OrderLine& line, Order& known);

  static constexpr std::int64_t most_products = 9;
  test::Dice dice_;
  Journal journal_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, std::int64_t> boms_;      // defined products: the newest version
  std::map<std::string, Stock> units_, materials_;
  std::map<std::string, Order> orders_;
  std::map<std::string, std::int64_t> purchases_, firm_;   // what is open of them
  std::map<std::string, std::string> production_;          // products
};

}  // namespace layerline::testing
