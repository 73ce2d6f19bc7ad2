// The notifier: the mails of the journey, sent by SMTP. A mail's Message-ID comes from its effect, so a repeat can be recognised.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "infra/mail/smtp.hpp"
#include "workers/effects/effect_worker.hpp"

namespace layerline::notifier {

struct Sender {
  mail::SmtpServer server;
  std::string from;                       // "orders@workshop.example"
  std::string from_name;
  std::string public_url;
  std::function<std::string(const std::string& workshop, const std::string& order)> tracking_link;
};

[[nodiscard]] std::map<effects::Action, effects::Perform> mail_effects(Sender sender);

// The words of one mail; pure.
[[nodiscard]] mail::Mail compose(const Sender& sender, const effects::OpenEffect& effect, std::int64_t now_ms);

}  // namespace layerline::notifier
