#include "infra/http/multipart.hpp"

#include <algorithm>
#include <utility>

#include "infra/http/limits.hpp"

namespace layerline::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// Takes a token or a quoted string off the front of `rest`. Browsers escape a quote as %22 and leave a backslash alone, curl escapes
// both with a backslash; only \" and \\ are undone, so that "C:\x" of a browser stays as it is. A quote with nothing behind it ends the
// text in any case.
std::optional<std::string> take_value(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const auto end = rest.find(';');
    std::string value(trim(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return value;
  }
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    const char next = i + 1 < rest.size() ? rest[i + 1] : '\0';
    if (rest[i] == '\\' && (next == '\\' || (next == '"' && i + 2 < rest.size()))) ++i;
    value += rest[i];
  }
  return std::nullopt;
}

// The value of the parameter `name` of "first; a=b; c="d"". Outer nothing: the text is malformed; inner nothing: no such parameter.
std::optional<std::optional<std::string>> parameter_of(std::string_view text, std::string_view name) {
  std::optional<std::string> found;
  std::string_view rest = text.substr(std::min(text.find(';'), text.size()));
  while (!rest.empty()) {
    if (!rest.starts_with(';')) return std::nullopt;
    rest = trim(rest.substr(1));
    if (rest.empty()) break;
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = trim(rest.substr(0, equals));
    rest = trim(rest.substr(equals + 1));
    auto value = take_value(rest);
    if (!value) return std::nullopt;
    rest = trim(rest);
    if (same_name(key, name)) {
      if (found) return std::nullopt;
      found = std::move(value);
    }
  }
  return found;
}

std::optional<PartHeader> parse_part_header(std::string_view lines) {
  PartHeader header;
  bool named = false;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view value = trim(line.substr(colon + 1));
    if (same_name(line.substr(0, colon), "Content-Type")) header.content_type = value;
    if (!same_name(line.substr(0, colon), "Content-Disposition")) continue;
    if (named || !same_name(trim(value.substr(0, value.find(';'))), "form-data")) return std::nullopt;
    auto name = parameter_of(value, "name");
    auto file_name = parameter_of(value, "filename");
    if (!name || !*name || !file_name) return std::nullopt;
    header.name = std::move(**name);
    header.file_name = std::move(*file_name);
    named = true;
  }
  if (!named) return std::nullopt;
  return header;
}

}  // namespace

std::string_view describe(MultipartError error) {
  switch (error) {
    case MultipartError::malformed: return "the body is not well-formed multipart/form-data";
    case MultipartError::header_too_large: return "the header of a part is too long";
    case MultipartError::too_many_parts: return "the body has too many parts";
    case MultipartError::refused: return "a part was refused";
    case MultipartError::truncated: return "the body ends before its closing boundary";
  }
  std::unreachable();
}

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  if (!same_name(trim(content_type.substr(0, content_type.find(';'))), "multipart/form-data")) return std::nullopt;
  auto boundary = parameter_of(content_type, "boundary");
  if (!boundary || !*boundary) return std::nullopt;
  const std::string& text = **boundary;
  if (text.empty() || text.size() > limits::multipart_boundary_bytes || text.ends_with(' ')) return std::nullopt;
  const auto allowed = [](char c) {   // bchars of RFC 2046 5.1.1
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || std::string_view("'()+_,-./:=? ").contains(c);
  };
  if (!std::ranges::all_of(text, allowed)) return std::nullopt;
  return text;
}

MultipartParser::MultipartParser(std::string_view boundary, PartSink sink) : sink_(std::move(sink)) {
  delimiter_.append("\r\n--").append(boundary);
  pending_ = "\r\n";   // the first delimiter may stand at the very beginning
}

std::expected<void, MultipartError> MultipartParser::put(std::string_view bytes) {
  if (state_ == State::epilogue) return {};
  pending_.append(bytes);
  for (;;) {
    const Step moved = step();
    if (!moved) return std::unexpected(moved.error());
    if (!*moved) return {};
  }
}

std::expected<void, MultipartError> MultipartParser::finish() const {
  if (state_ != State::epilogue) return std::unexpected(MultipartError::truncated);
  return {};
}

MultipartParser::Step MultipartParser::step() {
  switch (state_) {
    case State::preamble: return skip_preamble();
    case State::after_boundary: return after_boundary();
    case State::header: return read_header();
    case State::data: return read_data();
    case State::epilogue: pending_.clear(); return false;
  }
  std::unreachable();
}

MultipartParser::Step MultipartParser::skip_preamble() {
  const auto at = pending_.find(delimiter_);
  const std::size_t skipped = at == std::string::npos ? pending_.size() - std::min(pending_.size(), delimiter_.size() - 1) : at;
  preamble_bytes_ += skipped;
  if (preamble_bytes_ > limits::multipart_preamble_bytes) return std::unexpected(MultipartError::malformed);
  pending_.erase(0, at == std::string::npos ? skipped : at + delimiter_.size());
  if (at == std::string::npos) return false;
  state_ = State::after_boundary;
  return true;
}

// Behind a boundary stands "--" (the last one) or, after optional white space, the end of its line.
MultipartParser::Step MultipartParser::after_boundary() {
  if (pending_.size() < 2) return false;
  if (pending_.starts_with("--")) {
    state_ = State::epilogue;
    return true;
  }
  const auto end = pending_.find("\r\n");
  const std::string_view padding = std::string_view(pending_).substr(0, end);
  if (padding.size() > limits::multipart_boundary_bytes) return std::unexpected(MultipartError::malformed);
  if (end == std::string::npos) return false;
  if (!trim(padding).empty()) return std::unexpected(MultipartError::malformed);
  pending_.erase(0, end);   // keeps the CR LF, so that an empty header ends with the same four bytes as any other
  state_ = State::header;
  return true;
}

MultipartParser::Step MultipartParser::read_header() {
  const auto end = pending_.find("\r\n\r\n");
  if (std::min(end, pending_.size()) > limits::multipart_header_bytes) return std::unexpected(MultipartError::header_too_large);
  if (end == std::string::npos) return false;
  const auto header = end < 2 ? std::nullopt : parse_part_header(std::string_view(pending_).substr(2, end - 2));
  if (!header) return std::unexpected(MultipartError::malformed);
  if (++parts_ > limits::multipart_parts) return std::unexpected(MultipartError::too_many_parts);
  if (!sink_.on_begin(*header)) return std::unexpected(MultipartError::refused);
  pending_.erase(0, end + 4);
  state_ = State::data;
  return true;
}

// Hands out all that cannot be the beginning of a delimiter.
MultipartParser::Step MultipartParser::read_data() {
  const auto at = pending_.find(delimiter_);
  const std::size_t size = at == std::string::npos ? pending_.size() - std::min(pending_.size(), delimiter_.size() - 1) : at;
  if (size > 0 && !sink_.on_data(std::string_view(pending_).substr(0, size))) return std::unexpected(MultipartError::refused);
  pending_.erase(0, at == std::string::npos ? size : size + delimiter_.size());
  if (at == std::string::npos) return false;
  if (!sink_.on_end()) return std::unexpected(MultipartError::refused);
  state_ = State::after_boundary;
  return true;
}

}  // namespace layerline::http
