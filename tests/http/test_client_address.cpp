#include <string>

#include <doctest/doctest.h>

#include "infra/http/client_address.hpp"

namespace layerline::http {
namespace {

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

std::vector<Network> networks(std::string_view text) {
  auto parsed = parse_networks(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return std::move(*parsed);
}

bool contains(std::string_view network, std::string_view text) { return networks(network).at(0).contains(address(text)); }

TEST_CASE("http: client address: what a stranger forwards is not believed, also from the loopback") {
  CHECK(client_address(address("127.0.0.1"), "198.51.100.1", {}) == address("127.0.0.1"));
  CHECK(client_address(address("203.0.113.9"), "198.51.100.1", networks("127.0.0.1")) == address("203.0.113.9"));
}

TEST_CASE("http: client address: behind a trusted proxy it is the address that the proxy saw, whatever that one said of itself") {
  const auto trusted = networks("127.0.0.1");
  CHECK(client_address(address("127.0.0.1"), "198.51.100.1", trusted) == address("198.51.100.1"));
  CHECK(client_address(address("127.0.0.1"), "192.0.2.1, 127.0.0.1,198.51.100.1 ", trusted) == address("198.51.100.1"));
  CHECK(client_address(address("127.0.0.1"), "2001:db8::1", trusted) == address("2001:db8::1"));
}

TEST_CASE("http: client address: of two proxies in a row both have to be trusted") {
  const std::string_view chain = "192.0.2.66, 198.51.100.1, 10.1.2.3";
  CHECK(client_address(address("127.0.0.1"), chain, networks("127.0.0.1,10.0.0.0/8")) == address("198.51.100.1"));
  CHECK(client_address(address("127.0.0.1"), chain, networks("127.0.0.1")) == address("10.1.2.3"));
}

TEST_CASE("http: client address: where a trusted proxy names nobody, it is the client itself") {
  const auto trusted = networks("127.0.0.1,10.0.0.0/8");
  for (const std::string_view nobody : {"", "unknown", "198.51.100.1,", "198.51.100.1, 1.2.3", "_hidden"})
    CHECK_MESSAGE(client_address(address("127.0.0.1"), nobody, trusted) == address("127.0.0.1"), nobody);
  CHECK(client_address(address("127.0.0.1"), "unknown, 10.0.0.7", trusted) == address("10.0.0.7"));
  CHECK(client_address(address("127.0.0.1"), "10.0.0.9, 10.0.0.7", trusted) == address("10.0.0.9"));
}

TEST_CASE("http: networks: they hold what shares their first bits, and IPv4 is the same in both its forms") {
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  CHECK(contains("192.0.2.128/25", "192.0.2.255"));
  CHECK_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  CHECK(contains("192.0.2.1", "::ffff:192.0.2.1"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "2001:db8::1"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("http: networks: what is none is named") {
  for (const std::string wrong : {"proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "2001:db8::/129", "10.0.0"}) {
    const auto parsed = parse_networks("127.0.0.1, " + wrong);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().find(wrong) != std::string::npos);
  }
  CHECK_FALSE(parse_networks("127.0.0.1,,::1").has_value());
  CHECK(networks("").empty());
}

TEST_CASE("http: client address: this machine is 127.0.0.1, also as IPv6 writes it, and ::1, and no other") {
  for (const char* own : {"127.0.0.1", "::ffff:127.0.0.1", "::1"}) CHECK(is_this_machine(address(own)));
  for (const char* other : {"127.0.0.2", "192.0.2.1", "::", "::2", "2001:db8::1"}) CHECK_FALSE(is_this_machine(address(other)));
}

TEST_CASE("http: client address: one client has an address of IPv4, or 64 bits of IPv6") {
  CHECK(client_network(address("192.0.2.1")) != client_network(address("192.0.2.2")));
  CHECK(client_network(address("192.0.2.1")) == client_network(address("::ffff:192.0.2.1")));
  CHECK(client_network(address("2001:db8::1")) == client_network(address("2001:db8::ffff:1")));
  CHECK(client_network(address("2001:db8::1")) != client_network(address("2001:db8:0:1::1")));
}

}  // namespace
}  // namespace layerline::http
