// The frame of one record: magic, format, kind, length, crc32c, payload. The payload is a message of schemas/layerline/journal.proto.
//
//   0        4        5      6              10             14
//   | "LLJR" | format | kind | length (LE)  | crc32c (LE)  | payload ... |
//
// The checksum covers format, kind, length and payload. A frame is exactly 14 + length bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/layerline/journal.pb.h"

namespace layerline::journal {

// A move is a commit by which a workshop leaves a partition or goes on in one. It has a kind of its own in the frame, so that a build
// that knows nothing of moves stops there instead of deciding for a workshop that has left.
enum class Kind : std::uint8_t { genesis = 1, claim = 2, commit = 3, move = 4 };

inline constexpr std::size_t frame_header_bytes = 14;

enum class FrameFault {
  none,
  no_magic,        // not a record of ours: dead, whoever wrote it
  length,          // ours, but cut short, too long, or with a payload over the limit
  checksum,
  format,          // written by a newer format than this reader knows
  kind,
};

// A checked frame; `payload` points into the bytes that were decoded.
struct Frame {
  FrameFault fault = FrameFault::none;
  Kind kind = Kind::commit;
  std::string_view payload;
};

[[nodiscard]] Frame decode_frame(std::string_view bytes);
// Whether the frame, if it is one of ours, holds a move; it is not checked.
[[nodiscard]] bool looks_like_move(std::string_view bytes);
[[nodiscard]] std::string_view describe(FrameFault fault);

[[nodiscard]] std::string encode(const Genesis& genesis);
[[nodiscard]] std::string encode(const Claim& claim);
[[nodiscard]] std::string encode(const Commit& commit);

}  // namespace layerline::journal
