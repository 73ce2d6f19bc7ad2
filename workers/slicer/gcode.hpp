// The comments in which PrusaSlicer, OrcaSlicer and Bambu Studio describe a G-code file. Streaming: one line in memory.
#pragma once

#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/sliced.hpp"

namespace layerline::slicer {

// Feed the file's bytes in pieces of any size, then ask for the result.
class GcodeComments {
 public:
  void feed(std::span<const char> bytes);
  // One plate. An error when the file holds neither grams nor a time.
  [[nodiscard]] std::expected<SlicedInfo, ModelError> finish();

 private:
  void on_line(std::string_view line);
  void on_pair(std::string_view key, std::string_view value);
  void on_header(std::string_view text);
  std::string line_;
  bool skipping_ = false;
  std::map<std::string, std::string, std::less<>> values_;
  std::uint32_t layer_changes_ = 0;
  double highest_mm_ = 0;
  bool moves_ = false;
};

[[nodiscard]] std::expected<SlicedInfo, ModelError> read_gcode(Input& input, const Progress& progress);

// "1d 2h 3m 4s" in seconds; nothing for other texts.
[[nodiscard]] std::optional<double> parse_duration_s(std::string_view text);

// Printable ASCII of a foreign text, cut at limits::max_text_bytes.
[[nodiscard]] std::string plain_text(std::string_view text);

}  // namespace layerline::slicer
