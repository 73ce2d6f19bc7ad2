#include "infra/mail/smtp.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>

#include <curl/curl.h>
#include <fmt/format.h>

namespace layerline::mail {
namespace {

struct CurlDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Upload {
  std::string_view rest;
  bool begun = false;   // the server has said 354, so from here on it may accept the message
};

std::size_t on_read(char* buffer, std::size_t, std::size_t room, void* context) {
  auto& upload = *static_cast<Upload*>(context);
  upload.begun = true;
  const std::size_t size = std::min(room, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), size);
  upload.rest.remove_prefix(size);
  return size;
}

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

SendError classify(CURLcode code, long reply, const Upload& upload) {
  using Outcome = SendError::Outcome;
  const std::string message = fmt::format("SMTP: {} (last reply {})", curl_easy_strerror(code), reply);
  if (code == CURLE_LOGIN_DENIED) return {Outcome::not_done, message, "login_denied"};   // the settings are wrong, not the mail
  if (reply >= 500) return {Outcome::refused, message};
  if (reply == 421) return {Outcome::not_done, message, "smtp_421"};   // RFC 5321: it closes, whatever it was asked
  if (reply >= 400) return {Outcome::not_done, message};
  return upload.begun ? SendError{Outcome::unknown, message, "no_answer"} : SendError{Outcome::not_done, message, "not_reached"};
}

}  // namespace

std::expected<void, SendError> send(const SmtpServer& server, const Mail& mail) {
  const auto bytes = compose(mail);
  if (!bytes) return std::unexpected(SendError{SendError::Outcome::refused, bytes.error()});
  start_curl_once();
  const std::unique_ptr<CURL, CurlDeleter> easy(curl_easy_init());
  const std::unique_ptr<curl_slist, CurlDeleter> recipients(curl_slist_append(nullptr, fmt::format("<{}>", mail.to).c_str()));
  const std::string scheme = server.security == SmtpServer::Security::tls ? "smtps" : "smtp";
  Upload upload{.rest = *bytes};
  curl_easy_setopt(easy.get(), CURLOPT_URL, fmt::format("{}://{}:{}", scheme, server.host, server.port).c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");   // a proxy of the environment is for HTTP
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits::connect_time.count()));
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(limits::total_time.count()));
  if (server.security == SmtpServer::Security::starttls) curl_easy_setopt(easy.get(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!server.user.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, server.password.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, fmt::format("<{}>", mail.from).c_str());
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &on_read);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &upload);

  const CURLcode code = curl_easy_perform(easy.get());
  long reply = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
  if (code != CURLE_OK) return std::unexpected(classify(code, reply, upload));
  return {};
}

}  // namespace layerline::mail
