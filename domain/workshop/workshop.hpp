// A workshop: all of its aggregates, as a decision reads them. The consistency boundary, and the partition key of the journal.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "domain/carts/cart.hpp"
#include "domain/customers/customer.hpp"
#include "domain/effects/effect.hpp"
#include "domain/inventory/issue.hpp"
#include "domain/inventory/material.hpp"
#include "domain/kernel/numbers.hpp"
#include "domain/models/model.hpp"
#include "domain/mrp/firm_order.hpp"
#include "domain/mrp/item.hpp"
#include "domain/orders/order.hpp"
#include "domain/orders/photos.hpp"
#include "domain/payments/payment.hpp"
#include "domain/printing/job.hpp"
#include "domain/printing/printer.hpp"
#include "domain/production/cancel.hpp"
#include "domain/production/inspection.hpp"
#include "domain/production/make.hpp"
#include "domain/production/production_order.hpp"
#include "domain/production/reschedule.hpp"
#include "domain/products/bom.hpp"
#include "domain/products/product.hpp"
#include "domain/products/sku.hpp"
#include "domain/products/shortages.hpp"
#include "domain/products/transfer.hpp"
#include "domain/products/units.hpp"
#include "domain/purchasing/purchase.hpp"
#include "domain/purchasing/supplier.hpp"
#include "domain/quotes/quote.hpp"
#include "domain/reports/daily.hpp"
#include "domain/shipments/shipment.hpp"
#include "domain/shops/shop.hpp"
#include "domain/workshop/rules.hpp"
#include "domain/workshop/settings.hpp"

namespace layerline {

struct Timer {
  Time due;
  std::string purpose;   // "quote-expiry", "cart-hold", "cart-expiry"
  std::string subject;   // the id that it is about
};

struct Workshop {
  WorkshopId id;
  bool opened = false;
  std::string currency;
  std::string operator_mail;   // personal
  Rules rules;
  Numbers numbers;
  std::int64_t submissions = 0;   // prints dispatched so far

  // Ordered where a decision walks over them: the same state decides the same everywhere.
  std::unordered_map<QuoteId, quotes::Quote> quotes;
  std::unordered_map<ProductId, products::Product> products;
  std::unordered_map<std::string, ProductId> skus;            // of every product
  std::int64_t last_finished_good = 0;                        // the highest "FG-…" so far
  std::map<ProductId, std::set<ProductId>> used_in;           // by active bills of materials
  std::map<std::string, ProductId> mappings;                  // by products::mapping_key(source, shop, sku)
  std::map<std::string, std::map<ProductId, std::int64_t>> held_units;   // finished units, by holder
  std::map<std::string, std::set<ProductId>> short_units;     // bought units that are waited for, by holder
  std::unordered_map<OrderId, orders::Order> orders;
  std::unordered_map<std::string, OrderId> shop_orders;       // by products::mapping_key(source, shop, external id)
  std::unordered_map<std::string, CustomerId> buyers;         // without an account, by mail address: personal
  std::map<CustomerId, customers::Customer> customers;        // who said something of himself
  std::set<std::pair<OrderId, std::string>> held_lines;       // that wait for their SKU to be known
  std::unordered_map<CartId, carts::Cart> carts;
  std::unordered_map<PaymentId, carts::Checkout> checkouts;   // of which no order was made yet
  std::unordered_map<PaymentId, payments::Payment> payments;
  std::map<MaterialId, inventory::Material> materials;
  std::unordered_map<LotId, inventory::Lot> lots;
  std::map<LocationId, std::string> locations;                // names, of those that were opened
  std::unordered_map<ProductionOrderId, production::ProductionOrder> production;
  std::map<PrinterId, printing::Printer> printers;
  std::unordered_map<PrintJobId, printing::Job> jobs;
  std::unordered_map<ShipmentId, shipments::Shipment> shipments;
  std::unordered_map<EffectId, effects::Effect> effects;
  std::set<production::QueueKey> waiting;
  std::map<std::string, Timer> timers;
  std::map<std::string, settings::Key> keys;
  std::map<std::string, shops::Shop> shops;                   // that orders come from
  std::set<SupplierId> suppliers;
  std::map<PurchaseId, purchasing::Purchase> purchases;
  std::map<std::string, std::set<PurchaseId>> on_order;       // open purchase orders, by item
  std::map<std::string, mrp::ItemRules> item_rules;           // by item, where some were set
  std::map<FirmOrderId, mrp::FirmOrder> firm_orders;
  std::map<std::string, std::int64_t> orders_for_item;        // to buy it or for the stock, so many so far
  reports::Tally tally;                                       // since the last report
  std::map<WorkshopId, std::uint32_t> directory;              // of the workshop `platform` only
  std::unordered_map<std::string, std::uint64_t> versions;    // of every stream

  [[nodiscard]] const quotes::Quote* quote(const QuoteId& key) const { return find(quotes, key); }
  [[nodiscard]] const products::Product* product(const ProductId& key) const { return find(products, key); }
  [[nodiscard]] const orders::Order* order(const OrderId& key) const { return find(orders, key); }
  [[nodiscard]] const carts::Cart* cart(const CartId& key) const { return find(carts, key); }
  [[nodiscard]] const payments::Payment* payment(const PaymentId& key) const { return find(payments, key); }
  [[nodiscard]] const inventory::Material* material(const MaterialId& key) const { return find(materials, key); }
  [[nodiscard]] const inventory::Lot* lot(const LotId& key) const { return find(lots, key); }
  [[nodiscard]] const production::ProductionOrder* production_order(const ProductionOrderId& key) const { return find(production, key); }
  [[nodiscard]] const printing::Printer* printer(const PrinterId& key) const { return find(printers, key); }
  [[nodiscard]] const printing::Job* job(const PrintJobId& key) const { return find(jobs, key); }

 private:
  template <class Map, class Key>
  static const typename Map::mapped_type* find(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
  }
};

// Folds one event of the stream into the workshop. Never fails: an event is a fact.
void evolve(Workshop& workshop, const std::string& stream, const events::Event& event, Time at);

// The stable name of an event, Entry.type: "quote.approved".
[[nodiscard]] std::string event_type(const events::Event& event);

}  // namespace layerline
