// multipart/form-data (RFC 7578) as a push parser without I/O: bytes in, parts out, never more than one part header in memory.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace layerline::http {

struct PartHeader {
  std::string name;                      // of the form field
  std::optional<std::string> file_name;  // as the client sent it: foreign text, never a path to use
  std::string content_type;              // empty if not given
};

// What the parser reports while it is fed. Returning false stops it with MultipartError::refused.
struct PartSink {
  std::function<bool(const PartHeader&)> on_begin;
  std::function<bool(std::string_view)> on_data;   // the view lives during the call
  std::function<bool()> on_end;
};

enum class MultipartError { malformed, header_too_large, too_many_parts, refused, truncated };
[[nodiscard]] std::string_view describe(MultipartError error);

// The boundary of a Content-Type header, if it is a multipart/form-data with a valid one.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

class MultipartParser {
 public:
  MultipartParser(std::string_view boundary, PartSink sink);

  std::expected<void, MultipartError> put(std::string_view bytes);
  // To be called at the end of the body: an error if the closing boundary has not come.
  [[nodiscard]] std::expected<void, MultipartError> finish() const;

 private:
  enum class State { preamble, after_boundary, header, data, epilogue };
  using Step = std::expected<bool, MultipartError>;   // true: progress was made, go on

  Step step();
  Step skip_preamble();
  Step after_boundary();
  Step read_header();
  Step read_data();

  PartSink sink_;
  std::string delimiter_;   // CR LF "--" boundary
  std::string pending_;     // bytes not yet decided about; at most one part header or one delimiter, plus the last input
  State state_ = State::preamble;
  std::size_t parts_ = 0;
  std::size_t preamble_bytes_ = 0;
};

}  // namespace layerline::http
