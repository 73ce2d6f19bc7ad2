// The journal as the projections' source of commits: judged by the rule, decoded, unsealed.
#pragma once

#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/log.hpp"
#include "projections/source.hpp"

namespace layerline::app {

// Both outlive the source. One thread reads. Beside the damage that a reader finds, it stops at an event that this build does not know
// and at personal data that was altered.
[[nodiscard]] projections::Source journal_source(journal::Log& log, const crypto::KeyVault& keys);

}  // namespace layerline::app
