// Commands and their outcomes as bytes between our processes. Never stored: both sides are of the same build, or refuse each other.
// Every encoding starts with a format number and a fingerprint of all types in it, so that builds that differ do not misread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/app/business.hpp"
#include "infra/journal/outcome.hpp"

namespace layerline::app::wire {

using Outcome = journal::Outcome<Rejection>;

[[nodiscard]] std::string encode(const Envelope& envelope);
[[nodiscard]] std::string encode(const Outcome& outcome);

// Nothing for any bytes that encode() does not make.
[[nodiscard]] std::optional<Envelope> decode_envelope(std::string_view bytes);
[[nodiscard]] std::optional<Outcome> decode_outcome(std::string_view bytes);

// Whether the bytes come from a build with the same commands; says nothing about the rest of them.
[[nodiscard]] bool of_same_build(std::string_view bytes);

// Several encodings as one body, and back: nothing if they are more than `most`, or not whole.
void append_part(std::string& body, std::string_view part);
[[nodiscard]] std::optional<std::vector<std::string_view>> parts_of(std::string_view body, std::size_t most);

}  // namespace layerline::app::wire
