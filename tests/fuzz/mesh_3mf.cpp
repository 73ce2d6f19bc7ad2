// Any bytes as the model part of a 3MF package, and as a whole package.
#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <vector>

#include "workers/slicer/archive.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/threemf.hpp"
#include "workers/slicer/topology.hpp"

namespace {

using namespace layerline::slicer;

// A package whose model part and settings are the input.
std::vector<char> packed(std::span<const char> bytes) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_t* zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  zip_source_keep(target);
  for (const char* name : {"3D/3dmodel.model", "3D/Objects/a.model", "Metadata/slice_info.config", "Metadata/plate_1.gcode"}) {
    const zip_int64_t index = zip_file_add(zip, name, zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  zip_close(zip);
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::vector<char> out(static_cast<std::size_t>(std::max<zip_int64_t>(zip_source_tell(target), 0)));
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  zip_source_free(target);
  return out;
}

void read(std::span<const char> bytes) {
  auto archive = Archive::open_memory(bytes);
  if (!archive) return;
  if (const auto package = read_3mf(*archive, {}); package && measure(package->mesh).triangles != package->mesh.triangles.size())
    std::abort();
  (void)read_gcode_3mf(*archive);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  const std::vector<char> package = packed(bytes);
  read(package);
  return 0;
}
