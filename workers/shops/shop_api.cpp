#include "workers/shops/shop_api.hpp"

#include <algorithm>
#include <charconv>
#include <variant>

#include <fmt/format.h>

#include "domain/kernel/iso_time.hpp"
#include "domain/shops/shop.hpp"
#include "domain/shops/shop_time.hpp"
#include "infra/circuit/http_ending.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/json/writer.hpp"
#include "workers/shops/limits.hpp"

namespace layerline::shops {
namespace {

using app::ConnectedShop;

// Squarespace throttles whoever does not say who it is.
constexpr std::string_view user_agent = "Layerline/1 (order import)";

std::string query_of(const Parameters& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    query += query.empty() ? '?' : '&';
    query += percent_encoded(name) + "=" + percent_encoded(value);
  }
  return query;
}

// ---- Squarespace ----

http::ClientRequest squarespace_request(const ConnectedShop& shop, http::Method method, std::string_view path,
                                        const Parameters& query = {}) {
  return {.method = method,
          .url = fmt::format("{}/1.0/commerce/orders{}{}", shop.base_url, path, query_of(query)),
          .headers = {{"Authorization", "Bearer " + shop.api_key.reveal()},
                      {"User-Agent", std::string(user_agent)},
                      {"Accept", "application/json"}}};
}

http::ClientRequest squarespace_ask(const ConnectedShop& shop, const Ask& ask) {
  if (const auto* order = std::get_if<AskOrder>(&ask))
    return squarespace_request(shop, http::Method::get, "/" + percent_encoded(order->external_order));
  const AskChanges& changes = std::get<AskChanges>(ask);
  if (!changes.cursor.empty()) return squarespace_request(shop, http::Method::get, "", {{"cursor", changes.cursor}});
  return squarespace_request(shop, http::Method::get, "",
                             {{"modifiedAfter", iso_time(changes.from.ms)}, {"modifiedBefore", iso_time(changes.to.ms)}});
}

// ---- WooCommerce ----

// Basic over https; over plain http a password would be readable, so the request is signed (OAuth 1.0a in the query).
http::ClientRequest woocommerce_request(const ConnectedShop& shop, http::Method method, std::string_view path, Parameters query,
                                        const Stamp& stamp) {
  const std::string url = fmt::format("{}/wp-json/wc/v3/orders{}", shop.base_url, path);
  http::ClientRequest request{.method = method,
                              .url = {},
                              .headers = {{"User-Agent", std::string(user_agent)}, {"Accept", "application/json"}}};
  const std::string& key = shop.consumer_key.reveal();
  const std::string& secret = shop.consumer_secret.reveal();
  if (url.starts_with("https://")) {
    request.headers.emplace_back("Authorization", "Basic " + crypto::base64(key + ":" + secret));
  } else {
    query.insert(query.end(), {{"oauth_consumer_key", key},
                               {"oauth_nonce", stamp.nonce},
                               {"oauth_signature_method", "HMAC-SHA256"},
                               {"oauth_timestamp", std::to_string(stamp.time_s)},
                               {"oauth_version", "1.0"}});
    std::string signature = oauth_signature(http::name_of(method), url, query, secret);
    query.emplace_back("oauth_signature", std::move(signature));
  }
  request.url = url + query_of(query);
  return request;
}

http::ClientRequest with_json(http::ClientRequest request, std::string json) {
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(json);
  return request;
}

std::string path_of(const std::string& external_order) { return "/" + percent_encoded(external_order); }

http::ClientRequest woocommerce_ask(const ConnectedShop& shop, const Ask& ask, const Stamp& stamp) {
  if (const auto* order = std::get_if<AskOrder>(&ask))
    return woocommerce_request(shop, http::Method::get, path_of(order->external_order), {}, stamp);
  const AskChanges& changes = std::get<AskChanges>(ask);
  const Parameters query = {{"modified_after", iso_time(changes.from.ms).substr(0, 19)},
                            {"dates_are_gmt", "true"},
                            {"orderby", "modified"},
                            {"order", "asc"},
                            {"per_page", std::to_string(limits::page_orders)},
                            {"page", std::to_string(changes.page)}};
  return woocommerce_request(shop, http::Method::get, "", query, stamp);
}

Duration retry_after_of(const http::ClientResponse& response) {
  const std::string_view text = response.header("retry-after");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > limits::retry_most_ms / 1'000)
    return {limits::cool_down_ms};
  return {std::max(seconds * 1'000, limits::retry_first_ms)};
}

// Nothing from a cache: it tells when somebody else was answered.
std::optional<Time> clock_of(const http::ClientResponse& response) {
  return response.header("age").empty() ? http_time(response.header("date")) : std::nullopt;
}

}  // namespace

Source source_of(const ConnectedShop& shop) { return shop.source == squarespace ? Source::squarespace : Source::woocommerce; }

http::ClientRequest ask_request(const ConnectedShop& shop, const Ask& ask, const Stamp& stamp) {
  return source_of(shop) == Source::squarespace ? squarespace_ask(shop, ask) : woocommerce_ask(shop, ask, stamp);
}

http::ClientRequest squarespace_fulfilment_request(const ConnectedShop& shop, const Parcel& parcel) {
  std::string json;
  json::Writer writer(json);
  writer.begin_object().member("shouldSendNotification", true).key("shipments").begin_array().begin_object();
  writer.member("shipDate", iso_time(parcel.shipped.ms)).member("carrierName", parcel.carrier).member("service", "Standard");
  writer.member("trackingNumber", parcel.tracking_number).end().end().end();
  return with_json(squarespace_request(shop, http::Method::post, path_of(parcel.external_order) + "/fulfillments"), std::move(json));
}

http::ClientRequest woocommerce_notes_request(const ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp) {
  return woocommerce_request(shop, http::Method::get, path_of(parcel.external_order) + "/notes", {}, stamp);
}

namespace {

// What the buyer reads. The tracking number stands by itself, as woocommerce_notes_name looks for it.
std::string note_of(const Parcel& parcel) {
  std::string note = fmt::format("Your parcel is on its way with {}. Tracking number: {}", parcel.carrier, parcel.tracking_number);
  std::string contents;
  for (const Packed& packed : parcel.lines) contents += fmt::format("{}{} x {}", contents.empty() ? "" : ", ", packed.quantity, packed.sku);
  if (!contents.empty()) note += fmt::format(" - it holds {}.", contents);
  if (parcel.more_follow) note += " The rest of your order follows.";
  return note;
}

}  // namespace

http::ClientRequest woocommerce_note_request(const ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp) {
  std::string json;
  json::Writer(json).begin_object().member("note", note_of(parcel)).member("customer_note", true).end();
  return with_json(woocommerce_request(shop, http::Method::post, path_of(parcel.external_order) + "/notes", {}, stamp), std::move(json));
}

http::ClientRequest woocommerce_completed_request(const ConnectedShop& shop, const Parcel& parcel, const Stamp& stamp) {
  std::string json;
  json::Writer(json).begin_object().member("status", "completed").end();
  return with_json(woocommerce_request(shop, http::Method::put, path_of(parcel.external_order), {}, stamp), std::move(json));
}

Called called(const std::expected<http::ClientResponse, http::TransportError>& answer) {
  if (!answer) {
    const bool not_done = answer.error().outcome == http::TransportError::Outcome::not_done;
    return {not_done ? End::not_done : End::unknown, "", {}, answer.error().message, circuit::ending_of(answer)};
  }
  const int status = answer->status;
  const std::string why = fmt::format("http_{}", status);
  if (status >= 200 && status < 300) return {End::good, answer->body, {}, ""};
  if (status == 404 || status == 410) return {End::gone, "", {}, why, circuit::Answered{}, clock_of(*answer)};
  if (status == 429) return {End::limited, "", retry_after_of(*answer), why, circuit::ending_of(answer)};
  if (status >= 400 && status < 500) return {End::refused, "", {}, why};
  return {End::unknown, "", {}, why, circuit::ending_of(answer)};   // also a redirect: the address of the shop is not the right one
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool bare = letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (bare) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string oauth_signature(std::string_view method, std::string_view url, Parameters parameters, std::string_view consumer_secret) {
  for (auto& [name, value] : parameters) name = percent_encoded(name), value = percent_encoded(value);
  std::ranges::sort(parameters);
  std::string joined;
  for (const auto& [name, value] : parameters) joined += (joined.empty() ? "" : "&") + name + "=" + value;
  const std::string base = fmt::format("{}&{}&{}", method, percent_encoded(url), percent_encoded(joined));
  return crypto::base64(crypto::hmac_sha256(percent_encoded(consumer_secret) + "&", base));
}

}  // namespace layerline::shops
