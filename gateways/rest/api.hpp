// The REST gateway: commands in, documents out. Every handler authenticates, reads its input, tells the owner or asks a view, and answers.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateways/rest/request_limits.hpp"
#include "gateways/rest/views.hpp"
#include "infra/app/commands.hpp"
#include "infra/app/shop_table.hpp"
#include "infra/app/tables.hpp"
#include "infra/blob/blob_store.hpp"
#include "infra/circuit/circuits.hpp"
#include "infra/http/router.hpp"

namespace layerline::shops { struct RefusedOrder; }

namespace layerline::rest {

using boost::asio::awaitable;
using http::Request;
using http::Response;

// What the gateway works with; all of it outlives the router.
struct Api {
  boost::asio::io_context& io;
  boost::asio::thread_pool& files;             // blocking work on files: syncs, thumbnails
  app::Commands& commands;
  app::AccessTable& access;
  app::Directory& directory;
  app::RulesTable& rules;
  app::ShopTable& shops;
  Views& views;
  RequestLimits& limits;
  blob::BlobStore& blobs;
  const circuit::Circuits& circuits;           // of the outside services that this process calls
  const std::string& secret;                   // of the installation: keys payload hashes and tracking tokens
  std::string public_url;                      // "http://127.0.0.1:8080"
  std::uint32_t partitions = 0;
  std::vector<Secret<std::string>> stripe_webhook_secrets;   // several while one is replaced; none: such webhooks are refused
  std::function<bool(const std::string& subject)> destroy_key;   // erasure: false if it could not be written
  std::function<std::string()> trouble;        // why the server is not ready; empty if it is
  std::function<void(const shops::RefusedOrder&)> order_refused = {};   // of a shop elsewhere, that a webhook brought
};

// Who calls, by his key.
struct Caller {
  app::Access access;
  std::uint32_t partition = 0;

  [[nodiscard]] bool is(std::string_view role) const { return access.role == role; }
  [[nodiscard]] bool staff() const { return !is("customer"); }
  [[nodiscard]] std::string actor() const { return access.role + ":" + access.key_id; }
};

// Authorization: Bearer <key>, or X-API-Key. Without a valid one: 401. It counts the request of a customer, or of somebody without a valid
// key, and refuses one too many with 429: so it is called once for each request.
[[nodiscard]] std::expected<Caller, Response> authenticate(const Api& api, const Request& request);
// The same, for operators, admins and services only: 403 for a customer.
[[nodiscard]] std::expected<Caller, Response> authenticate_staff(const Api& api, const Request& request);
[[nodiscard]] std::expected<Caller, Response> authenticate_admin(const Api& api, const Request& request);

// The command of this request on its way to the owner: Idempotency-Key, If-Match (of `stream`), who and why.
[[nodiscard]] std::expected<app::Envelope, Response> envelope(const Api& api, const Caller& caller, const Request& request, Command command,
                                                              std::string stream = {}, std::string_view payload = {});
// Tells the owner, and turns what comes back into a response: `success` with the answer, its position and its ETag, or a problem.
[[nodiscard]] awaitable<Response> tell(const Api& api, app::Envelope envelope, int success = 200);
// envelope() and tell() in one.
[[nodiscard]] awaitable<Response> tell(const Api& api, const Caller& caller, const Request& request, Command command,
                                       std::string stream = {}, int success = 200);
[[nodiscard]] Response response_of(const app::Outcome& outcome, const Views& views, const std::string& stream, int success);

// Runs blocking work beside the io thread.
[[nodiscard]] awaitable<void> offload(const Api& api, std::function<void()> work);

// The routes, by what they are about.
void add_quotes(http::Router& router, Api& api);
void add_orders(http::Router& router, Api& api);
void add_order_import(http::Router& router, Api& api);
void add_invoices(http::Router& router, Api& api);
void add_products(http::Router& router, Api& api);
void add_carts(http::Router& router, Api& api);
void add_users(http::Router& router, Api& api);
void add_customers(http::Router& router, Api& api);
void add_payments(http::Router& router, Api& api);
void add_mrp(http::Router& router, Api& api);
void add_purchases(http::Router& router, Api& api);
void add_production(http::Router& router, Api& api);
void add_inspection(http::Router& router, Api& api);
void add_photos(http::Router& router, Api& api);
void add_images(http::Router& router, Api& api);
void add_inventory(http::Router& router, Api& api);
void add_printers(http::Router& router, Api& api);
void add_files(http::Router& router, Api& api);
void add_tracking(http::Router& router, Api& api);
void add_analytics(http::Router& router, Api& api);
void add_administration(http::Router& router, Api& api);
void add_operations(http::Router& router, Api& api);
void add_stripe_webhook(http::Router& router, Api& api);
void add_shops(http::Router& router, Api& api);
void add_squarespace_webhook(http::Router& router, Api& api);
void add_woocommerce_webhook(http::Router& router, Api& api);
void add_reference(http::Router& router, Api& api);
// From here on, a route of the router refuses what the contract does not let its query parameters say: another word than those of
// its list is a 400, and is not taken for a filter that finds nothing. Whose request it is does not matter to that.
void hold_to_contract(http::Router& router);
// All of them, held to the contract.
void add_routes(http::Router& router, Api& api);

}  // namespace layerline::rest
