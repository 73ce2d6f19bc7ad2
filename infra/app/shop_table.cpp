#include "infra/app/shop_table.hpp"

#include <algorithm>
#include <mutex>

namespace layerline::app {

const std::vector<std::string>& ShopTable::fact_types() {
  static const std::vector<std::string> types = {"shop.connected", "shop.removed", "shop.caught_up"};
  return types;
}

ConnectedShop connected_shop(const std::string& workshop, const events::ShopConnected& event) {
  ConnectedShop shop{.workshop = workshop, .id = event.shop(), .source = event.source(), .base_url = event.base_url()};
  shop.api_key = Secret<std::string>(event.api_key().clear());
  shop.consumer_key = Secret<std::string>(event.consumer_key().clear());
  shop.consumer_secret = Secret<std::string>(event.consumer_secret().clear());
  for (const events::Sealed& secret : event.webhook_secrets()) shop.webhook_secrets.emplace_back(secret.clear());
  shop.caught_up_ms = event.since_ms();
  return shop;
}

void ShopTable::fold(const Fact& fact) {
  const events::Event& event = fact.event;
  if (event.has_shop_connected()) return set(connected_shop(fact.workshop, event.shop_connected()));
  if (event.has_shop_removed()) return remove(fact.workshop, event.shop_removed().shop());
  if (!event.has_shop_caught_up()) return;
  const std::unique_lock lock(mutex_);
  const auto found = shops_.find({fact.workshop, event.shop_caught_up().shop()});
  if (found != shops_.end()) found->second.caught_up_ms = event.shop_caught_up().modified_ms();
}

void ShopTable::set(ConnectedShop shop) {
  const std::unique_lock lock(mutex_);
  ConnectedShop& known = shops_[{shop.workshop, shop.id}];
  shop.caught_up_ms = std::max(shop.caught_up_ms, known.caught_up_ms);
  known = std::move(shop);
}

void ShopTable::remove(const std::string& workshop, const std::string& id) {
  const std::unique_lock lock(mutex_);
  shops_.erase({workshop, id});
}

std::optional<ConnectedShop> ShopTable::find(const std::string& workshop, const std::string& id) const {
  const std::shared_lock lock(mutex_);
  const auto found = shops_.find({workshop, id});
  return found == shops_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<ConnectedShop> ShopTable::of_workshop(const std::string& workshop) const {
  const std::shared_lock lock(mutex_);
  std::vector<ConnectedShop> out;
  for (const auto& [key, shop] : shops_)
    if (key.first == workshop) out.push_back(shop);
  return out;
}

std::vector<ConnectedShop> ShopTable::of_source(std::string_view source) const {
  const std::shared_lock lock(mutex_);
  std::vector<ConnectedShop> out;
  for (const auto& [key, shop] : shops_)
    if (shop.source == source) out.push_back(shop);
  return out;
}

}  // namespace layerline::app
