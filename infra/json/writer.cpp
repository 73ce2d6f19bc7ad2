#include "infra/json/writer.hpp"

#include <cassert>
#include <cmath>

#include <fmt/format.h>

namespace layerline::json {
namespace {

// Length of the valid UTF-8 sequence at the front of `text`, or 0. Overlong forms and surrogates are not valid (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  }
}

bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '"' && c != '\\'; }

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end])) ++end;
    out.append(text.substr(at, end - at));
    at = end;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_escaped(out, text[at++]);
      continue;
    }
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  out += '"';
}

Writer& Writer::open(char first, char last) {
  separate();
  out_ += first;
  closers_.push_back(last);
  first_ = true;
  return *this;
}

Writer& Writer::end() {
  assert(!closers_.empty() && !after_key_);
  out_ += closers_.back();
  closers_.pop_back();
  first_ = false;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  assert(!after_key_);
  separate();
  append_string(out_, name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

Writer& Writer::value(bool flag) { return raw(flag ? "true" : "false"); }
Writer& Writer::integer(std::int64_t number) { return raw(fmt::format_int(number).c_str()); }
Writer& Writer::natural(std::uint64_t number) { return raw(fmt::format_int(number).c_str()); }
Writer& Writer::value(double number) { return std::isfinite(number) ? raw(fmt::format("{}", number)) : null(); }

Writer& Writer::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

// Between two values of a level stands a comma; between a key and its value nothing.
void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
  } else {
    if (!first_) out_ += ',';
    first_ = false;
  }
}

}  // namespace layerline::json
