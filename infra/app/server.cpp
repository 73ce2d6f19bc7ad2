#include "infra/app/server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "gateways/internal/blobs.hpp"
#include "gateways/internal/commands.hpp"
#include "gateways/internal/token.hpp"
#include "gateways/internal/views_endpoint.hpp"
#include "gateways/rest/api.hpp"
#include "infra/app/checkpoint.hpp"
#include "infra/app/cluster.hpp"
#include "infra/app/first_start.hpp"
#include "infra/app/health.hpp"
#include "infra/app/journal_source.hpp"
#include "infra/app/limits.hpp"
#include "infra/app/served_log.hpp"
#include "infra/app/settings.hpp"
#include "infra/app/timers.hpp"
#include "infra/app/waiting_room.hpp"
#include "infra/app/workers.hpp"
#include "infra/blob/remote.hpp"
#include "infra/circuit/circuits.hpp"
#include "infra/http/server.hpp"
#include "infra/journal/journal.hpp"
#include "infra/journal/log/kafka/kafka_log.hpp"
#include "infra/journal/tools.hpp"
#include "infra/telemetry/log.hpp"
#include "infra/telemetry/metrics.hpp"
#include "projections/projector.hpp"
#include "workers/publisher/publisher.hpp"

namespace layerline::app {
namespace {

using journal::Journal;

// Every file of the process counts: connections, blobs, RocksDB's tables.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool may_pass(const journal::ReadStop& stop) { return stop.kind == journal::ReadStop::Kind::log_error; }

std::vector<std::string> followed_types(const Roles& roles) {
  std::vector<std::string> types = {"workshop.opened", "workshop.configured", "workshop.listed", "key.issued",
                                    "key.revoked",     "timer.set",           "timer.fired"};
  types.insert(types.end(), ShopTable::fact_types().begin(), ShopTable::fact_types().end());
  for (std::string& type : Workers::fact_types(roles)) types.push_back(std::move(type));
  return types;
}

// The parts in the order in which they need each other; taken down the other way round.
class Process {
 public:
  Process(ServeOptions options, Settings settings) : options_(std::move(options)), folder_{options_.data}, settings_(std::move(settings)) {}

  // Why it can't start; nothing if it runs. `make_way` frees the address, before this process listens at it.
  [[nodiscard]] std::optional<StartError> open(const std::function<void()>& make_way);
  void run(const std::function<void(const std::string& url)>& listening);

 private:
  [[nodiscard]] std::optional<StartError> open_stores();
  [[nodiscard]] std::optional<StartError> open_log();
  [[nodiscard]] std::optional<StartError> open_keys();
  [[nodiscard]] std::string own_url() const;
  void make_commands();
  [[nodiscard]] std::optional<StartError> check_heads();
  [[nodiscard]] std::optional<StartError> start_journal();
  [[nodiscard]] std::optional<StartError> start_follower();
  [[nodiscard]] std::optional<StartError> start_projector();
  [[nodiscard]] std::optional<std::string> open_first_workshop();
  void open_first_workshop_when_led();
  [[nodiscard]] std::optional<StartError> listen();
  void make_api();
  void hand_over();
  void close();
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] std::string metrics_text();
  void log_turn(const circuit::Standing& standing);
  void note_refused(const shops::RefusedOrder& order);
  [[nodiscard]] bool has(Role role) const { return options_.roles.has(role); }
  // All but projectors and publishers need to know which workshops there are.
  [[nodiscard]] bool follows() const { return has(Role::gateway) || has(Role::owner) || options_.roles.any_worker(); }
  [[nodiscard]] bool on_kafka() const { return !options_.journal.empty(); }

  const ServeOptions options_;
  const DataFolder folder_;
  Settings settings_;
  telemetry::Logger log_;
  telemetry::Metrics metrics_;
  telemetry::Gauge led_ = metrics_.gauge("layerline_partitions_led", "Partitions that this process decides for now.");
  circuit::Circuits circuits_{{.turned = [this](const circuit::Standing& standing) { log_turn(standing); }}};
  boost::asio::io_context io_{1};
  boost::asio::thread_pool files_{1};
  std::unique_ptr<Cluster> cluster_;                   // on Kafka
  std::optional<crypto::KeyVault> keys_;
  std::optional<blob::BlobStore> blobs_;
  std::optional<store::Store> state_;
  std::optional<store::Store> documents_;
  std::unique_ptr<journal::Log> journal_log_;
  journal::KafkaAddress kafka_;
  std::vector<std::unique_ptr<Business>> partitions_;
  Directory directory_;
  AccessTable access_;
  RulesTable rules_;
  ShopTable shops_;
  TimerTable timers_;
  std::optional<http::AsyncClient> peers_;             // on Kafka
  std::optional<Remote> remote_;
  std::optional<Commands> commands_;
  std::unique_ptr<Journal<Business>> journal_;
  std::unique_ptr<Follower> follower_;
  std::unique_ptr<projections::Projector> projector_;
  std::optional<projections::Queries> queries_;
  std::optional<internal::LocalViews> local_views_;
  std::optional<internal::RemoteViews> remote_views_;
  std::optional<rest::Views> views_;
  std::unique_ptr<publisher::Publisher> publisher_;
  std::optional<Workers> workers_;
  std::unique_ptr<TimerLoop> timer_loop_;
  std::atomic<bool> closing_ = false;
  std::thread first_start_;                 // on Kafka: opens the first workshop once there is an owner
  std::optional<rest::RequestLimits> limits_;
  std::optional<rest::Api> api_;
  std::optional<http::Server> server_;
};

std::optional<StartError> Process::open_stores() {
  std::error_code failed;
  std::filesystem::create_directories(folder_.root, failed);
  if (failed) return fmt::format("the data folder {} can't be made: {}", folder_.root.string(), failed.message());
  std::filesystem::create_directories(folder_.scratch(), failed);
  auto blobs = blob::BlobStore::open(folder_.blobs());
  if (!blobs) return blobs.error().message;
  blobs_.emplace(std::move(*blobs));
  auto state = store::Store::open(folder_.state().string());
  if (!state) return state.error().message;
  state_.emplace(std::move(*state));
  auto documents = store::Store::open(folder_.documents().string());
  if (!documents) return documents.error().message;
  documents_.emplace(std::move(*documents));
  return std::nullopt;
}

std::optional<StartError> Process::open_log() {
  if (on_kafka()) {
    const auto address = journal::parse_kafka_address(options_.journal);
    if (!address) return address.error();
    kafka_ = *address;
  }
  auto log = open_served_log(options_, settings_, folder_, *state_, [this](std::string_view line) { log_.warning("kafka", line); });
  if (!log) return log.error();
  journal_log_ = std::move(*log);
  return std::nullopt;
}

// On Kafka the keys are shared, and so this process is one of several.
std::optional<StartError> Process::open_keys() {
  if (on_kafka()) {
    auto cluster = Cluster::open(kafka_, {own_url(), options_.roles, journal_log_->describe().partitions,
                                          [this](std::string_view line) { log_.warning("kafka", line); }});
    if (!cluster) return cluster.error();
    cluster_ = std::move(*cluster);
  }
  if (cluster_) {
    auto keys = cluster_->open_keys();
    if (!keys) return keys.error();
    keys_.emplace(std::move(*keys));
  } else {
    auto keys = crypto::KeyVault::open(folder_.keys());
    if (!keys) return keys.error();
    keys_.emplace(std::move(*keys));
  }
  return std::nullopt;
}

std::string Process::own_url() const {
  if (!options_.url.empty()) return options_.url;
  const bool anywhere = options_.address == "0.0.0.0" || options_.address == "::";
  return fmt::format("http://{}:{}", anywhere ? boost::asio::ip::host_name() : options_.address, options_.port);
}

void Process::make_commands() {
  const auto partition_of = [this](const std::string& workshop) { return directory_.partition_of(workshop); };
  if (!on_kafka()) {
    commands_.emplace(io_, partition_of);
    return;
  }
  peers_.emplace(io_);
  RemoteOptions remote{.authorization = internal::authorization(internal::token(keys_->installation_secret()))};
  blobs_->fetch_with(blob::fetch_from({[this] { return cluster_->urls_of_others(); }, remote.authorization}));
  remote.on_failed = [this](const std::string& url, const std::string& what) {
    log_.warning("commands", "an owner did not answer", {{"url", url}, {"what", what}});
  };
  remote_.emplace(io_, *peers_, std::move(remote));
  commands_.emplace(io_, partition_of, [this](std::uint32_t partition) { return cluster_->owner_of(partition); }, &*remote_);
}

// The log must still hold what others have built upon.
std::optional<StartError> Process::check_heads() {
  const auto heads = stored_heads(*state_, *documents_, journal_log_->describe().partitions);
  if (!heads) return heads.error();
  for (const journal::Position& head : *heads) {
    journal::Reader reader(*journal_log_, head);
    if (auto held = reader.check(); !held)
      return StartError("the journal is not the one that was built upon: " + journal::describe(held.error()), may_pass(held.error()));
  }
  return std::nullopt;
}

std::optional<StartError> Process::start_journal() {
  std::vector<Business*> businesses;
  const std::uint32_t partitions = journal_log_->describe().partitions;
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    partitions_.push_back(std::make_unique<Business>(*keys_, partition, partitions));
    businesses.push_back(partitions_.back().get());
  }
  journal::JournalOptions journal_options{.owner = cluster_ ? cluster_->id() : "serve", .url = own_url()};
  journal_options.may_claim = [this](std::uint32_t partition, const journal::Holder& holder) {
    return !closing_ && cluster_->may_claim(partition, holder);
  };
  journal_options.before_append = [this] { make_keys_durable(*keys_); };
  journal_ = std::make_unique<Journal<Business>>(
      *journal_log_, businesses, std::move(journal_options),
      journal::JournalHooks{
          .accepted = [this](const journal::Position& after, std::span<const journal::Recorded>) { store_head(*state_, after); },
          .leads_changed = [this] {
            if (!journal_) return;
            std::size_t led = 0;
            for (std::uint32_t partition = 0; partition < partitions_.size(); ++partition) led += journal_->leads(partition) ? 1 : 0;
            led_.set(static_cast<double>(led));
            if (cluster_ && !closing_) cluster_->announce();   // else the farewell says it, and does not wait for one more heartbeat
          }});
  if (auto started = journal_->start(); !started) return "the journal is damaged: " + journal::describe(started.error());
  commands_->attach(*journal_);
  if (cluster_)
    cluster_->attach({[this](std::uint32_t partition) { return journal_->leads(partition); }, [this] { journal_->wake(); }});
  return std::nullopt;
}

std::optional<StartError> Process::start_follower() {
  follower_ = std::make_unique<Follower>(*journal_log_, *keys_, followed_types(options_.roles));
  follower_->subscribe([this](const Fact& fact) {
    access_.fold(fact);
    directory_.fold(fact);
    rules_.fold(fact);
    shops_.fold(fact);
    timers_.fold(fact);
    workers_->fold(fact);
  });
  follower_->on_arrival([this](const std::string& workshop, std::uint32_t partition) { directory_.move(workshop, partition); });
  if (auto started = follower_->start(); !started) return StartError(journal::describe(started.error()), may_pass(started.error()));
  return std::nullopt;
}

std::optional<StartError> Process::start_projector() {
  projector_ = std::make_unique<projections::Projector>(*documents_, journal_source(*journal_log_, *keys_));
  if (auto started = projector_->start(); !started) return started.error();
  queries_.emplace(*documents_, projector_->keyspaces());
  local_views_.emplace(io_, *queries_, *projector_);
  return std::nullopt;
}

std::string Process::trouble() const {
  if (const std::string why = journal_log_->trouble(); !why.empty()) return why;
  if (cluster_)
    if (const std::string why = cluster_->trouble(); !why.empty()) return why;
  if (publisher_)
    if (const std::string why = publisher_->trouble(); !why.empty()) return "nothing is published: " + why;
  if (follower_)
    if (const std::string why = follower_->trouble(); !why.empty()) return why;
  if (!projector_) return "";
  if (const std::string why = projector_->trouble(); !why.empty()) return why;
  const auto stopped = projector_->stopped();
  return stopped.empty() ? "" : "the view " + stopped.front().view + " stopped: " + stopped.front().reason;
}

std::string Process::metrics_text() {
  const auto standings = circuits_.all();
  for (const std::string service : {"payments", "mail", "shops"}) {
    const auto open = std::ranges::count_if(standings, [&](const circuit::Standing& standing) {
      return standing.name.service == service && standing.circuit.state != circuit::State::closed;
    });
    const std::string help = "Outside services that this process leaves alone for now, because they do not work.";
    metrics_.gauge("layerline_circuits_open", help, {{"service", service}}).set(static_cast<double>(open));
  }
  return metrics_.text();
}

void Process::log_turn(const circuit::Standing& standing) {
  const circuit::Name& name = standing.name;
  if (standing.circuit.state == circuit::State::closed)
    return log_.info("circuit", "a service works again", {{"service", name.service}, {"shop", name.shop}});
  log_.warning("circuit", "a service does not work, and is left alone",
               {{"service", name.service}, {"shop", name.shop}, {"why", standing.circuit.last_failure}});
  metrics_.counter("layerline_circuit_openings_total", "How often an outside service was given up.", {{"service", name.service}}).add();
}

void Process::note_refused(const shops::RefusedOrder& order) {
  log_.warning("shops", "an order of a shop was refused",
               {{"source", order.source}, {"shop", order.shop}, {"external_order", order.external_order}, {"why", order.why}});
  const telemetry::Labels labels{{"source", std::string(order.source)}, {"why", std::string(order.why)}};
  metrics_.counter("layerline_shop_orders_refused_total", "Orders of shops elsewhere that did not become orders here.", labels).add();
}

void Process::make_api() {
  const std::string journal_id = journal_log_->describe().journal_id;
  if (local_views_) {
    views_.emplace(*local_views_, journal_id);
  } else {
    remote_views_.emplace(io_, [this](std::string_view failed) { return cluster_->projector_url(failed); },
                          internal::token(keys_->installation_secret()));
    views_.emplace(*remote_views_, journal_id);
  }
  limits_.emplace(options_.limits, [this](rest::Policy policy) {
    const std::string help = "Requests that were answered 429, because their client had sent too many.";
    metrics_.counter("layerline_http_refused_total", help, {{"policy", std::string(rest::name(policy))}}).add();
  });
  api_.emplace(rest::Api{.io = io_, .files = files_, .commands = *commands_, .access = access_, .directory = directory_, .rules = rules_,
                         .shops = shops_, .views = *views_, .limits = *limits_, .blobs = *blobs_, .circuits = circuits_,
                         .secret = keys_->installation_secret(), .public_url = settings_.public_url,
                         .partitions = journal_log_->describe().partitions, .stripe_webhook_secrets = settings_.stripe_webhook_secrets,
                         .destroy_key = [this](const std::string& subject) { return keys_->destroy(subject).has_value(); },
                         .trouble = [this] { return trouble(); }, .order_refused = [this](const auto& order) { note_refused(order); }});
}

std::optional<StartError> Process::listen() {
  http::Router router;
  add_health(router, {[this] { return trouble(); }, [this] { return metrics_text(); }, &circuits_});
  const std::string token = internal::token(keys_->installation_secret());
  if (on_kafka()) internal::add_blobs(router, *blobs_, token);
  if (on_kafka() && has(Role::owner)) internal::add_commands(router, *commands_, token);
  if (on_kafka() && has(Role::projector)) internal::add_views(router, *local_views_, token);
  if (has(Role::gateway)) {
    make_api();
    rest::add_routes(router, *api_);
  }
  telemetry::Counter requests = metrics_.counter("layerline_http_requests_total", "Requests that were answered.");
  telemetry::Counter failures = metrics_.counter("layerline_http_failures_total", "Requests that were answered with 5xx.");
  telemetry::Histogram times = metrics_.histogram("layerline_http_request_seconds", "Time from header to answer.");
  http::ServerOptions http_options{.address = options_.address, .port = options_.port};
  http_options.on_answered = [requests, failures, times](const http::Request&, int status, std::chrono::nanoseconds took) mutable {
    requests.add();
    if (status >= 500) failures.add();
    times.observe(std::chrono::duration<double>(took).count());
  };
  http_options.on_failed = [this](const http::Request& request, const std::string& what) {
    log_.error("http", "a handler failed", {{"route", request.route()}, {"what", what}});
  };
  auto server = http::Server::listen(io_, std::move(router), std::move(http_options));
  if (!server) return server.error();
  server_.emplace(std::move(*server));
  if (settings_.public_url.empty()) settings_.public_url = fmt::format("http://{}:{}", options_.address, server_->port());
  if (api_) api_->public_url = settings_.public_url;
  return std::nullopt;
}

std::optional<StartError> Process::open(const std::function<void()>& make_way) {
  if (auto why = open_stores()) return why;
  if (auto why = open_log()) return why;
  if (auto why = check_heads()) return why;
  if (auto why = open_keys()) return why;
  make_commands();
  if (has(Role::owner))
    if (auto why = start_journal()) return why;
  workers_.emplace(Workplace{options_.roles, folder_, settings_, *commands_, *blobs_, *keys_, shops_, circuits_, log_, cluster_.get(),
                             kafka_, [this](const shops::RefusedOrder& order) { note_refused(order); }});
  if (follows())
    if (auto why = start_follower()) return why;
  if (has(Role::projector))
    if (auto why = start_projector()) return why;
  if (!on_kafka())
    if (auto why = open_first_workshop()) return *why;
  make_way();
  if (auto why = listen()) return why;
  if (on_kafka() && has(Role::publisher)) {
    publisher::Target target{.bootstrap = kafka_.bootstrap, .prefix = kafka_.topic.substr(0, kafka_.topic.rfind(".journal"))};
    target.options.report = [this](std::string_view line) { log_.warning("kafka", line); };
    publisher_ = std::make_unique<publisher::Publisher>(*journal_log_, std::move(target));
    publisher_->start();
  }
  workers_->start();
  if (has(Role::owner)) timer_loop_ = std::make_unique<TimerLoop>(*commands_, timers_);
  if (on_kafka() && has(Role::owner)) first_start_ = std::thread([this] { open_first_workshop_when_led(); });
  return std::nullopt;
}

// The platform lives in partition 0: its owner opens the first workshop.
void Process::open_first_workshop_when_led() {
  for (; !closing_ && directory_.size() == 0; std::this_thread::sleep_for(std::chrono::milliseconds(limits::first_start_retry_ms))) {
    if (!journal_->leads(0)) continue;
    if (const auto why = open_first_workshop()) log_.warning("serve", "the first workshop is not open yet", {{"why", *why}});
  }
}

std::optional<std::string> Process::open_first_workshop() {
  const std::uint32_t partitions = journal_log_->describe().partitions;
  const auto done = ensure_first_workshop(folder_, settings_, *commands_, directory_, access_, partitions);
  return done ? std::nullopt : std::optional(done.error());
}

void Process::run(const std::function<void(const std::string& url)>& listening) {
  // Before anybody knows: who does may send a signal at once.
  boost::asio::signal_set signals(io_, SIGINT, SIGTERM);
  auto work = boost::asio::make_work_guard(io_);
  const auto end = [this, &work] {
    server_->stop();
    work.reset();
  };
  signals.async_wait([this, end](const boost::system::error_code&, int) {
    log_.info("serve", "stopping");
    if (!cluster_ || !journal_) return end();
    // What this process led goes to others before anything else: callers come here until they know.
    boost::asio::post(files_, [this, end] {
      hand_over();
      boost::asio::post(io_, end);
    });
  });
  listening(settings_.public_url);
  log_.info("serve", "ready", {{"port", server_->port()}, {"partitions", journal_log_->describe().partitions},
                                {"roles", fmt::format("{}", fmt::join(options_.roles.names(), ","))}});
  io_.run();
  close();
}

// Settles what is on its way and frees what was led. Again it does nothing.
void Process::hand_over() {
  if (closing_.exchange(true)) return;
  if (cluster_ && cluster_->brokers_away()) keys_->stop();   // what waits for a broker that is away would wait for ever
  if (journal_) journal_->stop();
  if (cluster_) cluster_->leave();
}

void Process::close() {
  timer_loop_.reset();
  workers_->stop();
  hand_over();
  if (publisher_) publisher_->stop();
  if (follower_) follower_->stop();
  if (projector_) projector_->stop();
  if (first_start_.joinable()) first_start_.join();
  keys_->stop();
  files_.join();
  log_.info("serve", "stopped");
}

}  // namespace

int serve(const ServeOptions& options) {
  auto settings = read_settings(options.config);
  if (!settings) {
    fmt::print(stderr, "layerline: {}\n", settings.error());
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  if (settings->public_url.empty() && options.port != 0) settings->public_url = fmt::format("http://{}:{}", options.address, options.port);
  // The first line is for people and scripts; the rest of what is said goes to standard error.
  const auto say_once = [&options, said = std::make_shared<bool>(false)](const std::string& url) {
    if (!std::exchange(*said, true)) fmt::print("{} {}\n", url, std::filesystem::absolute(options.data).string());
    std::fflush(stdout);
  };
  WaitingRoom room(options.address, options.port, [&] { say_once(settings->public_url); });
  std::optional<Process> process;
  while (!room.ended()) {
    process.emplace(options, *settings);
    auto why = process->open([&room] { room.close(); });
    if (!why) break;
    process.reset();
    if (why->may_pass && !options.journal.empty()) why = room.wait(why->why);
    if (!why) continue;
    fmt::print(stderr, "layerline: {}\n", why->why);
    return 1;
  }
  if (process && !room.ended()) process->run(say_once);
  return 0;
}

}  // namespace layerline::app
