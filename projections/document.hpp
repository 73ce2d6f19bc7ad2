// A document as it is stored: what the store knows about it, then the JSON that is published byte for byte.
//   | 1 | version u64 LE | status length u16 | customer length u16 | hidden length u32 | status | customer | hidden JSON | JSON |
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace layerline::projections {

// Views into the stored bytes.
struct DocumentView {
  std::uint64_t version = 0;      // of the aggregate's stream: the ETag
  std::string_view status;
  std::string_view customer;      // whose it is; empty: the workshop's own
  std::string_view hidden;        // of the fold only
  std::string_view json;
};

[[nodiscard]] std::string encode(const DocumentView& document);
// nullopt: the bytes are not a document.
[[nodiscard]] std::optional<DocumentView> decode_document(std::string_view bytes);

// ---- keys ----

// One part of a key: no two texts give the same part, and none holds a '/'.
[[nodiscard]] std::string key_part(std::string_view text);
// Larger numbers first: 16 hex digits of a time, or of a version.
[[nodiscard]] std::string newest_first(std::int64_t number);
// Smaller numbers first, also those below 0: 16 hex digits.
[[nodiscard]] std::string smallest_first(std::int64_t number);
// A to Z: in lower case, and ended so that "box" comes before "box, large".
[[nodiscard]] std::string a_to_z(std::string_view text);

}  // namespace layerline::projections
