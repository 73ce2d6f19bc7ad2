#include "infra/http/client_address.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

namespace layerline::http {
namespace {

namespace ip = boost::asio::ip;

constexpr int ipv4_at_bit = 96;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_ipv4(const Address& address) { return ip::address_v6(address).is_v4_mapped(); }

bool among(std::span<const Network> networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

// "192.0.2.0/24", or an address alone.
std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{.address = *address};
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits);
  if (error != std::errc() || end != bits.data() + bits.size() || network.bits < 0) return std::nullopt;
  if (is_ipv4(*address)) network.bits += ipv4_at_bit;
  if (network.bits > 128) return std::nullopt;
  return network;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v4()) return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
  return address.to_v6().to_bytes();
}

bool Network::contains(const Address& other) const {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.begin(), address.begin() + whole, other.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (address[whole] ^ other[whole]) >> (8 - rest) == 0;
}

std::expected<std::vector<Network>, std::string> parse_networks(std::string_view text) {
  std::vector<Network> networks;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view word = trimmed(text.substr(0, comma));
    const auto network = parse_network(word);
    if (!network) return std::unexpected("\"" + std::string(word) + "\" is no address and no network, such as 10.0.0.0/8");
    networks.push_back(*network);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return networks;
}

Address client_address(const Address& peer, std::string_view forwarded_for, std::span<const Network> trusted) {
  Address client = peer;
  while (among(trusted, client) && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto before = parse_address(trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1)));
    if (!before) break;   // the proxy does not say: then it is the client
    client = *before;
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

bool is_this_machine(const Address& address) {
  const ip::address_v6 six(address);
  return six.is_loopback() || (six.is_v4_mapped() && ip::make_address_v4(ip::v4_mapped, six) == ip::address_v4::loopback());
}

Address client_network(Address address) {
  if (!is_ipv4(address)) std::fill(address.begin() + 8, address.end(), std::uint8_t{0});
  return address;
}

}  // namespace layerline::http
