#include "projections/queries.hpp"

#include <algorithm>
#include <utility>

#include "infra/store/json_tree.hpp"
#include "projections/document.hpp"
#include "projections/limits.hpp"

namespace layerline::projections {
namespace {

// Cursors are the tail of an index key in hex: opaque, and safe in a URL.
std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return "";
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}

}  // namespace

std::string Queries::prefix(std::string_view view, const Scope& scope) const {
  return keyspaces_.of(view) + key_part(scope.workshop) + "/";
}

std::expected<Document, QueryError> Queries::read(const std::string& key, const Scope& scope) const {
  std::string bytes;
  const auto found = store_.get(key, bytes);
  if (!found) return std::unexpected(QueryError::damaged);
  if (!*found) return std::unexpected(QueryError::not_found);
  const auto document = decode_document(bytes);
  if (!document) return std::unexpected(QueryError::damaged);
  if (!scope.customer.empty() && document->customer != scope.customer) return std::unexpected(QueryError::not_found);
  return Document{document->version, std::string(document->status), std::string(document->customer), std::string(document->json)};
}

std::expected<Document, QueryError> Queries::get(std::string_view view, const Scope& scope, std::string_view kind,
                                                 std::string_view id) const {
  return read(prefix(view, scope).append("d/").append(kind).append("/").append(key_part(id)), scope);
}

std::expected<Document, QueryError> Queries::named(std::string_view view, const Scope& scope, std::string_view lookup,
                                                   std::string_view value) const {
  const std::string front = prefix(view, scope);
  const auto local = store_.get(front + "u/" + std::string(lookup) + "/" + key_part(value));
  if (!local) return std::unexpected(QueryError::damaged);
  if (!*local) return std::unexpected(QueryError::not_found);
  return read(front + **local, scope);
}

std::expected<Page, QueryError> Queries::list(std::string_view view, const Scope& scope, std::string_view list, std::string_view value,
                                              std::string_view status, const PageRequest& request) const {
  const std::size_t limit = request.limit == 0 ? page_default : std::min(request.limit, page_max);
  const std::string front = prefix(view, scope);
  const std::string under = front + "l/" + std::string(list) + "/" + key_part(value) + "/";
  const std::string after = request.cursor.empty() ? "" : under + bytes_of(request.cursor);
  Page page;
  std::size_t scanned = 0;
  std::string last;
  bool more = false;
  bool damaged = false;
  const auto read_all = store_.scan(under, after, [&](std::string_view key, std::string_view local) {
    if (page.items.size() == limit || scanned == page_scan_max) {
      more = true;
      return false;
    }
    ++scanned;
    last = key.substr(under.size());
    auto document = read(front + std::string(local), scope);
    if (document && (status.empty() || document->status == status)) page.items.push_back(std::move(*document));
    damaged = !document && document.error() == QueryError::damaged;
    return !damaged;
  });
  if (!read_all || damaged) return std::unexpected(QueryError::damaged);
  if (more) page.cursor = hex_of(last);
  return page;
}

std::expected<void, QueryError> Queries::each(std::string_view view, const Scope& scope, std::string_view kind,
                                              const std::function<bool(const Document&)>& visit) const {
  bool damaged = false;
  const std::string under = prefix(view, scope).append("d/").append(kind).append("/");
  const auto read_all = store_.scan(under, "", [&](std::string_view, std::string_view bytes) {
    const auto stored = decode_document(bytes);
    damaged = !stored || !visit({stored->version, std::string(stored->status), std::string(stored->customer), std::string(stored->json)});
    return !damaged;
  });
  if (!read_all || damaged) return std::unexpected(QueryError::damaged);
  return {};
}

std::string json_of(const Page& page) {
  std::string out = "{\"items\":[";
  for (const Document& document : page.items) {
    if (&document != page.items.data()) out += ',';
    out += document.json;
  }
  out += "],\"next_cursor\":";
  store::Json(page.cursor.empty() ? store::Json() : store::Json(page.cursor)).write(out);
  return out + "}";
}

}  // namespace layerline::projections
