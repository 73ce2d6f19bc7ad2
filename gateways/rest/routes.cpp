// Every route of the gateway.
#include "gateways/rest/api.hpp"

namespace layerline::rest {

void add_routes(http::Router& router, Api& api) {
  add_quotes(router, api);
  add_orders(router, api);
  add_order_import(router, api);
  add_invoices(router, api);
  add_products(router, api);
  add_carts(router, api);
  add_users(router, api);
  add_customers(router, api);
  add_payments(router, api);
  add_purchases(router, api);
  add_mrp(router, api);
  add_production(router, api);
  add_inspection(router, api);
  add_photos(router, api);
  add_images(router, api);
  add_inventory(router, api);
  add_printers(router, api);
  add_files(router, api);
  add_tracking(router, api);
  add_analytics(router, api);
  add_administration(router, api);
  add_operations(router, api);
  add_stripe_webhook(router, api);
  add_shops(router, api);
  add_squarespace_webhook(router, api);
  add_woocommerce_webhook(router, api);
  add_reference(router, api);
  hold_to_contract(router);
}

}  // namespace layerline::rest
