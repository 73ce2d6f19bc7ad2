// The calls of both shops' APIs (reference/commerce.md 2.1 and 3): requests are built, and answers judged, by pure functions.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/app/shop_table.hpp"
#include "infra/circuit/circuit.hpp"
#include "infra/http/client.hpp"
#include "workers/shops/shop_poll.hpp"

namespace layerline::shops {

// What a request of OAuth 1.0a must not have in common with another one; used for WooCommerce over plain http only.
struct Stamp {
  std::string nonce;
  std::int64_t time_s = 0;
};

inline constexpr std::string_view service = "shops";   // of their circuits

[[nodiscard]] Source source_of(const app::ConnectedShop& shop);

[[nodiscard]] http::ClientRequest ask_request(const app::ConnectedShop& shop, const Ask& ask, const Stamp& stamp);

struct Packed {
  std::string sku;           // as the shop calls it
  std::int64_t quantity = 0;
};
struct Parcel {
  std::string external_order;
  std::string carrier;
  std::string tracking_number;
  Time shipped;
  bool more_follow = false;          // of the same order
  std::vector<Packed> lines = {};    // none: all of the order lies in it
};
[[nodiscard]] http::ClientRequest squarespace_fulfilment_request(const app::ConnectedShop& shop, const Parcel& parcel);
[[nodiscard]] http::ClientRequest woocommerce_notes_request(const app::ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp);
[[nodiscard]] http::ClientRequest woocommerce_note_request(const app::ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp);
[[nodiscard]] http::ClientRequest woocommerce_completed_request(const app::ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp);

// How a call ended.
enum class End {
  good,      // 2xx
  gone,      // 404, 410
  limited,   // 429: not before retry_after
  refused,   // any other 4xx: the same request will not do better
  not_done,  // it can be sent again
  unknown,   // it may have been acted upon: read before it is sent again
};
struct Called {
  End end = End::unknown;
  std::string body;
  Duration retry_after;
  std::string why;           // "http_503", libcurl's words: nothing personal
  circuit::Ending service = circuit::Answered{};
  std::optional<Time> gone_at = {};   // by the shop's own clock, which its other reports are told by
};
[[nodiscard]] Called called(const std::expected<http::ClientResponse, http::TransportError>& answer);

// ---- OAuth 1.0a, as WooCommerce checks it ----

using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string percent_encoded(std::string_view text);
// base64 of the HMAC-SHA-256; `url` has no query.
[[nodiscard]] std::string oauth_signature(std::string_view method, std::string_view url, Parameters parameters,
                                          std::string_view consumer_secret);

}  // namespace layerline::shops
