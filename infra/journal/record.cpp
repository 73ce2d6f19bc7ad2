#include "infra/journal/record.hpp"

#include "infra/journal/hash.hpp"
#include "infra/journal/limits.hpp"

namespace layerline::journal {
namespace {

constexpr std::string_view magic = "LLJR";
constexpr std::uint8_t format_1 = 1;
constexpr std::size_t checked_head_bytes = 6;   // format, kind, length
constexpr std::size_t length_at = 6;
constexpr std::size_t checksum_at = 10;

void put_u32(char* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

std::uint32_t get_u32(const char* from) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(from[i])} << (8 * i);
  return value;
}

std::uint32_t checksum(std::string_view frame) {
  const std::uint32_t head = crc32c(0, frame.substr(magic.size(), checked_head_bytes));
  return crc32c(head, frame.substr(frame_header_bytes));
}

std::string encode_frame(Kind kind, const google::protobuf::MessageLite& message) {
  const std::size_t length = message.ByteSizeLong();
  std::string frame(frame_header_bytes + length, '\0');
  magic.copy(frame.data(), magic.size());
  frame[4] = static_cast<char>(format_1);
  frame[5] = static_cast<char>(kind);
  put_u32(frame.data() + length_at, static_cast<std::uint32_t>(length));
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(frame.data() + frame_header_bytes));
  put_u32(frame.data() + checksum_at, checksum(frame));
  return frame;
}

}  // namespace

Frame decode_frame(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return {FrameFault::no_magic, {}, {}};
  if (bytes.size() < frame_header_bytes) return {FrameFault::length, {}, {}};
  const std::size_t length = get_u32(bytes.data() + length_at);
  if (length > record_payload_max_bytes || bytes.size() != frame_header_bytes + length) return {FrameFault::length, {}, {}};
  if (get_u32(bytes.data() + checksum_at) != checksum(bytes)) return {FrameFault::checksum, {}, {}};
  if (static_cast<std::uint8_t>(bytes[4]) != format_1) return {FrameFault::format, {}, {}};
  const auto kind = static_cast<std::uint8_t>(bytes[5]);
  if (kind < static_cast<std::uint8_t>(Kind::genesis) || kind > static_cast<std::uint8_t>(Kind::move)) return {FrameFault::kind, {}, {}};
  return {FrameFault::none, static_cast<Kind>(kind), bytes.substr(frame_header_bytes)};
}

bool looks_like_move(std::string_view bytes) {
  return bytes.starts_with(magic) && bytes.size() > frame_header_bytes && static_cast<Kind>(bytes[5]) == Kind::move;
}

std::string_view describe(FrameFault fault) {
  switch (fault) {
    case FrameFault::none: return "whole";
    case FrameFault::no_magic: return "not a record of this journal";
    case FrameFault::length: return "the length is wrong";
    case FrameFault::checksum: return "the checksum is wrong";
    case FrameFault::format: return "unknown format";
    case FrameFault::kind: return "unknown kind of record";
  }
  return "";
}

std::string encode(const Genesis& genesis) { return encode_frame(Kind::genesis, genesis); }
std::string encode(const Claim& claim) { return encode_frame(Kind::claim, claim); }
std::string encode(const Commit& commit) {
  return encode_frame(commit.move_case() == Commit::MOVE_NOT_SET ? Kind::commit : Kind::move, commit);
}

}  // namespace layerline::journal
