// One mail as bytes (RFC 5322, MIME). Pure: the same mail gives the same bytes, so that a repeated sending can be recognised.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace layerline::mail {

struct Mail {
  std::string effect_id;      // makes the Message-ID
  std::string from;           // "name@domain"
  std::string from_name = {};
  std::string to;
  std::string to_name = {};
  std::string subject;        // UTF-8
  std::string text;           // UTF-8, lines end with LF
  std::string html = {};      // empty: text only
  std::int64_t time_ms = 0;   // of the Date header, since 1970 UTC
};

// Plain ASCII addresses ("local@domain") without quotes, comments or control characters.
[[nodiscard]] bool is_address(std::string_view text);

[[nodiscard]] std::string message_id(const Mail& mail);   // "<…@domain of from>"

// The error says which part cannot be sent; it holds none of it. Lines end with CR LF.
[[nodiscard]] std::expected<std::string, std::string> compose(const Mail& mail);

}  // namespace layerline::mail
