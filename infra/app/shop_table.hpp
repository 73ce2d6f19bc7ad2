// The shops elsewhere that are connected, with their secrets, folded from the journal: for the webhooks and for the shops worker.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/types.hpp"
#include "infra/app/follower.hpp"

namespace layerline::app {

struct ConnectedShop {
  std::string workshop = {};
  std::string id = {};
  std::string source = {};                        // "squarespace", "woocommerce"
  std::string base_url = {};                      // without a last '/'
  Secret<std::string> api_key = {};               // Squarespace
  Secret<std::string> consumer_key = {};          // WooCommerce
  Secret<std::string> consumer_secret = {};
  std::vector<Secret<std::string>> webhook_secrets = {};
  std::int64_t caught_up_ms = 0;                  // all changes up to this one were read
};

// Thread-safe.
class ShopTable {
 public:
  static const std::vector<std::string>& fact_types();
  void fold(const Fact& fact);
  // For whoever was just told that a shop is connected or removed, before the fold knows.
  void set(ConnectedShop shop);
  void remove(const std::string& workshop, const std::string& id);

  [[nodiscard]] std::optional<ConnectedShop> find(const std::string& workshop, const std::string& id) const;
  [[nodiscard]] std::vector<ConnectedShop> of_workshop(const std::string& workshop) const;
  [[nodiscard]] std::vector<ConnectedShop> of_source(std::string_view source) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::pair<std::string, std::string>, ConnectedShop> shops_;   // (workshop, id)
};

// As the event of a connected shop says, with its secrets in clear.
[[nodiscard]] ConnectedShop connected_shop(const std::string& workshop, const events::ShopConnected& event);

}  // namespace layerline::app
