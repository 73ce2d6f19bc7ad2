#include "gateways/rest/api.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "gateways/rest/limits.hpp"
#include "infra/crypto/digest.hpp"

namespace layerline::rest {
namespace {

constexpr std::string_view bearer = "Bearer ";

std::string_view key_of(const Request& request) {
  const std::string_view authorization = request.header("Authorization");
  if (authorization.starts_with(bearer)) return authorization.substr(bearer.size());
  return request.header("X-API-Key");
}

int status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_found: return 404;
    case Refusal::conflict: return 409;
    case Refusal::stale: return 412;
    case Refusal::refused: return 422;
  }
  return 422;
}

Response retry_later(int status, std::string_view type, std::string_view detail) {
  Response response = http::problem(status, type, detail);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

std::expected<Caller, Response> authenticate(const Api& api, const Request& request) {
  const std::string_view key = key_of(request);
  if (key.empty() || key.size() > limits::key_bytes) {
    if (auto refused = api.limits.refuse_guest(request)) return std::unexpected(std::move(*refused));
    return std::unexpected(http::problem(401, "unauthenticated", "Send an API key as \"Authorization: Bearer <key>\"."));
  }
  const crypto::Sha256Digest digest = crypto::sha256(key);
  auto access = api.access.find(std::string(digest.begin(), digest.end()));
  const auto partition = access ? api.directory.partition_of(access->workshop) : std::nullopt;
  if (!access || !partition)
    return std::unexpected(api.limits.refuse_guess(request, http::problem(401, "unauthenticated", "This API key is not valid.")));
  Caller caller{std::move(*access), *partition};
  if (caller.staff()) return caller;
  if (auto refused = api.limits.refuse_key(request, digest)) return std::unexpected(std::move(*refused));
  return caller;
}

std::expected<Caller, Response> authenticate_staff(const Api& api, const Request& request) {
  auto caller = authenticate(api, request);
  if (caller && !caller->staff()) return std::unexpected(http::problem(403, "forbidden", "This needs an operator's key."));
  return caller;
}

std::expected<Caller, Response> authenticate_admin(const Api& api, const Request& request) {
  auto caller = authenticate(api, request);
  if (caller && !caller->is("admin")) return std::unexpected(http::problem(403, "forbidden", "This needs an admin's key."));
  return caller;
}

std::expected<app::Envelope, Response> envelope(const Api& api, const Caller& caller, const Request& request, Command command,
                                                std::string stream, std::string_view payload) {
  app::Envelope out;
  out.workshop = caller.access.workshop;
  out.actor = caller.actor();
  out.cause = "http";
  out.command = std::move(command);
  const std::string_view key = request.header("Idempotency-Key");
  // The journal keeps it as text, and could not be read again with other bytes in it; a header's text is ASCII (RFC 9651).
  if (key.size() > limits::idempotency_key_bytes || !std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; }))
    return std::unexpected(http::problem(400, "bad-idempotency-key", "An Idempotency-Key has at most 255 characters of ASCII."));
  if (!key.empty()) {
    // Two callers of a workshop may choose the same key.
    out.command_id = caller.access.key_id + ":" + std::string(key);
    std::string said(http::name_of(request.method()));
    said.append(" ").append(request.target()).append("\n").append(payload.empty() ? std::string_view(request.body()) : payload);
    out.payload_hash = crypto::hmac_sha256(api.secret, said);
  }
  if (std::string_view match = request.header("If-Match"); !match.empty() && match != "*") {
    if (match.starts_with('"') && match.ends_with('"') && match.size() > 2) match = match.substr(1, match.size() - 2);
    std::uint64_t version = 0;
    const auto [end, error] = std::from_chars(match.data(), match.data() + match.size(), version);
    if (error != std::errc() || end != match.data() + match.size())
      return std::unexpected(http::problem(400, "bad-if-match", "If-Match takes the ETag of an earlier answer."));
    out.expected_version = version;
    out.expected_stream = std::move(stream);
  }
  return out;
}

Response response_of(const app::Outcome& outcome, const Views& views, const std::string& stream, int success) {
  const auto done = [&](const auto& accepted) {
    Response response = http::json_response(success, accepted.answer.empty() ? "{}" : accepted.answer);
    response.headers.emplace_back("Layerline-Position", views.position_token(accepted.partition, accepted.offset));
    for (const journal::StreamVersion& version : accepted.versions)
      if (version.stream == stream) response.headers.emplace_back("ETag", "\"" + std::to_string(version.version) + "\"");
    return response;
  };
  if (const auto* accepted = std::get_if<journal::Accepted>(&outcome)) return done(*accepted);
  if (const auto* repeated = std::get_if<journal::Repeated>(&outcome)) {
    Response response = done(*repeated);
    response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
  }
  if (const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&outcome)) {
    const Rejection& rejection = rejected->refusal;
    return http::problem(status_of(rejection.refusal), rejection.type, rejection.detail, rejection.data);
  }
  if (std::holds_alternative<journal::KeyReused>(outcome))
    return http::problem(422, "idempotency-key-reused", "This Idempotency-Key was used for another request.");
  if (std::holds_alternative<journal::TooLarge>(outcome))
    return http::problem(413, "command-too-large", "The command does not fit into one record.");
  if (std::holds_alternative<journal::Busy>(outcome)) return retry_later(429, "busy", "Too many commands are waiting; try again.");
  if (std::holds_alternative<journal::NotOwner>(outcome)) return retry_later(503, "no-owner", "Nobody can decide for this workshop now.");
  Response open = http::problem(202, "outcome-open", "The outcome is not known yet; ask again with the same Idempotency-Key.");
  open.headers.emplace_back("Retry-After", "1");
  return open;
}

awaitable<Response> tell(const Api& api, app::Envelope command, int success) {
  std::string stream = command.expected_stream;
  const app::Outcome outcome = co_await api.commands.execute(std::move(command));
  co_return response_of(outcome, api.views, stream, success);
}

awaitable<Response> tell(const Api& api, const Caller& caller, const Request& request, Command command, std::string stream, int success) {
  auto ready = envelope(api, caller, request, std::move(command), stream);
  if (!ready) co_return std::move(ready.error());
  const app::Outcome outcome = co_await api.commands.execute(std::move(*ready));
  co_return response_of(outcome, api.views, stream, success);
}

awaitable<void> offload(const Api& api, std::function<void()> work) {
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
      [&api](auto handler, std::function<void()> run) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        boost::asio::post(api.files, [&api, shared, run = std::move(run)] {
          run();
          boost::asio::post(api.io, [shared] { std::move (*shared)(); });
        });
      },
      boost::asio::use_awaitable, std::move(work));
}

}  // namespace layerline::rest
