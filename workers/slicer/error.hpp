// Why a model was refused. The detail is one precise sentence that never repeats bytes of the file.
#pragma once

#include <string>

namespace layerline::slicer {

enum class ModelErrorKind {
  unreadable,     // the file could not be opened or read: an operating error
  not_a_model,    // neither STL, 3MF nor G-code
  malformed,      // its own structure contradicts itself
  unsupported,    // legal, but not taken
  too_large,      // beyond a limit of limits.hpp
  no_volume,      // nothing to print in it
  cancelled,      // the caller asked to stop
};

struct ModelError {
  ModelErrorKind kind = ModelErrorKind::malformed;
  std::string detail;
};

}  // namespace layerline::slicer
