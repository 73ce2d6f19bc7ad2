// Whose request it is: the peer's of the connection, or that of a client behind proxies that the operator trusts.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::http {

using Address = std::array<std::uint8_t, 16>;   // of IPv6; an IPv4 address stands in it as ::ffff:a.b.c.d

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

struct Network {
  Address address{};
  int bits = 128;   // that all of its addresses share

  [[nodiscard]] bool contains(const Address& other) const;
};

// "127.0.0.1,10.0.0.0/8,2001:db8::/32"; the error names the word that is no network.
[[nodiscard]] std::expected<std::vector<Network>, std::string> parse_networks(std::string_view text);

// The peer; if that is a trusted proxy, the right-most address of X-Forwarded-For that is none. What stands to the left of it was written
// by strangers, and counts for nothing. `forwarded_for`: all such fields of the request in their order, with commas between them.
[[nodiscard]] Address client_address(const Address& peer, std::string_view forwarded_for, std::span<const Network> trusted);

// 127.0.0.1 or ::1: whoever asks is on this machine, or behind a proxy that nobody has named.
[[nodiscard]] bool is_this_machine(const Address& address);

// What one client has at his disposal: an IPv4 address, or the /64 of an IPv6 one. The other bits are zero.
[[nodiscard]] Address client_network(Address address);

}  // namespace layerline::http
