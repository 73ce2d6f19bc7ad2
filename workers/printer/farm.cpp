#include "workers/printer/farm.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "domain/kernel/one_if_untold.hpp"
#include "infra/crypto/digest.hpp"
#include "workers/printer/limits.hpp"

namespace layerline::printer {
namespace {

std::string key_of(const std::string& workshop, const std::string& printer) { return workshop + "/" + printer; }

std::string md5_of(const std::filesystem::path& path) {
  crypto::StreamDigest digest(crypto::StreamDigest::Algorithm::md5);
  std::ifstream file(path, std::ios::binary);
  std::string buffer(1 << 16, '\0');
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
    digest.add(std::string_view(buffer).substr(0, static_cast<std::size_t>(file.gcount())));
  return digest.finish_hex();
}

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

PrinterConfig config_of(const events::PrinterAdded& added, const std::string& key, std::uint64_t session) {
  PrinterConfig config;
  config.id = key;
  config.host = added.host();
  config.serial = added.serial();
  config.access_code = Secret<std::string>(added.access_code().clear());
  config.mqtt_port = static_cast<std::uint16_t>(added.mqtt_port());
  config.ftps_port = static_cast<std::uint16_t>(added.ftps_port());
  if (!added.pin().empty()) config.pin = added.pin();
  config.session = session;
  return config;
}

}  // namespace

Farm::Farm(app::Commands& commands, const blob::BlobStore& blobs, OnDuty on_duty, OnTelemetry on_telemetry)
    : commands_(commands), blobs_(blobs), on_duty_(std::move(on_duty)), on_telemetry_(std::move(on_telemetry)) {}

const std::vector<std::string>& Farm::fact_types() {
  static const std::vector<std::string> types = {"printer.added",   "print.dispatched",  "print.started",       "print.progressed",
                                                 "print.paused",    "print.resumed",     "print.finished",      "print.failed",
                                                 "print.cancelled", "print.end_unknown", "print.stop_requested",
                                                 "effect.attempted"};
  return types;
}

void Farm::fold(const app::Fact& fact) {
  using K = events::Event;
  const std::lock_guard lock(mutex_);
  const K& event = fact.event;
  const auto job = [&](const std::string& id) -> Dispatched* {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
  };
  if (event.has_printer_added()) {
    const std::string key = key_of(fact.workshop, event.printer_added().printer());
    printers_[key] = {fact.workshop, config_of(event.printer_added(), key, session_)};
    if (connections_) connections_->add(printers_[key].config, belief_of(key));
  } else if (event.has_print_dispatched()) {
    const events::PrintDispatched& d = event.print_dispatched();
    Dispatched& dispatched = jobs_[d.job()];
    dispatched = {fact.workshop, key_of(fact.workshop, d.printer()), d.blob(), d.effect(), false, d.slot(), d.print_ms(),
                  one_if_untold(d.plate()), {}};
    dispatched.belief = {.attempt = d.job(),
                         .remote_name = d.remote_name(),
                         .subtask_id = static_cast<std::int32_t>(d.submission_id()),
                         .command_sent_ms = fact.time_ms,
                         .estimated_seconds = d.print_ms() / 1000,
                         .layer_count = static_cast<int>(d.layers())};
  } else if (event.has_effect_attempted()) {
    for (auto& [id, dispatched] : jobs_)
      if (dispatched.effect == event.effect_attempted().effect()) dispatched.attempted = true;
  } else if (event.has_print_started()) {
    if (auto* d = job(event.print_started().job())) d->belief.phase = BelievedPhase::running;
  } else if (event.has_print_progressed()) {
    if (auto* d = job(event.print_progressed().job())) {
      d->belief.best_percent = static_cast<int>(event.print_progressed().percent());
      d->belief.best_layer = static_cast<int>(event.print_progressed().layer());
    }
  } else if (event.has_print_paused()) {
    if (auto* d = job(event.print_paused().job())) d->belief.phase = BelievedPhase::paused;
  } else if (event.has_print_resumed()) {
    if (auto* d = job(event.print_resumed().job())) d->belief.phase = BelievedPhase::running;
  } else if (event.has_print_stop_requested()) {
    if (auto* d = job(event.print_stop_requested().job())) d->belief.stop_requested = true;
  } else if (event.has_print_finished()) {
    end(event.print_finished().job(), event.print_finished().by());
  } else if (event.has_print_failed()) {
    end(event.print_failed().job(), event.print_failed().by());
  } else if (event.has_print_cancelled()) {
    end(event.print_cancelled().job(), event.print_cancelled().by());
  }
}

// What an operator has ended, the session still waits for; and it takes no other print until it is told.
void Farm::end(const std::string& job, const std::string& by) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  const std::string printer = found->second.printer;
  jobs_.erase(found);
  if (connections_ && by != "printer") connections_->believe(printer, belief_of(printer));
}

std::optional<RunningAttempt> Farm::belief_of(const std::string& printer) const {
  for (const auto& [id, dispatched] : jobs_)
    if (dispatched.printer == printer && dispatched.attempted) return dispatched.belief;   // else it is still to be started
  return std::nullopt;
}

void Farm::start() {
  teller_ = std::thread([this] { tell_all(); });
  watch_ = std::thread([this] { keep_watch(); });
}

void Farm::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_all();
  }
  if (watch_.joinable()) watch_.join();
  disconnect();
  if (teller_.joinable()) teller_.join();
}

bool Farm::is_connected() const {
  const std::lock_guard lock(mutex_);
  return connections_ != nullptr;
}

void Farm::keep_watch() {
  while (true) {
    const std::optional<bool> on_duty = on_duty_();
    if (on_duty && *on_duty != is_connected()) *on_duty ? connect() : disconnect();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::milliseconds(limits::duty_check_ms), [&] { return stopping_; })) return;
  }
}

void Farm::connect() {
  auto connections = std::make_shared<PrinterConnections>([this](const Observation& observation) { observe(observation); },
                                                          on_telemetry_);
  const std::lock_guard lock(mutex_);
  session_ = std::max(session_ + 1, now_ms());
  for (auto& [key, known] : printers_) {
    known.config.session = session_;
    connections->add(known.config, belief_of(key));
  }
  connections_ = std::move(connections);
}

// What was seen and not told yet, the next one sees by itself.
void Farm::disconnect() {
  std::shared_ptr<PrinterConnections> connections;
  {
    const std::lock_guard lock(mutex_);
    connections = std::move(connections_);
    connections_ = nullptr;
    reports_.clear();
    shown_.clear();
  }
  connections.reset();   // ends threads that may be waiting for the lock
}

std::map<effects::Action, effects::Perform> Farm::print_effects() {
  return {{events::EffectRequested::kStartPrint, [this](const effects::OpenEffect& effect) { return start_print(effect); }},
          {events::EffectRequested::kStopPrint, [this](const effects::OpenEffect& effect) { return stop_print(effect); }}};
}

// The session answers with observations; the effect ends when the print was handed over. A second attempt means that the process
// died around the first: then the printer may have the print, and only the session's look at it may tell. It is never sent twice.
Command Farm::start_print(const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  if (effect.attempt > 1) return effects::FinishEffect{id, effects::Outcome::succeeded, ""};
  const std::string& job = effect.request.start_print().job();
  std::string blob;
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(job);
    if (found != jobs_.end()) blob = found->second.blob;
  }
  // Not under the lock: it may have to come from another process.
  const auto path = blobs_.get(blob);
  const auto not_started = [&](std::string why) {
    return printing::ObservePrint{PrintJobId(job), printing::Sight::failed_to_start, 0, 0, std::move(why), false, false};
  };
  PrintRequest request;
  {
    std::unique_lock lock(mutex_);
    // Who has just come on duty has to hear the printer first.
    changed_.wait_for(lock, std::chrono::milliseconds(limits::show_wait_ms), [&] {
      const auto waiting = jobs_.find(job);
      return stopping_ || !connections_ || waiting == jobs_.end() || shown_.contains(waiting->second.printer);
    });
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return effects::FinishEffect{id, effects::Outcome::succeeded, ""};   // it ended meanwhile
    const Dispatched& dispatched = found->second;
    if (!path || dispatched.blob != blob) return not_started("the print file is not here");
    request.printer = dispatched.printer;
    request.attempt = found->first;
    request.remote_name = dispatched.belief.remote_name;
    request.subtask_id = dispatched.belief.subtask_id;
    request.file_path = path->string();
    request.plate_path = path_of_plate(dispatched.plate);
    request.use_ams = dispatched.slot != limits::external_spool_slot;
    if (request.use_ams) request.ams_mapping = {static_cast<int>(dispatched.slot)};
    request.estimated_seconds = dispatched.print_ms / 1000;
    request.layer_count = dispatched.belief.layer_count;
  }
  request.md5 = md5_of(request.file_path);
  const std::lock_guard lock(mutex_);
  if (!connections_) return not_started("another process has taken the printers over");
  connections_->start_print(std::move(request));
  return effects::FinishEffect{id, effects::Outcome::succeeded, ""};
}

Command Farm::stop_print(const effects::OpenEffect& effect) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(effect.request.stop_print().job());
  if (found != jobs_.end() && connections_) connections_->stop_print(found->second.printer);   // else the belief tells the next one
  return effects::FinishEffect{EffectId(effect.id), effects::Outcome::succeeded, ""};
}

void Farm::note_shown(const std::string& printer, const PrinterState& state) {
  const std::lock_guard lock(mutex_);
  if (state.health == Health::live && state.activity != Activity::unknown) shown_.insert(printer);
  else shown_.erase(printer);
  changed_.notify_all();
}

void Farm::observe(const Observation& observation) {
  if (const auto* changed = std::get_if<StatusChanged>(&observation.fact)) note_shown(observation.printer, changed->state);
  const std::size_t slash = observation.printer.find('/');
  auto command = command_of(observation, observation.printer.substr(slash + 1));
  if (!command) return;
  const std::lock_guard lock(mutex_);
  reports_.push_back({observation.printer.substr(0, slash),
                      "seen:" + observation.printer.substr(slash + 1) + ":" + std::to_string(observation.session) + ":" +
                          std::to_string(observation.sequence),
                      std::move(*command)});
  changed_.notify_all();
}

// One report after the other, each until the owner has decided about it.
void Farm::tell_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !reports_.empty(); });
    if (stopping_) return;
    app::Envelope envelope;
    envelope.workshop = reports_.front().workshop;
    const std::string told = reports_.front().key;
    envelope.command_id = told;
    const crypto::Sha256Digest digest = crypto::sha256(envelope.command_id);
    envelope.payload_hash.assign(digest.begin(), digest.end());
    envelope.actor = "worker:printer";
    envelope.cause = "printer";
    envelope.command = reports_.front().command;
    lock.unlock();
    const app::Outcome outcome = commands_.execute_blocking(std::move(envelope));
    lock.lock();
    if (reports_.empty() || reports_.front().key != told) continue;   // the duty has ended meanwhile
    if (std::holds_alternative<journal::Busy>(outcome) || std::holds_alternative<journal::Unknown>(outcome) ||
        std::holds_alternative<journal::NotOwner>(outcome)) {
      changed_.wait_for(lock, std::chrono::milliseconds(limits::owner_retry_ms), [&] { return stopping_; });
      continue;
    }
    reports_.pop_front();
  }
}

}  // namespace layerline::printer
