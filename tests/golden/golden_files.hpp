// The golden files: one line a record, words apart by a blank, bytes in base64. Lines are only ever added.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace layerline::golden {

inline const std::filesystem::path folder = LAYERLINE_SOURCE_DIR "/tests/golden";
inline const std::filesystem::path events_file = folder / "events.golden";     // type, schema, Entry.data
inline const std::filesystem::path keys_file = folder / "keys.golden";         // the key vault of both: keys of invented people

[[nodiscard]] inline std::vector<std::vector<std::string>> lines_of(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<std::string>& words_of_line = lines.emplace_back();
    for (std::string word; words >> word;) words_of_line.push_back(std::move(word));
  }
  return lines;
}

}  // namespace layerline::golden
