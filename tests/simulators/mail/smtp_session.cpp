#include "tests/simulators/mail/smtp_session.hpp"

#include <algorithm>

namespace layerline::simulators {
namespace {

constexpr std::size_t line_bytes = 1'000;                 // RFC 5321 4.5.3.1.6
constexpr std::size_t message_bytes = 16 * 1024 * 1024;   // announced by SIZE

std::string verb_of(std::string_view line) {
  std::string verb(line.substr(0, line.find(' ')));
  std::ranges::transform(verb, verb.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return verb;
}

}  // namespace

std::string SmtpSession::put(std::string_view bytes) {
  pending_ += bytes;
  std::string replies;
  for (auto end = pending_.find("\r\n"); end != std::string::npos && !finished_; end = pending_.find("\r\n")) {
    const std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 2);
    if (line.size() > line_bytes) replies += "500 line too long\r\n";
    else replies += in_data_ ? data_line(line) : command(line);
  }
  if (pending_.size() > line_bytes) finished_ = true;
  return replies;
}

// Addresses at refuse.example are refused for good, those at later.example for now: faults on command of the test.
std::string SmtpSession::command(std::string_view line) {
  const std::string verb = verb_of(line);
  if (verb == "EHLO") return "250-mail.example\r\n250-SIZE 16777216\r\n250 8BITMIME\r\n";
  if (verb == "HELO" || verb == "NOOP") return "250 ok\r\n";
  if (verb == "RSET") {
    has_sender_ = has_recipient_ = false;
    return "250 ok\r\n";
  }
  if (verb == "MAIL") {
    if (has_sender_) return "503 nested MAIL\r\n";
    has_sender_ = true;
    return "250 ok\r\n";
  }
  if (verb == "RCPT") {
    if (!has_sender_) return "503 MAIL first\r\n";
    if (line.find("@refuse.example>") != std::string_view::npos) return "550 no such mailbox\r\n";
    if (line.find("@later.example>") != std::string_view::npos) return "451 try again later\r\n";
    has_recipient_ = true;
    return "250 ok\r\n";
  }
  if (verb == "DATA") {
    if (!has_recipient_) return "503 RCPT first\r\n";
    in_data_ = true;
    message_.clear();
    return "354 end with a dot\r\n";
  }
  if (verb == "QUIT") {
    finished_ = true;
    return "221 bye\r\n";
  }
  return "502 not implemented\r\n";
}

std::string SmtpSession::data_line(std::string_view line) {
  if (line == ".") {
    in_data_ = has_sender_ = has_recipient_ = false;
    if (message_.size() > message_bytes) return "552 too large\r\n";
    return deliver_(message_) ? "250 stored\r\n" : "451 cannot store\r\n";
  }
  if (line.starts_with('.')) line.remove_prefix(1);
  if (message_.size() <= message_bytes) message_.append(line).append("\r\n");
  return {};
}

}  // namespace layerline::simulators
