#include "projections/document.hpp"

#include <cassert>
#include <cstring>
#include <limits>

namespace layerline::projections {
namespace {

constexpr char format = 1;
constexpr std::size_t header_bytes = 1 + 8 + 2 + 2 + 4;

void append(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, int count) {
  std::uint64_t number = 0;
  for (int i = count - 1; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return number;
}

}  // namespace

std::string encode(const DocumentView& document) {
  assert(document.status.size() <= 0xFFFF && document.customer.size() <= 0xFFFF);
  std::string out;
  out.reserve(header_bytes + document.status.size() + document.customer.size() + document.hidden.size() + document.json.size());
  out += format;
  append(out, document.version, 8);
  append(out, document.status.size(), 2);
  append(out, document.customer.size(), 2);
  append(out, document.hidden.size(), 4);
  out.append(document.status).append(document.customer).append(document.hidden).append(document.json);
  return out;
}

std::optional<DocumentView> decode_document(std::string_view bytes) {
  if (bytes.size() < header_bytes || bytes[0] != format) return std::nullopt;
  const std::size_t status = number_at(bytes, 9, 2);
  const std::size_t customer = number_at(bytes, 11, 2);
  const std::size_t hidden = number_at(bytes, 13, 4);
  if (bytes.size() - header_bytes < status + customer + hidden) return std::nullopt;
  DocumentView document;
  document.version = number_at(bytes, 1, 8);
  bytes.remove_prefix(header_bytes);
  document.status = bytes.substr(0, status);
  document.customer = bytes.substr(status, customer);
  document.hidden = bytes.substr(status + customer, hidden);
  document.json = bytes.substr(status + customer + hidden);
  return document;
}

std::string key_part(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

namespace {

std::string digits_of(std::uint64_t number) {
  std::string out(16, '0');
  for (std::size_t i = out.size(); i > 0; number >>= 4) out[--i] = "0123456789abcdef"[number & 0xF];
  return out;
}

}  // namespace

std::string newest_first(std::int64_t number) {
  return digits_of(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - static_cast<std::uint64_t>(number));
}

std::string smallest_first(std::int64_t number) { return digits_of(static_cast<std::uint64_t>(number) ^ std::uint64_t{1} << 63); }

std::string a_to_z(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out + '\0';
}

}  // namespace layerline::projections
