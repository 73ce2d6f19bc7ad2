#include "gateways/internal/commands.hpp"

#include <charconv>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "gateways/internal/token.hpp"
#include "infra/app/limits.hpp"
#include "infra/app/wire.hpp"

namespace layerline::internal {
namespace {

namespace wire = app::wire;

std::optional<std::uint32_t> partition_in(const http::Request& request) {
  const std::string_view text = request.query("partition").value_or("");
  std::uint32_t partition = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), partition);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return partition;
}

// All of them or none: what can't be read whole is not begun.
std::expected<std::vector<app::Envelope>, http::Response> envelopes_in(const http::Request& request) {
  const auto malformed = [] { return std::unexpected(http::problem(400, "bad-batch", "This is not a batch of commands.")); };
  const auto parts = wire::parts_of(request.body(), app::limits::batch_commands);
  if (!parts) return malformed();
  std::vector<app::Envelope> envelopes;
  envelopes.reserve(parts->size());
  for (const std::string_view part : *parts) {
    if (!wire::of_same_build(part)) return std::unexpected(http::problem(409, "other-build", "This process is of another build."));
    auto envelope = wire::decode_envelope(part);
    if (!envelope) return malformed();
    envelopes.push_back(std::move(*envelope));
  }
  return envelopes;
}

boost::asio::awaitable<http::Response> decide(app::Commands& commands, const std::string& token, http::Request& request) {
  if (!authorized(request, token)) co_return nothing_here();
  const auto partition = partition_in(request);
  if (!partition) co_return http::problem(400, "bad-partition", "Say which partition: ?partition=N.");
  auto envelopes = envelopes_in(request);
  if (!envelopes) co_return std::move(envelopes.error());
  const std::vector<app::Outcome> outcomes = co_await commands.decide_here(*partition, std::move(*envelopes));
  std::string body;
  for (const app::Outcome& outcome : outcomes) wire::append_part(body, wire::encode(outcome));
  http::Response response{.status = 200, .headers = {{"Content-Type", "application/octet-stream"}}, .body = std::move(body)};
  co_return response;
}

}  // namespace

void add_commands(http::Router& router, app::Commands& commands, std::string token) {
  router.add(http::Method::post, "/internal/commands",
             [&commands, token = std::move(token)](http::Request& request) { return decide(commands, token, request); },
             {.body_bytes = app::limits::request_bytes});
}

}  // namespace layerline::internal
