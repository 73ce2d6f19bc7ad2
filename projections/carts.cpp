#include "projections/carts.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::carts {
namespace {

constexpr std::string_view holder_prefix = "cart/";   // of finished units that are held for a cart

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  Entry& changed(const std::string& cart) {
    Entry* known = documents.find("cart", cart);
    Entry& entry = known != nullptr ? *known : documents.create("cart", cart, commit.time_ms);
    if (known == nullptr) {
      entry.customer = cart;
      entry.json = Json{{"id", cart}, {"items", Json::Array{}}, {"checkout", Json()}, {"held", Json::Object{}}, {"last_order_id", Json()},
                        {"updated_at", Json()}};
    }
    if (event.stream == "cart/" + cart) entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }

  void operator()(const events::CartItemSet& set) {
    Json::Array& items = changed(set.cart()).json["items"].items();
    const auto item = std::ranges::find_if(items, [&](const Json& known) { return known.text("product_id") == set.product(); });
    if (set.quantity() == 0) {
      if (item != items.end()) items.erase(item);
    } else if (item != items.end()) {
      (*item)["quantity"] = set.quantity();
    } else {
      items.push_back(Json{{"product_id", set.product()}, {"quantity", set.quantity()}});
    }
  }
  void operator()(const events::CartMerged& merged) {
    Json& json = changed(merged.cart()).json;
    json["items"] = Json::Array{};
    json["checkout"] = Json();
  }
  void operator()(const events::CartCheckedOut& checked_out) {
    Json lines = Json::Array{};
    for (const events::OrderLine& line : checked_out.lines())
      lines.push_back(Json{{"product_id", line.product()}, {"sku", line.sku()}, {"quantity", line.quantity()},
                           {"unit_price", money(line.unit_price(), checked_out.currency())},
                           {"total", money(line.unit_price() * line.quantity(), checked_out.currency())}});
    changed(checked_out.cart()).json["checkout"] =
        Json{{"payment_id", checked_out.payment()}, {"order_id", checked_out.order()}, {"lines", std::move(lines)},
             {"shipping_option", checked_out.shipping_option()}, {"shipping_price", money(checked_out.shipping(), checked_out.currency())},
             {"total_price", money(checked_out.total(), checked_out.currency())},
             {"held_until", checked_out.held_until_ms() > 0 ? Json(iso_time(checked_out.held_until_ms())) : Json()}, {"lapsed", false}};
  }
  void operator()(const events::CartHoldLapsed& lapsed) {
    Json& json = changed(lapsed.cart()).json;
    if (json["checkout"].text("payment_id") == lapsed.payment()) json["checkout"]["lapsed"] = true;
  }
  void operator()(const events::CartOrdered& ordered) {
    Json& json = changed(ordered.cart()).json;
    json["items"] = Json::Array{};
    for (const events::CartItem& item : ordered.left())
      json["items"].push_back(Json{{"product_id", item.product()}, {"quantity", item.quantity()}});
    json["checkout"] = Json();
    json["last_order_id"] = ordered.order();
  }

  void operator()(const events::CartExpired& expired) {
    Json& json = changed(expired.cart()).json;
    json["items"] = Json::Array{};
    json["checkout"] = Json();
    json["expired_at"] = iso_time(commit.time_ms);   // not in the document of another one: those of before this event stay as they are
  }

  // ---- what is held for it ----

  void hold(std::string_view holder, std::string_view product, std::int64_t quantity) {
    if (!holder.starts_with(holder_prefix)) return;
    Json& held = changed(std::string(holder.substr(holder_prefix.size()))).json["held"];
    const std::int64_t now = held.integer(product) + quantity;
    if (now == 0) {
      held.erase(product);
    } else {
      held[product] = now;
    }
  }
  void operator()(const events::UnitsAllocated& e) { hold(e.holder(), e.product(), e.quantity()); }
  void operator()(const events::UnitsReleased& e) { hold(e.holder(), e.product(), -e.quantity()); }

  template <class T>
    requires OneOf<T, events::ShopConnected, events::ShopRemoved, events::ShopOrderNotified, events::ShopCaughtUp, events::WorkshopOpened,
                   events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::SubjectErased,
                   events::TimerSet, events::TimerFired, events::DailyReported, events::ProductCreated, events::BomDefined,
                   events::UnitsReceived, events::UnitsIssued, events::UnitsScrapped, events::UnitsAdjusted, events::UnitsShortageNoted,
                   events::UnitsMoved, events::UnitsLow> ||
             CustomerEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || CatalogueEvent<T> || ModelEvent<T> || QuoteEvent<T> ||
             OrderEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> ||
             PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "carts", .version = 1, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view cart) {
  return queries.get(view.name, scope, "cart", cart);
}

}  // namespace layerline::projections::carts
