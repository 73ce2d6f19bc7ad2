// The slicer's effects: measuring an uploaded model, and slicing one for its production order.
#pragma once

#include <filesystem>
#include <map>

#include "infra/blob/blob_store.hpp"
#include "workers/effects/effect_worker.hpp"

namespace layerline::slicer {

struct SlicerPlace {
  std::filesystem::path work_folder;    // scratch; emptied after each slicing
  std::filesystem::path profile;        // of the workshop's printers
};

// The blobs must outlive the handlers.
[[nodiscard]] std::map<effects::Action, effects::Perform> slicer_effects(const blob::BlobStore& blobs, SlicerPlace place);

}  // namespace layerline::slicer
