// Comma separated values (RFC 4180): quotes, line feeds with or without a carriage return, a byte order mark.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::rest {

// Rows of fields; lines without any text are left out. nullopt: a quote that is not closed, or text behind one.
[[nodiscard]] std::optional<std::vector<std::vector<std::string>>> parse_csv(std::string_view text);

// Adds a line, with quotes where they are needed.
void append_csv(std::string& out, const std::vector<std::string>& fields);

// The header Link of a page, to what follows it: a table has no place for a cursor. `target` is what was asked for: path and query.
[[nodiscard]] std::string link_to_next(std::string_view target, std::string_view cursor);

}  // namespace layerline::rest
