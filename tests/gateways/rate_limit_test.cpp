#include <doctest/doctest.h>

#include "gateways/rest/limits.hpp"
#include "gateways/rest/rate_limit.hpp"
#include "gateways/rest/request_limits.hpp"

using namespace layerline;
using namespace layerline::rest;

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr Quota ten_a_minute{.requests = 10, .window_s = 60};

Client client(std::uint8_t number) { return {.kind = Client::Kind::address, .bytes = {number}}; }

int taken_of(Bucket& bucket, int wanted, std::int64_t now_us) {
  int taken = 0;
  for (int i = 0; i < wanted; ++i) taken += take(bucket, ten_a_minute, now_us).granted ? 1 : 0;
  return taken;
}

std::string field(const http::Response& response, std::string_view name) {
  for (const auto& [each, value] : response.headers)
    if (each == name) return value;
  return {};
}

}  // namespace

TEST_CASE("rest: rate limit: a bucket gives its quota at once, and then one request after each part of the window") {
  Bucket bucket;
  const std::int64_t start = 1'000 * second_us;
  CHECK(taken_of(bucket, 20, start) == 10);
  CHECK(taken_of(bucket, 1, start + 6 * second_us - 1) == 0);
  CHECK(taken_of(bucket, 5, start + 6 * second_us) == 1);
  CHECK(taken_of(bucket, 5, start + 18 * second_us) == 2);
  CHECK(taken_of(bucket, 20, start + 78 * second_us) == 10);
}

TEST_CASE("rest: rate limit: whoever does not ask saves no more than the quota") {
  Bucket bucket;
  CHECK(taken_of(bucket, 3, second_us) == 3);
  CHECK(taken_of(bucket, 30, 86'400 * second_us) == 10);
}

TEST_CASE("rest: rate limit: it says what is left, and a refused request that waits as long as it was told is served") {
  Bucket bucket;
  std::int64_t now = second_us;
  for (std::int64_t left = 9; left >= 0; --left) CHECK(take(bucket, ten_a_minute, now).left == left);
  now += second_us / 2;
  const Taken refused = take(bucket, ten_a_minute, now);
  CHECK_FALSE(refused.granted);
  CHECK(refused.left == 0);
  CHECK(refused.more_in_s == 6);   // 5.5, rounded up
  CHECK(take(bucket, ten_a_minute, now + refused.more_in_s * second_us).granted);
}

TEST_CASE("rest: rate limit: refused requests do not make the wait longer") {
  Bucket bucket;
  CHECK(taken_of(bucket, 1'000, 0) == 10);
  CHECK(taken_of(bucket, 1, 6 * second_us) == 1);
}

TEST_CASE("rest: rate limit: a client's reads, his writes, and other clients do not use up each other's quota") {
  ClientTable clients(10);
  CHECK(taken_of(clients.bucket(client(1), Policy::writes, 0), 20, 0) == 10);
  CHECK(taken_of(clients.bucket(client(1), Policy::writes, 0), 1, 0) == 0);
  CHECK(taken_of(clients.bucket(client(1), Policy::reads, 0), 1, 0) == 1);
  CHECK(taken_of(clients.bucket(client(2), Policy::writes, 0), 1, 0) == 1);
  CHECK(taken_of(clients.bucket({.kind = Client::Kind::key, .bytes = {1}}, Policy::writes, 0), 1, 0) == 1);
}

TEST_CASE("rest: rate limit: of a full table the oldest whole bucket goes first, not who has run out") {
  ClientTable clients(3);
  const std::int64_t now = 7 * second_us;
  taken_of(clients.bucket(client(1), Policy::writes, 0), 10, 0);      // has run out
  taken_of(clients.bucket(client(2), Policy::writes, 0), 1, 0);       // whole again after 6 s
  taken_of(clients.bucket(client(3), Policy::writes, now), 1, now);
  taken_of(clients.bucket(client(4), Policy::writes, now), 1, now);
  CHECK(clients.size() == 3);
  CHECK(taken_of(clients.bucket(client(1), Policy::writes, now), 10, now) == 1);
}

TEST_CASE("rest: rate limit: where all have run out, who has not asked for the longest time is forgotten") {
  ClientTable clients(3);
  for (const std::uint8_t number : {1, 2, 3, 1}) taken_of(clients.bucket(client(number), Policy::reads, 0), 10, 0);
  taken_of(clients.bucket(client(4), Policy::reads, 0), 10, 0);
  CHECK(clients.size() == 3);
  CHECK(taken_of(clients.bucket(client(1), Policy::reads, 0), 1, 0) == 0);
  CHECK(taken_of(clients.bucket(client(3), Policy::reads, 0), 1, 0) == 0);
  CHECK(taken_of(clients.bucket(client(2), Policy::reads, 0), 1, 0) == 1);
}

TEST_CASE("rest: rate limit: strangers from everywhere fill no more than the table, and those who left make room") {
  ClientTable clients(100);
  Client stranger = client(0);
  for (int i = 0; i < 10'000; ++i) {
    stranger.bytes = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    taken_of(clients.bucket(stranger, Policy::reads, 0), 10, 0);
    CHECK(clients.size() <= 100);
  }
  const std::int64_t later = 3'600 * second_us;
  for (std::uint8_t i = 0; i < 10; ++i) taken_of(clients.bucket({.kind = Client::Kind::key, .bytes = {i}}, Policy::reads, later), 1, later);
  CHECK(clients.size() == 10);
}

TEST_CASE("rest: request limits: too many wrong tokens are answered 429 instead of what was wrong") {
  int refusals = 0;
  RequestLimits limits({.writes_per_minute = 2}, [&](Policy policy) { refusals += policy == Policy::writes ? 1 : 0; });
  const http::Request request(http::Method::get, "/track/guess");
  CHECK(limits.refuse_guess(request, http::problem(404, "not-found", "")).status == 404);
  CHECK(limits.refuse_guess(request, http::problem(404, "not-found", "")).status == 404);
  const http::Response refused = limits.refuse_guess(request, http::problem(404, "not-found", ""));
  CHECK(refused.status == 429);
  CHECK(field(refused, "Retry-After") == "30");
  CHECK(refusals == 1);
  CHECK_FALSE(limits.refuse_guest(request));   // reads the catalogue all the same
}

TEST_CASE("rest: request limits: 0 is no limit") {
  RequestLimits limits({.reads_per_minute = 0, .writes_per_minute = 0});
  const http::Request request(http::Method::post, "/api/v1/cart/items");
  for (int i = 0; i < 10'000; ++i) REQUIRE_FALSE(limits.refuse_guest(request));
}
