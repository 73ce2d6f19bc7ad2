#include "gateways/rest/csv.hpp"

#include <algorithm>
#include <utility>

namespace layerline::rest {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class Rows {
 public:
  void field(std::string value) { row_.push_back(std::move(value)); }
  void end_row() {
    if (row_.size() > 1 || (row_.size() == 1 && !row_.front().empty())) rows_.push_back(std::move(row_));
    row_ = {};
  }
  std::vector<std::vector<std::string>> take() { return std::move(rows_); }

 private:
  std::vector<std::string> row_;
  std::vector<std::vector<std::string>> rows_;
};

// The field in quotes that begins at `at`; leaves `at` behind its closing quote.
std::optional<std::string> quoted(std::string_view text, std::size_t& at) {
  std::string value;
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      value += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      value += text[++at];
    } else {
      ++at;
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::vector<std::string>>> parse_csv(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Rows rows;
  std::size_t at = 0;
  while (at <= text.size()) {
    if (at < text.size() && text[at] == '"') {
      auto value = quoted(text, at);
      if (!value) return std::nullopt;
      rows.field(std::move(*value));
    } else {
      const std::size_t end = std::min(text.find_first_of(",\r\n", at), text.size());
      rows.field(std::string(text.substr(at, end - at)));
      at = end;
    }
    if (at < text.size() && text[at] != ',' && text[at] != '\r' && text[at] != '\n') return std::nullopt;
    const bool more_of_row = at < text.size() && text[at] == ',';
    if (!more_of_row) rows.end_row();
    if (text.substr(at).starts_with("\r\n")) ++at;
    ++at;
  }
  return rows.take();
}

void append_csv(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      out += fields[i];
      continue;
    }
    out += '"';
    for (const char c : fields[i]) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  out += "\r\n";
}

std::string link_to_next(std::string_view target, std::string_view cursor) {
  const std::size_t path_end = std::min(target.find('?'), target.size());
  std::string link = "<" + std::string(target.substr(0, path_end)) + "?cursor=" + std::string(cursor);
  std::string_view rest = target.substr(std::min(path_end + 1, target.size()));
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('&'));
    if (!field.empty() && !field.starts_with("cursor=")) link.append("&").append(field);
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
  }
  return link + ">; rel=\"next\"";
}

}  // namespace layerline::rest
