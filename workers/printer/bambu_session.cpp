#include "workers/printer/bambu_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "workers/printer/commands.hpp"
#include "workers/printer/limits.hpp"

namespace layerline::printer {
namespace {

constexpr std::string_view verify_failed = "mqtt message verify failed";   // 1.9: developer mode is off

bool is_plain_name(std::string_view name) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= limits::remote_name_bytes && name.ends_with(".gcode.3mf") && std::ranges::all_of(name, plain);
}

}  // namespace

BambuSession::BambuSession(SessionConfig config)
    : config_(std::move(config)),
      model_(model_of_serial(config_.serial)),
      random_state_(config_.seed * 2862933555777941757ULL + 3037000493ULL) {
  command_sequence_ = 100'000 + random(900'000);   // apart from Studio's, Handy's and the printer's own
}

Actions BambuSession::believe(const std::optional<RunningAttempt>& belief, std::int64_t now_ms) {
  advance(now_ms);
  if (request_ && (!belief || belief->attempt != request_->attempt)) request_.reset();
  tracker_.believe(belief);
  return finish();
}

Actions BambuSession::connected(std::int64_t now_ms, const std::string& certificate_pin) {
  advance(now_ms);
  certificate_pin_ = certificate_pin;
  link_ = Link::connected;
  connected_ms_ = last_report_ms_ = now_ms_;
  any_report_ = false;
  stale_asked_ms_.reset();
  status_ = Status{};
  tracker_.reset_baseline();
  pending_acks_.clear();
  actions_.emplace_back(Subscribe{fmt::format("device/{}/report", config_.serial)});
  publish(get_version_command(++command_sequence_));
  publish(pushall_command(++command_sequence_));
  return finish();
}

Actions BambuSession::connect_failed(ConnectFailure why, std::int64_t now_ms) {
  advance(now_ms);
  switch (why) {
    case ConnectFailure::unreachable: link_lost(next_backoff()); break;
    case ConnectFailure::refused_credentials:
      link_lost(limits::refused_retry_ms);
      offline_health_ = Health::auth_failed;
      break;
    case ConnectFailure::certificate_mismatch:
      link_lost(limits::refused_retry_ms);
      offline_health_ = Health::certificate_mismatch;
      break;
  }
  return finish();
}

Actions BambuSession::disconnected(std::int64_t now_ms) {
  advance(now_ms);
  if (link_ != Link::offline) link_lost(next_backoff());
  return finish();
}

Actions BambuSession::message(std::string_view bytes, bool retained, std::int64_t now_ms) {
  advance(now_ms);
  if (retained || link_ != Link::connected) return finish();   // printers do not retain; what a broker kept is the past
  const std::optional<Message> message = parse_message(bytes);
  if (!message) return finish();
  last_report_ms_ = now_ms_;
  any_report_ = true;
  stale_asked_ms_.reset();
  if (const auto* report = std::get_if<StatusReport>(&*message)) {
    merge(status_, *report);
    if (status_.full_seen) {
      backoff_ms_ = 0;
      if (status_.signature_required) control_ = Control::refused;
      tracker_.report(status_, now_ms_);
      send_stop_if_due();
    }
  } else if (const auto* ack = std::get_if<Ack>(&*message)) {
    on_ack(*ack);
  } else if (const auto* version = std::get_if<VersionReport>(&*message)) {
    on_version(*version);
  }
  return finish();
}

Actions BambuSession::tick(std::int64_t now_ms) {
  advance(now_ms);
  if (link_ == Link::offline && now_ms_ >= connect_at_ms_) {
    link_ = Link::connecting;
    actions_.emplace_back(Connect{});
  }
  if (link_ == Link::connected) {
    check_liveness();
    check_acks();
    send_stop_if_due();
  }
  tracker_.tick(now_ms_);
  if (tracker_.take_recheck() && link_ == Link::connected) publish(pushall_command(++command_sequence_));
  return finish();
}

Actions BambuSession::start(const PrintRequest& request, std::int64_t now_ms) {
  advance(now_ms);
  if (tracker_.has_attempt()) {
    if (tracker_.attempt() != request.attempt) refuse(request, StartFailure::busy, "another attempt of ours has no outcome yet");
    return finish();
  }
  if (!is_plain_name(request.remote_name) || request.subtask_id <= 0) {
    refuse(request, StartFailure::rejected, "the remote name or the subtask id is not one that a printer keeps");
  } else if (const auto failure = not_startable()) {
    refuse(request, failure->why, failure->detail);
  } else {
    request_ = request;
    tracker_.begin(request);
    actions_.emplace_back(Upload{request});
  }
  return finish();
}

Actions BambuSession::upload_finished(const std::string& attempt, std::int64_t now_ms) {
  advance(now_ms);
  if (!tracker_.is_uploading() || tracker_.attempt() != attempt) return finish();
  if (const auto failure = not_startable()) {
    tracker_.refuse(failure->why, failure->detail, now_ms_);
  } else {
    send_start();
  }
  request_.reset();
  return finish();
}

Actions BambuSession::upload_failed(const std::string& attempt, const std::string& reason, std::int64_t now_ms) {
  advance(now_ms);
  if (!tracker_.is_uploading() || tracker_.attempt() != attempt) return finish();
  tracker_.refuse(StartFailure::upload_failed, reason, now_ms_);
  request_.reset();
  return finish();
}

Actions BambuSession::stop(std::int64_t now_ms) {
  advance(now_ms);
  if (tracker_.is_uploading()) {
    actions_.emplace_back(AbortUpload{});
    tracker_.cancel_upload(now_ms_);
    request_.reset();
  } else {
    tracker_.request_stop();
    send_stop_if_due();
  }
  return finish();
}

// A clock that jumps back must not rearm a deadline.
void BambuSession::advance(std::int64_t now_ms) { now_ms_ = std::max(now_ms_, now_ms); }

Actions BambuSession::finish() {
  for (TrackedFact& tracked : tracker_.take_facts()) observe(tracked.attempt, tracked.at_ms, std::move(tracked.fact));
  PrinterState state = current_state();
  if (!state_reported_ || state != state_) {
    state_ = std::move(state);
    state_reported_ = true;
    observe("", now_ms_, StatusChanged{state_});
  }
  return std::exchange(actions_, {});
}

void BambuSession::observe(const std::string& attempt, std::int64_t at_ms, Fact fact) {
  actions_.emplace_back(Observe{{config_.printer, config_.session, ++observation_sequence_, attempt, at_ms, std::move(fact)}});
}

void BambuSession::publish(std::string payload) {
  actions_.emplace_back(Publish{fmt::format("device/{}/request", config_.serial), std::move(payload)});
}

void BambuSession::ask_for_everything() {
  publish(push_start_command(++command_sequence_));
  publish(pushall_command(++command_sequence_));
}

void BambuSession::close(std::int64_t reconnect_in_ms) {
  actions_.emplace_back(CloseConnection{});
  link_lost(reconnect_in_ms);
}

// Our print's state is frozen, not ended: silence is no outcome.
void BambuSession::link_lost(std::int64_t reconnect_in_ms) {
  link_ = Link::offline;
  offline_health_ = Health::offline;
  connect_at_ms_ = now_ms_ + reconnect_in_ms;
  tracker_.reset_baseline();
}

void BambuSession::on_ack(const Ack& ack) {
  const auto pending = pending_acks_.find(ack.sequence_id);
  if (pending == pending_acks_.end()) return;   // Studio's, Handy's, the printer's own, or a second one
  const CommandKind kind = pending->second.kind;
  pending_acks_.erase(pending);
  missing_acks_ = 0;
  reconnected_for_acks_ = false;
  const bool unauthorised = !ack.accepted && ack.reason == verify_failed;
  if (unauthorised) {
    control_ = Control::refused;
  } else if (ack.accepted) {
    control_ = Control::ok;
  }
  // An accepted start is not a started print: only the reports tell.
  if (kind == CommandKind::start && !ack.accepted && tracker_.is_start_sent()) {
    tracker_.refuse(unauthorised ? StartFailure::control_blocked : StartFailure::rejected, ack.reason, now_ms_);
  }
}

void BambuSession::on_version(const VersionReport& version) {
  if (!version.product_name.empty()) model_ = version.product_name;
  if (!version.firmware.empty()) firmware_ = version.firmware;
}

void BambuSession::check_liveness() {
  if (stale_asked_ms_) {
    if (now_ms_ - *stale_asked_ms_ >= limits::stale_teardown_ms) close(limits::stale_cooldown_ms);
    return;
  }
  const std::int64_t heard_ms = status_.full_seen ? last_report_ms_ : connected_ms_;   // deltas without a full report are no state either
  if (now_ms_ - heard_ms >= limits::stale_ms) {
    stale_asked_ms_ = now_ms_;
    ask_for_everything();
  }
}

// Telemetry flows but commands vanish: reconnect once, then tell the operator.
void BambuSession::check_acks() {
  const auto too_old = [&](const auto& entry) { return now_ms_ - entry.second.sent_ms >= limits::ack_timeout_ms; };
  const auto expired = std::erase_if(pending_acks_, too_old);
  missing_acks_ += static_cast<int>(expired);
  if (missing_acks_ < limits::missing_acks) return;
  missing_acks_ = 0;
  if (reconnected_for_acks_) {
    control_ = Control::not_answering;
  } else {
    reconnected_for_acks_ = true;
    close(next_backoff());
  }
}

void BambuSession::send_stop_if_due() {
  if (link_ != Link::connected || !status_.full_seen || !tracker_.wants_stop(status_, now_ms_)) return;
  publish(stop_command(++command_sequence_));
  pending_acks_[std::to_string(command_sequence_)] = {CommandKind::stop, now_ms_};
  tracker_.stop_sent(now_ms_);
}

void BambuSession::send_start() {
  publish(project_file_command(++command_sequence_, *request_, config_.url_scheme));
  pending_acks_[std::to_string(command_sequence_)] = {CommandKind::start, now_ms_};
  tracker_.start_sent(now_ms_);
}

void BambuSession::refuse(const PrintRequest& request, StartFailure why, std::string detail) {
  observe(request.attempt, now_ms_, FailedToStart{why, std::move(detail)});
}

std::optional<FailedToStart> BambuSession::not_startable() const {
  const PrinterState now = current_state();
  if (now.health != Health::live) return FailedToStart{StartFailure::not_ready, "the printer is not connected"};
  switch (now.activity) {
    case Activity::idle: return std::nullopt;
    case Activity::busy: return FailedToStart{StartFailure::busy, "the printer is printing"};
    case Activity::unknown: return FailedToStart{StartFailure::not_ready, "the printer's state is unknown"};
    case Activity::blocked: break;
  }
  const bool refused = now.blocked == Blocked::control_refused;
  return FailedToStart{refused ? StartFailure::control_blocked : StartFailure::not_ready, "the printer is blocked"};
}

Health BambuSession::health() const {
  switch (link_) {
    case Link::offline:
    case Link::connecting: return offline_health_;   // a printer that is off would flap with every attempt
    case Link::connected: break;
  }
  if (stale_asked_ms_) return Health::stale;
  if (status_.full_seen) return Health::live;
  return !any_report_ && now_ms_ - connected_ms_ >= limits::first_report_ms ? Health::no_data : Health::connecting;
}

PrinterState BambuSession::current_state() const {
  PrinterState state;
  state.health = health();
  state.model = model_;
  state.firmware = firmware_;
  state.certificate_pin = certificate_pin_;
  state.nozzle_mm = status_.nozzle_mm;
  for (const auto& [index, tray] : status_.trays) state.trays.push_back(tray);
  if (!status_.full_seen) return state;
  const bool updating = !status_.upgrade_status.empty() && status_.upgrade_status != "IDLE";
  state.blocked = updating                                ? Blocked::updating
                  : !status_.storage_present              ? Blocked::no_storage
                  : control_ == Control::refused          ? Blocked::control_refused
                  : control_ == Control::not_answering    ? Blocked::control_not_answering
                                                          : Blocked::no;
  
  state.activity = is_active(status_.state)          ? Activity::busy
                   : state.blocked != Blocked::no    ? Activity::blocked
                   : is_startable(status_.state)      ? Activity::idle
                                                     : Activity::unknown;
  return state;
}

// 1, 2, 4 .. 30 s, each give or take a quarter, so that a farm does not come back in one second.
std::int64_t BambuSession::next_backoff() {
  backoff_ms_ = std::clamp(backoff_ms_ * 2, limits::backoff_first_ms, limits::backoff_last_ms);
  return backoff_ms_ * 3 / 4 + static_cast<std::int64_t>(random(static_cast<std::uint64_t>(backoff_ms_) / 2));
}

std::uint64_t BambuSession::random(std::uint64_t below) {
  random_state_ = random_state_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return (random_state_ >> 33) % below;
}

}  // namespace layerline::printer
