#include "workers/erasure/erasure.hpp"

namespace layerline::erasure {

using effects::Outcome;

std::map<effects::Action, effects::Perform> erasure_effects(crypto::KeyVault& keys) {
  const auto destroy = [&keys](const effects::OpenEffect& effect) -> effects::Performed {
    const bool done = keys.destroy(effect.request.destroy_key().subject()).has_value();
    return Command(effects::FinishEffect{EffectId(effect.id), done ? Outcome::succeeded : Outcome::failed,
                                         done ? "" : "the keys can't be written"});
  };
  return {{events::EffectRequested::kDestroyKey, destroy}};
}

}  // namespace layerline::erasure
