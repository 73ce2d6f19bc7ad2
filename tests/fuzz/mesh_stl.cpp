// Any bytes as STL, through recognition, both readers, measuring and, for small meshes, the estimate.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "workers/slicer/analyze.hpp"
#include "workers/slicer/topology.hpp"

constexpr double largest_estimated_mm = 100;   // larger ones take long and walk the same paths

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("model", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  const auto model = layerline::slicer::read_model(path);
  if (!model) return 0;
  const layerline::slicer::Box box = layerline::slicer::measure(model->mesh).box;
  if (box.size_mm(0) + box.size_mm(1) + box.size_mm(2) > largest_estimated_mm) return 0;
  const auto result = layerline::slicer::analyze(*model, {.layer_height_mm = 0.45});
  if (result && (!std::isfinite(result->grams) || !(result->grams >= 0) || !std::isfinite(result->hours) || result->volume_cm3 < 0))
    std::abort();
  return 0;
}
