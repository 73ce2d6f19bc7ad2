// From what is wanted to production orders: finished units on hand go first, only the rest is made, and so on down the bill of materials.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "domain/kernel/numbers.hpp"
#include "domain/kernel/urgency.hpp"
#include "domain/production/production_order.hpp"
#include "domain/products/product.hpp"

namespace layerline::orders { struct Order; }

namespace layerline::production {

// Who wants it.
struct Want {
  OrderId order;              // empty: nobody, it is for the stock
  std::string line;
  std::string holder;         // who gets the finished units; empty: the stock
  std::string source;         // "woocommerce", "manual"
  bool rush = false;
  Urgency urgency = {};       // of all that is made for it, components too
  ProductionOrderId as = {};  // the id of the production order; empty: a fresh one
};

struct Planned { std::int64_t allocated = 0, to_make = 0; };

// Several wants of one decision: what the first one takes is gone for the second.
class Maker {
 public:
  Maker(const Context& context, Events& out);

  Planned make(const products::Product& product, std::int64_t quantity, const Want& want);
  // The same without what is on hand: it is the stock that is to grow.
  void make_new(const products::Product& product, std::int64_t quantity, const Want& want);

 private:
  void note_shortage(const products::Product& product, std::int64_t quantity, const std::string& holder);
  events::ProductionOrderCreated& create(const products::Product& product, std::int64_t quantity, const Want& want);
  void make_of_catalogue(const products::Product& product, std::int64_t quantity, const Want& want);
  void make_custom(const products::Product& product, std::int64_t quantity, const Want& want);

  const Context& context_;
  Events& out_;
  Numbers numbers_;
  std::map<ProductId, std::int64_t> taken_;   // of what is on hand
  std::map<std::pair<ProductId, std::string>, std::int64_t> short_;   // of what is bought, by holder
};

// The production orders of an order's lines whose products are known, and the order's step into the queue.
[[nodiscard]] Events create_for_lines(const orders::Order&, const Context&);

}  // namespace layerline::production
