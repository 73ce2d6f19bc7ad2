#include "gateways/rest/request_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

Policy policy_of(const http::Request& request) {
  const http::Method method = request.method();
  return method == http::Method::get || method == http::Method::head ? Policy::reads : Policy::writes;
}

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// As draft-ietf-httpapi-ratelimit-headers-10 registers it.
http::Response quota_exceeded(Policy policy, std::int64_t wait_s) {
  http::Response response{.status = 429, .headers = {{"Content-Type", "application/problem+json"}}};
  json::Writer writer(std::get<std::string>(response.body));
  writer.begin_object().member("type", "https://iana.org/assignments/http-problem-types#quota-exceeded")
      .member("title", http::reason_of(429)).member("status", 429).member("detail", "Too many requests in a short time; wait, and go on.")
      .key("violated-policies").begin_array().value(name(policy)).end().end();
  response.headers.emplace_back("Retry-After", std::to_string(wait_s));
  return response;
}

}  // namespace

std::string_view name(Policy policy) {
  switch (policy) {
    case Policy::reads: return "reads";
    case Policy::writes: return "writes";
  }
  std::unreachable();
}

RequestLimits::RequestLimits(LimitOptions options, std::function<void(Policy)> on_refused)
    : options_(std::move(options)), on_refused_(std::move(on_refused)) {}

std::optional<http::Response> RequestLimits::refuse_guest(const http::Request& request) {
  return refuse_address(request, policy_of(request));
}

std::optional<http::Response> RequestLimits::refuse_key(const http::Request& request, const crypto::Sha256Digest& key) {
  if (http::is_this_machine(address_of(request))) return std::nullopt;
  Client client{.kind = Client::Kind::key, .bytes = {}};
  std::copy_n(key.begin(), client.bytes.size(), client.bytes.begin());
  return refuse(request, client, policy_of(request));
}

http::Response RequestLimits::refuse_guess(const http::Request& request, http::Response wrong) {
  auto refused = refuse_address(request, Policy::writes);
  return refused ? std::move(*refused) : std::move(wrong);
}

std::optional<http::Response> RequestLimits::refuse_address(const http::Request& request, Policy policy) {
  const http::Address address = address_of(request);
  if (http::is_this_machine(address)) return std::nullopt;
  return refuse(request, {.kind = Client::Kind::address, .bytes = http::client_network(address)}, policy);
}

std::optional<http::Response> RequestLimits::refuse(const http::Request& request, const Client& client, Policy policy) {
  const Quota quota{policy == Policy::reads ? options_.reads_per_minute : options_.writes_per_minute};
  if (quota.requests == 0) return std::nullopt;
  const std::int64_t now = now_us();
  const Taken taken = take(clients_.bucket(client, policy, now), quota, now);
  request.add_to_answer("RateLimit-Policy", fmt::format(R"("{}";q={};w={})", name(policy), quota.requests, quota.window_s));
  request.add_to_answer("RateLimit", fmt::format(R"("{}";r={};t={})", name(policy), taken.left, taken.more_in_s));
  if (taken.granted) return std::nullopt;
  if (on_refused_) on_refused_(policy);
  return quota_exceeded(policy, taken.more_in_s);
}

// Who has no address any more (he went away meanwhile) counts as ::.
http::Address RequestLimits::address_of(const http::Request& request) const {
  const http::Address peer = http::parse_address(request.remote_address()).value_or(http::Address{});
  if (options_.trusted_proxies.empty()) return peer;
  return http::client_address(peer, request.header_list("X-Forwarded-For"), options_.trusted_proxies);
}

}  // namespace layerline::rest
