// Documents with the dates that follow from the queue and the printers: the members come behind those that the document has.
#pragma once

#include <expected>
#include <string>

#include "gateways/internal/outlook.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

class Dates {
 public:
  using Found = std::expected<projections::Document, projections::QueryError>;
  using Pages = std::expected<projections::Page, projections::QueryError>;

  Dates(const projections::Queries& queries, const projections::Scope& scope, Outlooks& outlooks)
      : queries_(queries), all_{scope.partition, scope.workshop, {}}, outlooks_(outlooks) {}

  // "expected_at", "no_printer_fits", "waiting_for", "waiting_for_id", "arrives_at"; "expected_at" of each step
  [[nodiscard]] Found production_order(Found found) const;
  [[nodiscard]] Pages production_orders(Pages page) const;
  // "expected_at"
  [[nodiscard]] Pages work_steps(Pages page) const;
  // "expected_ready_at", "expected_delivery_date", "waiting_for"
  [[nodiscard]] Found order(Found found) const;
  [[nodiscard]] Found tracking(Found found, const std::string& id) const;
  // "expected_delivery_date"; of a cart for each item that is made to order as well.
  [[nodiscard]] Found quote(Found found) const;
  [[nodiscard]] Found cart(Found found) const;

 private:
  using Members = std::expected<std::string, projections::QueryError>;
  [[nodiscard]] Members dates_of(const projections::Document& order) const;
  [[nodiscard]] static Found with_dates(projections::Document document, const Members& dates);

  const projections::Queries& queries_;
  const projections::Scope all_;   // whose document it is was asked before
  Outlooks& outlooks_;
};

}  // namespace layerline::internal
