// Any bytes as G-code, in two pieces.
#include <cmath>
#include <cstdlib>
#include <span>

#include "workers/slicer/gcode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  layerline::slicer::GcodeComments whole, halves;
  whole.feed(bytes);
  halves.feed(bytes.first(size / 2));
  halves.feed(bytes.subspan(size / 2));
  const auto a = whole.finish(), b = halves.finish();
  if (a.has_value() != b.has_value()) std::abort();
  if (a && (a->grams() != b->grams() || !std::isfinite(a->grams()) || !std::isfinite(a->seconds()))) std::abort();
  return 0;
}
