#include "infra/mail/message.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/mail/limits.hpp"

namespace layerline::mail {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool has_control(std::string_view text) { return std::ranges::any_of(text, is_control); }
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 5322 3.3; by hand because strftime's names depend on the locale.
std::string mail_date(std::int64_t time_ms) {
  static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// Text of a header as encoded words, one a line; no word ends within a UTF-8 sequence (RFC 2047 5).
std::string encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), limits::encoded_word_bytes);
    while (size < text.size() && size > 1 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ", crypto::base64(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return words;
}

// Plain words stay readable; everything else is encoded. "=?" would be taken for an encoded word.
std::string header_text(std::string_view text) {
  const bool plain = is_ascii(text) && text.find("=?") == std::string_view::npos && text.size() <= limits::encoded_line_bytes - 20;
  return plain ? std::string(text) : encoded_words(text);
}

std::string mailbox(const std::string& name, const std::string& address) {
  if (name.empty()) return address;
  return fmt::format("{} <{}>", encoded_words(name), address);
}

std::string part(std::string_view content_type, const std::string& content) {
  std::string lines;
  const std::string encoded = crypto::base64(content);
  for (std::size_t at = 0; at < encoded.size(); at += limits::encoded_line_bytes) {
    lines += encoded.substr(at, limits::encoded_line_bytes) + "\r\n";
  }
  return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", content_type, lines);
}

std::expected<void, std::string> check(const Mail& mail) {
  if (!is_address(mail.from)) return std::unexpected("the sender's address is not valid");
  if (!is_address(mail.to)) return std::unexpected("the recipient's address is not valid");
  if (has_control(mail.from_name) || has_control(mail.to_name)) return std::unexpected("a name has control characters");
  if (has_control(mail.subject)) return std::unexpected("the subject has control characters");
  if (mail.subject.size() > limits::subject_bytes) return std::unexpected("the subject is too long");
  if (std::max(mail.from_name.size(), mail.to_name.size()) > limits::subject_bytes) return std::unexpected("a name is too long");
  if (mail.text.size() > limits::body_bytes || mail.html.size() > limits::body_bytes) return std::unexpected("the text is too long");
  return {};
}

}  // namespace

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.size() > limits::address_bytes) return false;
  const std::string_view domain = text.substr(at + 1);
  const auto alphanumeric = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); };
  const auto of_local = [&](char c) { return alphanumeric(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c); };
  const auto of_domain = [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; };
  return std::ranges::all_of(text.substr(0, at), of_local) && !domain.empty() && std::ranges::all_of(domain, of_domain) &&
         !domain.starts_with('.') && !domain.ends_with('.') && !domain.starts_with('-') && domain.find("..") == std::string_view::npos;
}

std::string message_id(const Mail& mail) {
  return fmt::format("<{}@{}>", crypto::sha256_hex(mail.effect_id).substr(0, 32), mail.from.substr(mail.from.find('@') + 1));
}

std::expected<std::string, std::string> compose(const Mail& mail) {
  if (auto valid = check(mail); !valid) return std::unexpected(valid.error());
  std::string bytes = fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: {}\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
      mail_date(mail.time_ms), mailbox(mail.from_name, mail.from), mailbox(mail.to_name, mail.to), header_text(mail.subject),
      message_id(mail));
  if (mail.html.empty()) return bytes + part("text/plain", mail.text);
  const std::string boundary = "=_" + crypto::sha256_hex(mail.effect_id).substr(32);   // "_" never occurs in base64
  bytes += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
  bytes += fmt::format("--{}\r\n{}", boundary, part("text/plain", mail.text));
  bytes += fmt::format("--{}\r\n{}--{}--\r\n", boundary, part("text/html", mail.html), boundary);
  return bytes;
}

}  // namespace layerline::mail
