// Hands a mail to an SMTP server. Blocking: for a worker's thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "infra/mail/limits.hpp"
#include "infra/mail/message.hpp"

namespace layerline::mail {

struct SmtpServer {
  enum class Security {
    plain,      // only for a server on this machine
    starttls,   // required, with a verified certificate
    tls,        // from the first byte, likewise
  };
  std::string host;
  std::uint16_t port = 25;
  Security security = Security::plain;
  std::string user = {};       // empty: no authentication
  std::string password = {};
};

struct SendError {
  enum class Outcome {
    not_done,   // not accepted; may be tried again
    refused,    // the server refused it for good (5xx), or it cannot be composed
    unknown,    // the connection broke after the message was sent: it may have been accepted
  };
  Outcome outcome = Outcome::unknown;
  std::string message;   // without addresses and text of the mail
  std::string fault = {};   // the server's own, which no other mail would have escaped: "not_reached", "smtp_421"; empty: this mail's
};

// Success means that the server has taken the responsibility for it (250 after DATA).
[[nodiscard]] std::expected<void, SendError> send(const SmtpServer& server, const Mail& mail);

}  // namespace layerline::mail
