#include "workers/shops/fulfilment.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "workers/shops/shop_orders.hpp"

namespace layerline::shops {
namespace {

using effects::Outcome;

Told done() { return {Outcome::succeeded, ""}; }

// `wrote`: the call may have changed something there, so that an open end has to be read again.
Told not_done(const Called& call, bool wrote) {
  switch (call.end) {
    case End::good: return {Outcome::unknown, "the answer cannot be read"};
    case End::gone: return {Outcome::failed_for_good, "the shop does not know the order"};
    case End::limited:
    case End::not_done: return {Outcome::failed, call.why, call.service};
    case End::refused: return {Outcome::failed_for_good, call.why};
    case End::unknown: return {wrote ? Outcome::unknown : Outcome::failed, call.why, call.service};
  }
  return {Outcome::unknown, call.why};
}

Told over() { return {Outcome::failed_for_good, "the order is over in the shop"}; }

// Each parcel is a shipment of its own. With the first of them the whole order counts as fulfilled there; others may be added.
Told tell_squarespace(const app::ConnectedShop& shop, const Parcel& parcel, const Call& call, const MakeStamp& stamp) {
  const Called read = call(ask_request(shop, AskOrder{parcel.external_order}, stamp()));
  if (read.end != End::good) return not_done(read, false);
  const auto known = read_squarespace_parcels(read.body);
  if (!known) return not_done(read, false);
  if (std::ranges::find(known->tracking_numbers, parcel.tracking_number) != known->tracking_numbers.end()) return done();
  if (known->over) return over();
  const Called written = call(squarespace_fulfilment_request(shop, parcel));
  return written.end == End::good ? done() : not_done(written, true);
}

// The note first: it is what the customer reads. The status is what the order list shows, and the order is complete with its last parcel
// alone.
Told tell_woocommerce(const app::ConnectedShop& shop, const Parcel& parcel, const Call& call, const MakeStamp& stamp) {
  const Called read = call(ask_request(shop, AskOrder{parcel.external_order}, stamp()));
  if (read.end != End::good) return not_done(read, false);
  const auto known = read_woocommerce_parcels(read.body);
  if (!known) return not_done(read, false);
  if (known->over) return over();
  const Called notes = call(woocommerce_notes_request(shop, parcel, stamp()));
  if (notes.end != End::good) return not_done(notes, false);
  const auto noted = woocommerce_notes_name(notes.body, parcel.tracking_number);
  if (!noted) return not_done(notes, false);
  if (!*noted) {
    const Called written = call(woocommerce_note_request(shop, parcel, stamp()));
    if (written.end != End::good) return not_done(written, true);
  }
  if (known->complete || parcel.more_follow) return done();
  const Called completed = call(woocommerce_completed_request(shop, parcel, stamp()));
  return completed.end == End::good ? done() : not_done(completed, true);
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Stamp fresh_stamp() { return {crypto::hex(crypto::random_bytes(16)), now_ms() / 1'000}; }

// One connection per thread of the worker.
Called perform(const http::ClientRequest& request) {
  thread_local http::Client client;
  return called(client.perform(request));
}

Parcel parcel_of(const events::PushFulfilment& asked) {
  Parcel parcel{asked.external_order(), asked.carrier(), asked.tracking_number(), Time{now_ms()}, asked.more_follow()};
  for (const events::PackedLine& packed : asked.lines()) parcel.lines.push_back({packed.sku(), packed.quantity()});
  return parcel;
}

effects::Performed push(const app::ShopTable& shops, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const events::PushFulfilment& asked = effect.request.push_fulfilment();
  const auto shop = shops.find(effect.workshop, asked.shop());
  if (!shop || shop->source != asked.source())
    return Command(effects::FinishEffect{id, Outcome::failed_for_good, "the shop is no longer connected"});
  const Parcel parcel = parcel_of(asked);
  Told told = tell_parcel(*shop, parcel, perform, fresh_stamp);
  const bool away = std::holds_alternative<circuit::Fault>(told.service);
  return {effects::FinishEffect{id, told.outcome, std::move(told.reason), away}, std::move(told.service)};
}

}  // namespace

Told tell_parcel(const app::ConnectedShop& shop, const Parcel& parcel, const Call& call, const MakeStamp& stamp) {
  return source_of(shop) == Source::squarespace ? tell_squarespace(shop, parcel, call, stamp) : tell_woocommerce(shop, parcel, call, stamp);
}

std::map<effects::Action, effects::Perform> shop_effects(const app::ShopTable& shops) {
  return {{events::EffectRequested::kPushFulfilment, [&shops](const effects::OpenEffect& effect) { return push(shops, effect); }}};
}

std::optional<circuit::Name> service_of(const app::ShopTable& shops, const effects::OpenEffect& effect) {
  const std::string& shop = effect.request.push_fulfilment().shop();
  if (!shops.find(effect.workshop, shop)) return std::nullopt;   // no longer connected: nothing is called
  return circuit::Name{std::string(service), effect.workshop, shop};
}

}  // namespace layerline::shops
