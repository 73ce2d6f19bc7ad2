// Streaming XML over expat, for parts of 3MF packages: no DTD, no entities of its own, bounded depth and token size.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "workers/slicer/error.hpp"

namespace layerline::slicer {

// The attributes of one element; views are valid during the callback only.
class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  // Without its namespace prefix. Null when absent.
  [[nodiscard]] const char* find(std::string_view name) const;
  [[nodiscard]] std::string_view text(std::string_view name) const;   // empty when absent

 private:
  const char** pairs_;
};

class XmlReader {
 public:
  // Element names come without their namespace prefix. An error returned by `start` ends the reading.
  using Start = std::function<std::expected<void, ModelError>(std::string_view name, const Attributes& attributes)>;
  using End = std::function<void(std::string_view name)>;
  XmlReader(Start start, End end);
  XmlReader(XmlReader&&) noexcept;
  ~XmlReader();

  [[nodiscard]] std::expected<void, ModelError> feed(std::span<const char> bytes);
  [[nodiscard]] std::expected<void, ModelError> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace layerline::slicer
