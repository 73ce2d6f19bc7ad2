#include "infra/app/settings.hpp"

#include <string_view>

#include "infra/config/config.hpp"

namespace layerline::app {
namespace {

std::vector<Secret<std::string>> secrets_of(std::string_view text) {
  std::vector<Secret<std::string>> secrets;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (const std::string_view one = text.substr(0, comma); !one.empty()) secrets.emplace_back(std::string(one));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return secrets;
}

}  // namespace

std::expected<Settings, std::string> read_settings(const std::filesystem::path& file) {
  auto config = file.empty() ? config::Config::parse("{}", config::process_environment())
                             : config::Config::read(file, config::process_environment());
  if (!config) return std::unexpected(config.error());
  Settings s;
  s.public_url = config->text("public_url", "");
  s.workshop = config->text("workshop.id", s.workshop);
  s.workshop_name = config->text("workshop.name", s.workshop_name);
  s.currency = config->text("workshop.currency", s.currency);
  s.operator_mail = config->text("workshop.operator_email", "");
  s.partitions = static_cast<std::uint32_t>(config->integer("journal.partitions", 16, {.least = 1, .most = 1024}));
  s.sync = config->flag("journal.sync", true);
  s.stripe.base_url = config->text("stripe.base_url", s.stripe.base_url);
  s.stripe.api_key = Secret<std::string>(config->text("stripe.api_key", ""));
  s.stripe_webhook_secrets = secrets_of(config->text("stripe.webhook_secret", ""));
  s.smtp.host = config->text("mail.host", "");
  s.smtp.port = static_cast<std::uint16_t>(config->integer("mail.port", 25, {.least = 1, .most = 65535}));
  s.smtp.user = config->text("mail.user", "");
  s.smtp.password = config->text("mail.password", "");
  const std::string security = config->text("mail.security", "plain");
  if (security == "starttls") s.smtp.security = mail::SmtpServer::Security::starttls;
  else if (security == "tls") s.smtp.security = mail::SmtpServer::Security::tls;
  else if (security != "plain") return std::unexpected("mail.security is plain, starttls or tls");
  s.mail_from = config->text("mail.from", s.mail_from);
  s.mail_from_name = config->text("mail.from_name", s.mail_from_name);
  s.shops_poll_ms = config->integer("shops.poll_ms", s.shops_poll_ms, {.least = 100, .most = 86'400'000});
  s.slicer_profile = config->text("slicer.profile", "");
  if (const auto complaints = config->complaints(); !complaints.empty()) return std::unexpected(complaints.front());
  return s;
}

}  // namespace layerline::app
