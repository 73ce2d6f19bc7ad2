// Tells a shop a parcel of one of its orders. What the shop knows is read before anything is written, so that a repeat writes nothing
// twice: neither API takes an idempotency key here.
#pragma once

#include <functional>
#include <map>

#include "infra/app/shop_table.hpp"
#include "workers/effects/effect_worker.hpp"
#include "workers/shops/shop_api.hpp"

namespace layerline::shops {

using Call = std::function<Called(const http::ClientRequest&)>;
using MakeStamp = std::function<Stamp()>;

struct Told {
  effects::Outcome outcome = effects::Outcome::unknown;
  std::string reason;   // of what did not succeed
  circuit::Ending service = circuit::Answered{};
};
// One attempt: reads, then writes what is missing there.
[[nodiscard]] Told tell_parcel(const app::ConnectedShop& shop, const Parcel& parcel, const Call& call, const MakeStamp& stamp);

[[nodiscard]] std::map<effects::Action, effects::Perform> shop_effects(const app::ShopTable& shops);
// Each shop is a service of its own.
[[nodiscard]] std::optional<circuit::Name> service_of(const app::ShopTable& shops, const effects::OpenEffect& effect);

}  // namespace layerline::shops
