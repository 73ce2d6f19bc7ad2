#include "domain/shops/shop.hpp"

#include <algorithm>

#include "domain/shops/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::shops {
namespace {

std::string stream(const std::string& shop) { return "shop/" + shop; }

const Shop* find(const Context& context, const std::string& shop) {
  const auto found = context.workshop.shops.find(shop);
  return found == context.workshop.shops.end() ? nullptr : &found->second;
}

bool plain(std::string_view id) {
  return !id.empty() && id.size() <= limits::shop_id_bytes &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// A secret goes into a header of HTTP: no spaces, no control characters.
bool is_secret(std::string_view text) {
  return text.size() <= limits::secret_bytes && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

bool is_url(std::string_view url) {
  if (url.size() > limits::base_url_bytes || url.ends_with('/') || url.find_first_of("?#@ ") != std::string_view::npos) return false;
  return url.starts_with("https://") || url.starts_with("http://");
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// What is wrong with the secrets; empty: nothing.
std::string_view complaint(const ConnectShop& command) {
  if (!is_secret(command.api_key) || !is_secret(command.consumer_key) || !is_secret(command.consumer_secret))
    return "A key has at most 256 visible characters.";
  if (command.webhook_secrets.size() > limits::webhook_secrets) return "At most 4 webhook secrets are valid at once.";
  for (const std::string& secret : command.webhook_secrets)
    if (secret.empty() || secret.size() > limits::secret_bytes) return "A webhook secret has 1 to 256 characters.";
  if (command.source == squarespace) {
    if (command.api_key.empty()) return "A shop of Squarespace needs an API key.";
    if (!std::ranges::all_of(command.webhook_secrets, is_hex)) return "A webhook secret of Squarespace is hexadecimal.";
    return "";
  }
  const bool keyed = !command.consumer_key.empty() && !command.consumer_secret.empty();
  return keyed ? "" : "A shop of WooCommerce needs a consumer key and its secret.";
}

}  // namespace

std::string subject_of(std::string_view workshop, std::string_view shop) {
  return std::string("shop/").append(workshop).append("/").append(shop);
}

// ---- evolve ----

void evolve(Workshop& workshop, const events::ShopConnected& event, Time) {
  Shop& shop = workshop.shops[event.shop()];
  shop.id = event.shop();
  shop.source = event.source();
  shop.caught_up = std::max(shop.caught_up, Time{event.since_ms()});
}

void evolve(Workshop& workshop, const events::ShopRemoved& event, Time) { workshop.shops.erase(event.shop()); }

void evolve(Workshop& workshop, const events::ShopCaughtUp& event, Time) {
  workshop.shops.at(event.shop()).caught_up = Time{event.modified_ms()};
}

// ---- decisions ----

Decided decide(const ConnectShop& command, const Context& context) {
  if (!plain(command.shop)) return refuse("bad-shop", "A shop's id has 1 to 40 of a-z, 0-9 and '-'.");
  if (command.source != squarespace && command.source != woocommerce)
    return refuse("unknown-source", "The source is squarespace or woocommerce.");
  if (!is_url(command.base_url))
    return refuse("bad-shop", "The address starts with https:// or http://, and has no query and no last '/'.");
  if (const std::string_view why = complaint(command); !why.empty()) return refuse("bad-shop", std::string(why));
  const Shop* known = find(context, command.shop);
  if (known != nullptr && known->source != command.source)
    return std::unexpected(Rejection{Refusal::conflict, "shop-exists", "A shop of another source has this id.", {}});
  Events out;
  auto* event = out.on(stream(command.shop)).mutable_shop_connected();
  const std::string subject = subject_of(context.workshop.id.str(), command.shop);
  event->set_shop(command.shop);
  event->set_source(command.source);
  event->set_base_url(command.base_url);
  seal(event->mutable_api_key(), subject, command.api_key);
  seal(event->mutable_consumer_key(), subject, command.consumer_key);
  seal(event->mutable_consumer_secret(), subject, command.consumer_secret);
  for (const std::string& secret : command.webhook_secrets) seal(event->add_webhook_secrets(), subject, secret);
  event->set_since_ms(command.since.ms > 0 ? command.since.ms : context.now.ms);
  event->set_by(context.actor);
  return out;
}

Decided decide(const RemoveShop& command, const Context& context) {
  if (find(context, command.shop) == nullptr) return not_found("shop");
  Events out;
  auto* event = out.on(stream(command.shop)).mutable_shop_removed();
  event->set_shop(command.shop);
  event->set_by(context.actor);
  return out;
}

Decided decide(const NotifyShopOrder& command, const Context& context) {
  if (find(context, command.shop) == nullptr) return not_found("shop");
  if (command.external_order.empty() || command.external_order.size() > limits::external_id_bytes)
    return refuse("bad-order", "The order's id has 1 to 64 characters.");
  Events out;
  auto* event = out.on(stream(command.shop)).mutable_shop_order_notified();
  event->set_shop(command.shop);
  event->set_external_order(command.external_order);
  event->set_topic(command.topic);
  return out;
}

Decided decide(const RecordCaughtUp& command, const Context& context) {
  const Shop* shop = find(context, command.shop);
  if (shop == nullptr) return not_found("shop");
  if (command.modified <= shop->caught_up) return Events{};
  Events out;
  auto* event = out.on(stream(command.shop)).mutable_shop_caught_up();
  event->set_shop(command.shop);
  event->set_modified_ms(command.modified.ms);
  return out;
}

// ---- what shops are told ----

namespace {

// Of an order that leaves in one parcel, all lies in it, and nothing has to be said.
void store_contents(const orders::Order& order, const shipments::Shipment& parcel, events::PushFulfilment* asked) {
  if (!asked->more_follow() && order.parcels.size() == 1) return;
  for (const orders::Piece& piece : parcel.pieces) {
    const orders::Line* line = orders::line(order, piece.line);
    if (line == nullptr) continue;
    events::PackedLine* packed = asked->add_lines();
    packed->set_sku(line->sku);
    packed->set_quantity(piece.quantity);
  }
}

Events push(const OrderId& id, const ShipmentId& shipment, bool more_follow, const Context& context) {
  Events out;
  const orders::Order& order = context.workshop.orders.at(id);
  const shipments::Shipment& parcel = context.workshop.shipments.at(shipment);
  const bool shop_knows = order.report == orders::ShopReport::fulfilled || order.report == orders::ShopReport::cancelled;
  const Shop* shop = find(context, order.shop);
  if (shop_knows || shop == nullptr || shop->source != order.source || order.external_id.empty() || parcel.tracking_number.empty())
    return out;
  events::PushFulfilment* asked = effects::request(out, context).mutable_push_fulfilment();
  asked->set_source(order.source);
  asked->set_shop(order.shop);
  asked->set_external_order(order.external_id);
  asked->set_order(order.id.str());
  asked->set_carrier(parcel.carrier);
  asked->set_tracking_number(parcel.tracking_number);
  asked->set_more_follow(more_follow);
  store_contents(order, parcel, asked);
  return out;
}

}  // namespace

Events push_fulfilment(const events::OrderPartlyShipped& event, const Context& context) {
  return push(OrderId(event.order()), ShipmentId(event.shipment()), true, context);
}

Events push_fulfilment(const events::OrderShipped& event, const Context& context) {
  return push(OrderId(event.order()), ShipmentId(event.shipment()), false, context);
}

}  // namespace layerline::shops
