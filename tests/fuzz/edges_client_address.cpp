// Networks, a line end, an X-Forwarded-For: who wrote it is believed only where the peer is one of the networks.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "infra/http/client_address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace layerline::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = bytes.find('\n');
  const std::string_view forwarded_for = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  const Address peer = *parse_address("192.0.2.1");
  if (client_address(peer, forwarded_for, {}) != peer) __builtin_trap();   // nobody is trusted
  const auto trusted = parse_networks(bytes.substr(0, end));
  if (!trusted) return 0;
  const Address client = client_address(peer, forwarded_for, *trusted);
  const bool peer_is_proxy = std::ranges::any_of(*trusted, [&](const Network& network) { return network.contains(peer); });
  if (!peer_is_proxy && client != peer) __builtin_trap();
  if (client_network(client_network(client)) != client_network(client)) __builtin_trap();
  return 0;
}
