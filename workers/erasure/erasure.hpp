// Destroys the keys of people whose data nothing needs any more. Again is as well: what is gone stays gone.
#pragma once

#include <map>

#include "infra/crypto/key_vault.hpp"
#include "workers/effects/effect_worker.hpp"

namespace layerline::erasure {

[[nodiscard]] std::map<effects::Action, effects::Perform> erasure_effects(crypto::KeyVault& keys);

}  // namespace layerline::erasure
