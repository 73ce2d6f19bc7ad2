// The server's side of one SMTP dialogue (RFC 5321) without I/O: lines in, replies out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace layerline::simulators {

class SmtpSession {
 public:
  // `deliver` gets each accepted message with the dots unstuffed; false makes the server answer 451.
  explicit SmtpSession(std::function<bool(std::string_view message)> deliver) : deliver_(std::move(deliver)) {}

  [[nodiscard]] static std::string greeting() { return "220 mail.example ESMTP sink\r\n"; }
  // Takes bytes and returns the replies to the lines that they completed.
  std::string put(std::string_view bytes);
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  std::string command(std::string_view line);
  std::string data_line(std::string_view line);

  std::function<bool(std::string_view)> deliver_;
  std::string pending_;
  std::string message_;
  bool has_sender_ = false;
  bool has_recipient_ = false;
  bool in_data_ = false;
  bool finished_ = false;
};

}  // namespace layerline::simulators
