// A partition of arbitrary records: the input is cut into records at its lengths, some of which get a right frame around them, so that
// the fuzzer reaches the payloads. The position only ever moves forward, and not at all on damage.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "infra/journal/rule.hpp"

using namespace layerline::journal;

namespace {

// The payload as a record of the kind that the first byte names; bytes that are no such message go in bare.
std::string framed(std::string_view payload, std::uint8_t kind) {
  const auto size = static_cast<int>(payload.size());
  Genesis genesis;
  Claim claim;
  Commit commit;
  if (kind % 4 == 1 && genesis.ParseFromArray(payload.data(), size)) return encode(genesis);
  if (kind % 4 == 2 && claim.ParseFromArray(payload.data(), size)) return encode(claim);
  if (kind % 4 == 3 && commit.ParseFromArray(payload.data(), size)) return encode(commit);
  return std::string(payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Position position = start_of(0);
  Decoded decoded;
  while (rest.size() >= 2) {
    const auto kind = static_cast<std::uint8_t>(rest[0]);
    const std::size_t length = std::min<std::size_t>(static_cast<std::uint8_t>(rest[1]), rest.size() - 2);
    const Position before = position;
    const Verdict verdict = fold(position, position.offset, framed(rest.substr(2, length), kind), decoded);
    const bool damaged = verdict.kind == Verdict::Kind::damaged;
    if (damaged ? position != before : position.offset != before.offset + 1) std::abort();
    if (verdict.kind == Verdict::Kind::dead && position.head != before.head) std::abort();
    if (damaged) break;
    rest.remove_prefix(2 + length);
  }
  (void)decode_position(rest);
  return 0;
}
