#include "projections/effects.hpp"

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::effects {
namespace {

using Requested = events::EffectRequested;

struct Action {
  std::string_view kind;
  std::string subject;   // what it is about
};

Action action_of(const Requested& requested) {
  switch (requested.action_case()) {
    case Requested::kAnalyseModel: return {"analyse_model", "quote/" + requested.analyse_model().quote()};
    case Requested::kSliceModel: return {"slice_model", "production/" + requested.slice_model().production_order()};
    case Requested::kCreatePaymentIntent: return {"create_payment_intent", "payment/" + requested.create_payment_intent().payment()};
    case Requested::kCancelPaymentIntent: return {"cancel_payment_intent", "payment/" + requested.cancel_payment_intent().payment()};
    case Requested::kCreateRefund: return {"create_refund", "payment/" + requested.create_refund().payment()};
    case Requested::kSendMail: return {"send_mail", requested.send_mail().mail()};
    case Requested::kStartPrint: return {"start_print", "job/" + requested.start_print().job()};
    case Requested::kStopPrint: return {"stop_print", "job/" + requested.stop_print().job()};
    case Requested::kPushFulfilment: return {"push_fulfilment", "order/" + requested.push_fulfilment().order()};
    case Requested::kDestroyKey: return {"destroy_key", "person/" + requested.destroy_key().subject()};
    case Requested::ACTION_NOT_SET: return {"unknown", ""};
  }
  return {"unknown", ""};
}

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  Entry& changed(const std::string& effect, std::string_view status) {
    Entry& entry = documents.edit("effect", effect);
    entry.version = event.version;
    documents.set_status(entry, status);
    entry.json["status"] = status;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }

  void operator()(const Requested& requested) {
    const Action action = action_of(requested);
    Entry& entry = documents.create("effect", requested.effect(), commit.time_ms);
    entry.version = event.version;
    entry.json = Json{{"id", requested.effect()}, {"kind", action.kind}, {"subject", action.subject}, {"status", "open"}, {"attempts", 0},
                      {"worker", Json()}, {"reason", Json()}, {"retry_at", Json()}, {"created_at", iso_time(commit.time_ms)},
                      {"updated_at", iso_time(commit.time_ms)}};
    documents.set_status(entry, "open");
    documents.list(entry, "all", "all");
  }
  void operator()(const events::EffectAttempted& attempted) {
    Entry& entry = changed(attempted.effect(), "attempted");
    entry.json["attempts"] = attempted.attempt();
    entry.json["worker"] = attempted.worker();
  }
  void operator()(const events::EffectSucceeded& succeeded) {
    Entry& entry = documents.edit("effect", succeeded.effect());
    documents.unlist(entry, "status", entry.status);
    documents.unlist(entry, "all", "all");
    documents.erase(entry);
  }
  void operator()(const events::EffectFailed& failed) {
    Entry& entry = changed(failed.effect(), "open");
    entry.json["reason"] = failed.reason();
    entry.json["retry_at"] = failed.retry_at_ms() > 0 ? Json(iso_time(failed.retry_at_ms())) : Json();
  }
  void operator()(const events::EffectUnknown& unknown) {
    Entry& entry = changed(unknown.effect(), "unknown");
    entry.json["reason"] = unknown.reason();
    entry.json["retry_at"] = unknown.retry_at_ms() > 0 ? Json(iso_time(unknown.retry_at_ms())) : Json();
  }
  void operator()(const events::EffectParked& parked) {
    Entry& entry = changed(parked.effect(), "parked");
    entry.json["reason"] = parked.reason();
    entry.json["retry_at"] = Json();
  }
  void operator()(const events::EffectRetried& retried) { changed(retried.effect(), "open").json["retry_at"] = Json(); }

  template <class T>
    requires WorkshopEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> || PaymentEvent<T> || StockEvent<T> ||
             ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "effects", .version = 1, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view effect) {
  return queries.get(view.name, scope, "effect", effect);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, const PageRequest& request) {
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}

}  // namespace layerline::projections::effects
