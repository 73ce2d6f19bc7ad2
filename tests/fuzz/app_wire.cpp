// Bytes behind a right header, so that the fuzzer reaches the types: what is read as an envelope or an outcome encodes to just them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "infra/app/wire.hpp"

using namespace layerline::app;

namespace {

std::string behind_header(std::string_view bytes) {
  static const std::string header = wire::encode(wire::Outcome(layerline::journal::Busy{})).substr(0, 9);
  return header + std::string(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string bytes = behind_header(input);
  if (!wire::of_same_build(bytes)) std::abort();
  if (const auto envelope = wire::decode_envelope(bytes); envelope && wire::encode(*envelope) != bytes) std::abort();
  if (const auto outcome = wire::decode_outcome(bytes); outcome && wire::encode(*outcome) != bytes) std::abort();
  (void)wire::decode_envelope(input);
  if (const auto parts = wire::parts_of(input, 100)) {
    std::string body;
    for (const std::string_view part : *parts) wire::append_part(body, part);
    if (body != input) std::abort();
  }
  return 0;
}
