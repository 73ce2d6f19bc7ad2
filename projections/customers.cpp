#include "projections/customers.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::customers {
namespace {

// Not "empty": of a std::string that would be std::empty.
Json nothing_said(std::string_view customer) {
  return Json{{"id", customer},   {"first_name", Json()}, {"last_name", Json()},          {"email", Json()},
              {"phone", Json()},  {"company", Json()},    {"addresses", Json::Array{}},   {"default_address_id", Json()},
              {"updated_at", Json()}};
}

// An erasure takes the whole document, so its fields are not listed as personal one by one.
struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  Json& changed(const std::string& customer) {
    Entry* known = documents.find("customer", customer);
    Entry& entry = known != nullptr ? *known : documents.create("customer", customer, commit.time_ms);
    if (known == nullptr) {
      entry.customer = customer;
      entry.json = nothing_said(customer);
    }
    entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry.json;
  }
  static void mark_default(Json& customer, std::string_view address) {
    customer["default_address_id"] = text_or_null(address);
    for (Json& known : customer["addresses"].items()) known["is_default"] = known.text("id") == address;
  }

  void operator()(const events::CustomerContactChanged& contact) {
    Json& customer = changed(contact.customer());
    customer["first_name"] = text_or_null(contact.first_name().clear());
    customer["last_name"] = text_or_null(contact.last_name().clear());
    customer["email"] = text_or_null(contact.mail().clear());
    customer["phone"] = text_or_null(contact.phone().clear());
    customer["company"] = text_or_null(contact.company().clear());
  }
  void operator()(const events::CustomerAddressSaved& saved) {
    Json& customer = changed(saved.customer());
    const events::Address& to = saved.to();
    Json address{{"id", saved.address()},
                 {"label", text_or_null(saved.label().clear())},
                 {"name", text_or_null(to.name().clear())},
                 {"line1", text_or_null(to.line1().clear())},
                 {"line2", text_or_null(to.line2().clear())},
                 {"city", text_or_null(to.city().clear())},
                 {"postal_code", text_or_null(to.postal_code().clear())},
                 {"region", text_or_null(to.region().clear())},
                 {"country", to.country()},
                 {"phone", text_or_null(to.phone().clear())},
                 {"is_default", customer.text("default_address_id") == saved.address()}};
    Json::Array& book = customer["addresses"].items();
    const auto known = std::ranges::find_if(book, [&](const Json& old) { return old.text("id") == saved.address(); });
    if (known == book.end()) book.push_back(std::move(address));
    else *known = std::move(address);
  }
  void operator()(const events::CustomerAddressRemoved& removed) {
    Json& customer = changed(removed.customer());
    std::erase_if(customer["addresses"].items(), [&](const Json& known) { return known.text("id") == removed.address(); });
    if (customer.text("default_address_id") == removed.address()) mark_default(customer, "");
  }
  void operator()(const events::CustomerAddressPreferred& preferred) { mark_default(changed(preferred.customer()), preferred.address()); }
  void operator()(const events::SubjectErased& erased) {
    if (Entry* known = documents.find("customer", erased.subject())) documents.erase(*known);
  }

  template <class T>
    requires CartEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> ||
             PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> ||
             EffectEvent<T> ||
             OneOf<T, events::ShopConnected, events::ShopRemoved, events::ShopOrderNotified, events::ShopCaughtUp, events::WorkshopOpened,
                   events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::TimerSet,
                   events::TimerFired, events::DailyReported>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "customers", .version = 2, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view customer) {
  auto found = queries.get(view.name, scope, "customer", customer);
  if (found || found.error() != QueryError::not_found) return found;
  return Document{.version = 0, .status = {}, .customer = std::string(customer), .json = nothing_said(customer).str()};
}

}  // namespace layerline::projections::customers
