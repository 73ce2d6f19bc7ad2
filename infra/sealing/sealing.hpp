// Personal data on its way into the journal and out of it (DESIGN 5): every field of the type Sealed is encrypted with AES-256-GCM under
// the key of its subject, bound to its stream, event type and field path. Destroying the key makes it unreadable for ever.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "infra/crypto/key_vault.hpp"
#include "schemas/layerline/events.pb.h"
#include "schemas/layerline/journal.pb.h"

namespace layerline::sealing {

// What `clear` reads as after the subject's key was destroyed.
inline constexpr std::string_view erased = "[erased]";

struct Error {
  std::string message;   // holds no personal data
};

// Replaces every `clear` by its ciphertext; empty ones need none and stay empty. Keys that are missing are made, and have to be
// synced before the event is stored. After an error it must not be stored.
[[nodiscard]] std::expected<void, Error> seal(events::Event& event, std::string_view stream, std::string_view type, crypto::KeyVault& keys);

// Fills `clear`. A ciphertext that was altered, or was sealed for another place, is an error.
[[nodiscard]] std::expected<void, Error> unseal(events::Event& event, std::string_view stream, std::string_view type,
                                                const crypto::KeyVault& keys);

// The event of a journal entry, unsealed; `event` is reused between calls. An error: the entry holds no event that this build knows.
[[nodiscard]] std::expected<void, Error> decode(const journal::Entry& entry, const crypto::KeyVault& keys, events::Event& event);

}  // namespace layerline::sealing
