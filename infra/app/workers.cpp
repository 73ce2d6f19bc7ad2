#include "infra/app/workers.hpp"

#include <fstream>
#include <utility>

#include "gateways/rest/tracking_token.hpp"
#include "infra/app/default_profile.hpp"
#include "infra/app/limits.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "workers/erasure/erasure.hpp"
#include "workers/notifier/notifier.hpp"
#include "workers/payments/payment_effects.hpp"
#include "workers/shops/fulfilment.hpp"
#include "workers/slicer/slicer_effects.hpp"

namespace layerline::app {
namespace {

std::filesystem::path profile_file(const Settings& settings, const DataFolder& folder) {
  if (!settings.slicer_profile.empty()) return settings.slicer_profile;
  const std::filesystem::path file = folder.scratch() / "profile.ini";
  std::ofstream(file) << default_slicer_profile;
  return file;
}

effects::Colleagues colleagues_of(const Cluster* cluster) {
  effects::Colleagues colleagues{.process = crypto::hex(crypto::random_bytes(limits::member_id_bytes))};
  if (cluster == nullptr) return colleagues;
  colleagues.process = cluster->id();
  colleagues.lives = [cluster](const std::string& process) { return cluster->lives(process); };
  colleagues.in_touch = [cluster] { return cluster->in_touch(); };
  return colleagues;
}

}  // namespace

Workers::Workers(const Workplace& place) : place_(place), colleagues_(colleagues_of(place.cluster)) {
  if (place_.roles.has(Role::slicer)) add_slicers();
  if (place_.roles.has(Role::payments)) add_payments();
  if (place_.roles.has(Role::printer)) add_printers();
  if (place_.roles.has(Role::shops)) add_shops();
  if (place_.roles.has(Role::notifier)) add_notifier();
  if (place_.roles.has(Role::owner)) add({.name = "erasure"}, erasure::erasure_effects(place_.keys));   // whoever seals, erases
}

std::vector<std::string> Workers::fact_types(const Roles& roles) {
  std::vector<std::string> types;
  if (roles.any_worker() || roles.has(Role::owner)) types = effects::EffectWorker::fact_types();
  if (roles.has(Role::printer)) types.insert(types.end(), printer::Farm::fact_types().begin(), printer::Farm::fact_types().end());
  if (roles.has(Role::shops)) types.emplace_back("shop.order_notified");   // the others that it needs are the table's
  return types;
}

void Workers::fold(const Fact& fact) {
  if (farm_) farm_->fold(fact);
  if (shops_) shops_->fold(fact);
  for (const auto& worker : workers_) worker->fold(fact);
}

void Workers::start() {
  if (farm_) farm_->start();
  if (shops_) shops_->start();
  for (const auto& worker : workers_) worker->start();
}

void Workers::stop() {
  for (const auto& worker : workers_) worker->stop();
  if (farm_) farm_->stop();
  if (shops_) shops_->stop();
}

void Workers::add(effects::WorkerOptions options, Handlers handlers) {
  options.colleagues = colleagues_;
  workers_.push_back(std::make_unique<effects::EffectWorker>(place_.commands, std::move(handlers), std::move(options)));
}

// A worker whose effects call a service outside.
void Workers::add_calling(std::string name, Handlers handlers, effects::ServiceOf service_of) {
  effects::WorkerOptions options{.name = std::move(name), .threads = limits::effect_threads};
  options.circuits = &place_.circuits;
  options.service_of = std::move(service_of);
  add(std::move(options), std::move(handlers));
}

// Without an address of it nothing is called.
effects::ServiceOf Workers::only_service(const std::string& name, bool configured) {
  if (!configured) return [](const effects::OpenEffect&) { return std::nullopt; };
  const circuit::Name service{name};
  place_.circuits.watch(service);
  return [service](const effects::OpenEffect&) { return service; };
}

void Workers::add_payments() {
  const bool configured = !place_.settings.stripe.api_key.reveal().empty();
  add_calling("payments", payments::payment_effects(place_.settings.stripe), only_service("payments", configured));
}

void Workers::add_slicers() {
  auto slicing = slicer::slicer_effects(place_.blobs, {place_.folder.scratch() / "slices", profile_file(place_.settings, place_.folder)});
  // A customer waits for the measure of an upload, nobody for the slicing of a paid order: they do not share a thread.
  add({.name = "estimator"}, {{events::EffectRequested::kAnalyseModel, slicing.at(events::EffectRequested::kAnalyseModel)}});
  add({.name = "slicer"}, {{events::EffectRequested::kSliceModel, slicing.at(events::EffectRequested::kSliceModel)}});
}

void Workers::add_printers() {
  farm_ = std::make_unique<printer::Farm>(place_.commands, place_.blobs, [this] { return on_duty(); }, open_telemetry());
  effects::WorkerOptions options{.name = "printer"};
  options.on_duty = [this] { return farm_->is_connected() && on_duty().value_or(false); };
  add(std::move(options), farm_->print_effects());
}

// Only brokers keep it; one machine alone has it in the printers' own screens.
printer::OnTelemetry Workers::open_telemetry() {
  if (place_.cluster == nullptr) return [](const printer::Telemetry&) {};
  const std::string topic = kafka::topics_beside(place_.kafka.topic).telemetry;
  journal::KafkaOptions options;
  options.report = [this](std::string_view line) { place_.log.warning("kafka", line); };
  auto opened = kafka::LossyTopic::open({place_.kafka.bootstrap, topic}, options);
  if (!opened) {
    place_.log.error("printer", "telemetry is not passed on", {{"what", opened.error()}});
    return [](const printer::Telemetry&) {};
  }
  telemetry_ = std::move(*opened);
  return [this](const printer::Telemetry& sample) { telemetry_->send(sample.printer, printer::telemetry_json(sample), sample.at_ms); };
}

void Workers::add_shops() {
  add_calling("shops", shops::shop_effects(place_.shops),
              [this](const effects::OpenEffect& effect) { return shops::service_of(place_.shops, effect); });
  shops::WorkerOptions options{.poll_ms = place_.settings.shops_poll_ms};
  options.report = [this](std::string_view shop, std::string_view what) {
    place_.log.warning("shops", "a shop was not read", {{"shop", shop}, {"what", what}});
  };
  options.refused = place_.order_refused;
  shops_ = std::make_unique<shops::ShopsWorker>(place_.commands, place_.shops, place_.circuits, std::move(options));
}

void Workers::add_notifier() {
  const Settings& settings = place_.settings;
  notifier::Sender sender{settings.smtp, settings.mail_from, settings.mail_from_name, settings.public_url, {}};
  sender.tracking_link = [this](const std::string& workshop, const std::string& order) {
    return place_.settings.public_url + "/track/" + rest::tracking_token(place_.keys.installation_secret(), workshop, order);
  };
  add_calling("notifier", notifier::mail_effects(std::move(sender)), only_service("mail", !settings.smtp.host.empty()));
}

// A printer speaks with one process.
std::optional<bool> Workers::on_duty() const {
  if (place_.cluster == nullptr) return true;
  switch (place_.cluster->lead(Role::printer)) {
    case Lead::ours: return true;
    case Lead::others: return false;
    case Lead::unknown: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace layerline::app
