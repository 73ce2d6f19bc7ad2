// The workers of a process: what it does outside of Layerline.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infra/app/cluster.hpp"
#include "infra/app/commands.hpp"
#include "infra/app/follower.hpp"
#include "infra/app/roles.hpp"
#include "infra/app/server.hpp"
#include "infra/app/settings.hpp"
#include "infra/app/shop_table.hpp"
#include "infra/blob/blob_store.hpp"
#include "infra/circuit/circuits.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/kafka/kafka_log.hpp"
#include "infra/kafka/lossy_topic.hpp"
#include "infra/telemetry/log.hpp"
#include "workers/effects/effect_worker.hpp"
#include "workers/printer/farm.hpp"
#include "workers/shops/shops_worker.hpp"

namespace layerline::app {

// What they find in the process; all of it outlives them.
struct Workplace {
  const Roles& roles;
  const DataFolder& folder;
  const Settings& settings;
  Commands& commands;
  blob::BlobStore& blobs;
  crypto::KeyVault& keys;
  const ShopTable& shops;
  circuit::Circuits& circuits;   // of the services that they call
  telemetry::Logger& log;
  const Cluster* cluster;        // null: there is no other process
  const journal::KafkaAddress& kafka;   // of the journal, where there is a cluster
  std::function<void(const shops::RefusedOrder&)> order_refused;   // any thread
};

class Workers {
 public:
  explicit Workers(const Workplace& place);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // To be given every fact of these types, from the first on.
  [[nodiscard]] static std::vector<std::string> fact_types(const Roles& roles);
  void fold(const Fact& fact);

  void start();
  void stop();

 private:
  using Handlers = std::map<effects::Action, effects::Perform>;
  void add(effects::WorkerOptions options, Handlers handlers);
  void add_calling(std::string name, Handlers handlers, effects::ServiceOf service_of);
  [[nodiscard]] effects::ServiceOf only_service(const std::string& name, bool configured);
  void add_payments();
  void add_slicers();
  void add_printers();
  void add_shops();
  void add_notifier();
  [[nodiscard]] printer::OnTelemetry open_telemetry();
  [[nodiscard]] std::optional<bool> on_duty() const;

  const Workplace place_;
  effects::Colleagues colleagues_;
  std::unique_ptr<kafka::LossyTopic> telemetry_;        // where there is a cluster
  std::unique_ptr<printer::Farm> farm_;
  std::unique_ptr<shops::ShopsWorker> shops_;
  std::vector<std::unique_ptr<effects::EffectWorker>> workers_;
};

}  // namespace layerline::app
