// What an operator can set: a JSON file, overridden by LAYERLINE_… variables. Everything has a default that works on one machine.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "domain/kernel/types.hpp"
#include "infra/mail/smtp.hpp"
#include "workers/payments/stripe_api.hpp"

namespace layerline::app {

struct Settings {
  std::string public_url;                                      // empty: http://address:port
  std::string workshop = "main";                               // opened at the first start
  std::string workshop_name = "Main workshop";
  std::string currency = "USD";
  std::string operator_mail;
  std::uint32_t partitions = 16;
  bool sync = true;                                            // journal.sync; false answers before the disk has it: for measuring only
  payments::StripeAccount stripe;
  std::vector<Secret<std::string>> stripe_webhook_secrets;     // comma separated in the setting
  mail::SmtpServer smtp;                                       // without a host no mail is sent
  std::string mail_from = "workshop@localhost.localdomain";
  std::string mail_from_name = "The workshop";
  std::int64_t shops_poll_ms = 90'000;                         // between two polls of a shop elsewhere
  std::filesystem::path slicer_profile;                        // empty: the one built for a 256 mm bed, 0.4 mm nozzle
};

[[nodiscard]] std::expected<Settings, std::string> read_settings(const std::filesystem::path& file);

}  // namespace layerline::app
