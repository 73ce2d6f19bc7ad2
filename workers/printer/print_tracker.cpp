#include "workers/printer/print_tracker.hpp"

#include <algorithm>
#include <utility>

#include "workers/printer/limits.hpp"

namespace layerline::printer {

void PrintTracker::begin(const PrintRequest& request) {
  attempt_ = Attempt{};
  attempt_->known = RunningAttempt{.attempt = request.attempt,
                                   .remote_name = request.remote_name,
                                   .subtask_id = request.subtask_id,
                                   .estimated_seconds = request.estimated_seconds,
                                   .layer_count = request.layer_count};
}

void PrintTracker::start_sent(std::int64_t now_ms) {
  attempt_->phase = Phase::start_sent;
  attempt_->known.command_sent_ms = now_ms;
}

void PrintTracker::refuse(StartFailure why, std::string detail, std::int64_t now_ms) { end(FailedToStart{why, std::move(detail)}, now_ms); }

void PrintTracker::believe(const std::optional<RunningAttempt>& belief) {
  if (belief && attempt_ && attempt_->known.attempt == belief->attempt) return;   // what happened here is fresher
  attempt_.reset();
  previous_ = GcodeState::unknown;   // the next report is compared with the belief, as after a reconnect
  if (!belief) return;
  attempt_ = Attempt{};
  attempt_->known = *belief;
  attempt_->stop_requested = belief->stop_requested;
  attempt_->total_layers = belief->layer_count;
  attempt_->progress_step = belief->best_percent / limits::progress_step_percent;
  attempt_->ever_ran = belief->best_percent > 0 || belief->best_layer > 0;
  switch (belief->phase) {
    case BelievedPhase::start_sent: attempt_->phase = Phase::start_sent; break;
    case BelievedPhase::running: attempt_->phase = Phase::running; break;
    case BelievedPhase::paused: attempt_->phase = Phase::paused; break;
  }
}

// Only our own print is ever stopped, and only while the printer reports it as active.
bool PrintTracker::wants_stop(const Status& status, std::int64_t now_ms) const {
  if (!attempt_ || !attempt_->stop_requested || attempt_->phase == Phase::uploading) return false;
  if (!is_active(status.state) || !matches(status)) return false;
  return !attempt_->stop_sent_ms || now_ms - *attempt_->stop_sent_ms >= limits::stop_resend_ms;
}

void PrintTracker::stop_sent(std::int64_t now_ms) { attempt_->stop_sent_ms = now_ms; }

void PrintTracker::cancel_upload(std::int64_t now_ms) { end(Cancelled{reach(), CancelledBy::us}, now_ms); }

// Either id (unless printed without ids) or the unique name; printers rewrite each of them at times.
bool PrintTracker::matches(const Status& status) const {
  const std::string id = std::to_string(attempt_->known.subtask_id);
  if (attempt_->known.subtask_id > 0 && (status.subtask_id == id || status.task_id == id)) return true;
  return !status.subtask_name.empty() && name_stem(status.subtask_name) == name_stem(attempt_->known.remote_name);
}

Reach PrintTracker::reach() const { return {attempt_->known.best_percent, attempt_->known.best_layer, attempt_->total_layers}; }

void PrintTracker::report(const Status& status, std::int64_t now_ms) {
  note_errors(status, now_ms);
  if (status.state != GcodeState::unknown) {   // an unknown word says nothing; it is not idle
    if (previous_ == GcodeState::unknown) {
      baseline(status, now_ms);
    } else if (is_active(status.state)) {
      is_active(previous_) ? stayed_active(status, now_ms) : became_active(status, now_ms);
    } else {
      is_active(previous_) ? left_active(status, now_ms) : stayed_startable(status, now_ms);
    }
    note_progress(status, now_ms);
    previous_ = status.state;
  }
  previous_percent_ = status.percent;
  previous_layer_ = status.layer;
}

void PrintTracker::baseline(const Status& status, std::int64_t now_ms) {
  foreign_name_.clear();
  if (starting()) return reconcile_start(status, now_ms);
  if (printing()) return reconcile_print(status, now_ms);
  if (is_active(status.state)) foreign(status, now_ms);
}

void PrintTracker::reconcile_start(const Status& status, std::int64_t now_ms) {
  if (is_active(status.state)) return matches(status) ? started(status, true, now_ms) : foreign(status, now_ms);
  if (!matches(status)) return;   // keep waiting; tick gives up
  const std::int64_t elapsed_ms = now_ms - attempt_->known.command_sent_ms;
  switch (status.state) {
    case GcodeState::finish:
      attempt_->ever_ran = true;
      if (elapsed_ms * 2 >= attempt_->known.estimated_seconds * 1000) return complete(status, true, now_ms);
      if (elapsed_ms >= limits::start_confirm_ms) return end_unknown(UnknownEndReason::not_found, now_ms);
      attempt_->landed_ms = now_ms;   // some printers show the new name over the old FINISH for seconds
      return;
    case GcodeState::failed: return conclude_failed(true, now_ms);
    case GcodeState::idle: attempt_->landed_ms = now_ms; return;
    case GcodeState::unknown:
    case GcodeState::prepare:
    case GcodeState::slicing:
    case GcodeState::running:
    case GcodeState::pause: return;
  }
}

void PrintTracker::reconcile_print(const Status& status, std::int64_t now_ms) {
  if (attempt_->failed_ms) return conclude_failed(true, now_ms);
  attempt_->idle_ms.reset();
  const bool ours = matches(status);
  switch (status.state) {
    case GcodeState::prepare:
    case GcodeState::slicing:
    case GcodeState::running:
    case GcodeState::pause: return stayed_active(status, now_ms);
    case GcodeState::finish: return ours ? complete(status, true, now_ms) : end_unknown(UnknownEndReason::not_found, now_ms);
    case GcodeState::failed: return ours ? conclude_failed(true, now_ms) : end_unknown(UnknownEndReason::not_found, now_ms);
    case GcodeState::idle:
      if (attempt_->stop_sent_ms) return end(Cancelled{reach(), CancelledBy::us}, now_ms);
      return end_unknown(UnknownEndReason::not_found, now_ms);
    case GcodeState::unknown: return;
  }
}

void PrintTracker::became_active(const Status& status, std::int64_t now_ms) {
  if (printing() && attempt_->failed_ms) conclude_failed(false, now_ms);
  if (printing()) {   // IDLE for a moment only
    attempt_->idle_ms.reset();
    return stayed_active(status, now_ms);
  }
  if (starting() && matches(status)) return started(status, attempt_->phase == Phase::uncertain, now_ms);
  foreign(status, now_ms);
}

void PrintTracker::stayed_active(const Status& status, std::int64_t now_ms) {
  if (starting() && matches(status)) return started(status, attempt_->phase == Phase::uncertain, now_ms);
  if (!printing()) return foreign(status, now_ms);
  const bool identity_known = !status.subtask_name.empty();
  if (identity_known && !matches(status)) {
    end_unknown(UnknownEndReason::superseded, now_ms);
    return foreign(status, now_ms);
  }
  if (status.state == GcodeState::running) attempt_->ever_ran = true;
  note_pause(status, now_ms);
}

void PrintTracker::left_active(const Status& status, std::int64_t now_ms) {
  foreign_name_.clear();
  if (!printing()) return stayed_startable(status, now_ms);
  if (status.state == GcodeState::finish) return complete(status, false, now_ms);
  if (status.state == GcodeState::failed) {
    attempt_->failed_ms = now_ms;
    const bool code_seen = attempt_->cancel_code_ms && now_ms - *attempt_->cancel_code_ms <= limits::cause_grace_ms;
    const bool file_refused = !attempt_->ever_ran && is_start_refusal(status.print_error);
    if (attempt_->stop_sent_ms || code_seen || file_refused) conclude_failed(false, now_ms);
    return;
  }
  attempt_->idle_ms = now_ms;
  attempt_->idle_reports = 1;
}

void PrintTracker::stayed_startable(const Status& status, std::int64_t now_ms) {
  if (printing()) {
    if (attempt_->failed_ms) return;
    if (status.state == GcodeState::idle) {
      ++attempt_->idle_reports;
    } else {   // IDLE was only passed through
      attempt_->idle_ms.reset();
      left_active(status, now_ms);
    }
    return;
  }
  if (!starting()) return;
  if (!matches(status)) return;
  if (status.state == GcodeState::failed && previous_ != GcodeState::failed) return conclude_failed(false, now_ms);
  if (!attempt_->landed_ms) attempt_->landed_ms = now_ms;
}

// The cancel code may come before, with or after FAILED and flashes for about two seconds: it is latched with its time.
void PrintTracker::note_errors(const Status& status, std::int64_t now_ms) {
  const bool new_error = status.print_error != previous_error_ && is_significant(status.print_error);
  const bool new_cancel_hms = has_cancel_hms(status) && !previous_cancel_hms_;
  previous_error_ = status.print_error;
  previous_cancel_hms_ = has_cancel_hms(status);
  const bool about_our_start = is_startable(status.state) || status.print_error == 0x05004004;   // an old code at a baseline is a level
  if (starting() && new_error && previous_ != GcodeState::unknown && about_our_start && is_start_refusal(status.print_error)) {
    const StartFailure why = is_authorization_refusal(status.print_error) ? StartFailure::control_blocked
                             : status.print_error == 0x05004004          ? StartFailure::busy
                                                                         : StartFailure::printer_error;
    return refuse(why, error_text(status.print_error), now_ms);
  }
  if (!printing()) return;
  if (is_cancel(status.print_error) || new_cancel_hms) {
    attempt_->cancel_code_ms = now_ms;
    if (attempt_->failed_ms) conclude_failed(false, now_ms);
    return;
  }
  if (is_significant(status.print_error)) attempt_->last_error = status.print_error;
  if (attempt_->pause && new_error) {
    attempt_->pause->pause.error = error_text(status.print_error);
    const PendingPause pending = *std::exchange(attempt_->pause, std::nullopt);
    emit(pending.pause, pending.since_ms);
  }
}

void PrintTracker::note_pause(const Status& status, std::int64_t now_ms) {
  if (status.state == GcodeState::pause && attempt_->phase == Phase::running) {
    attempt_->phase = Phase::paused;
    Paused pause{error_text(status.print_error), status.stage};
    if (pause.error.empty()) {
      attempt_->pause = PendingPause{now_ms, std::move(pause)};   // the code may come with the next delta
    } else {
      emit(std::move(pause), now_ms);
    }
  } else if (status.state == GcodeState::running && attempt_->phase == Phase::paused) {
    attempt_->phase = Phase::running;
    attempt_->last_error = 0;
    emit(Resumed{}, now_ms);
  }
}

// The old job's percentage and layers stay visible until RUNNING and beyond: ours begin when they change.
void PrintTracker::note_progress(const Status& status, std::int64_t now_ms) {
  const bool shows_ours = status.state == GcodeState::running || status.state == GcodeState::pause;
  if (!printing() || !shows_ours) return;
  RunningAttempt& known = attempt_->known;
  if (status.percent != attempt_->old_percent.value_or(-1)) attempt_->old_percent.reset();
  if (status.layer != attempt_->old_layer.value_or(-1)) attempt_->old_layer.reset();
  if (!attempt_->old_percent) known.best_percent = std::max(known.best_percent, std::clamp(status.percent, 0, 100));
  attempt_->total_layers = known.layer_count > 0 ? known.layer_count : std::max(0, status.total_layers);
  if (!attempt_->old_layer && status.layer <= attempt_->total_layers) known.best_layer = std::max(known.best_layer, status.layer);
  const int step = known.best_percent / limits::progress_step_percent;
  if (step > attempt_->progress_step) {
    attempt_->progress_step = step;
    emit(Progress{reach(), std::max(0, status.remaining_minutes)}, now_ms);
  }
}

void PrintTracker::tick(std::int64_t now_ms) {
  if (!attempt_) return;
  if (attempt_->pause && now_ms - attempt_->pause->since_ms >= limits::pause_debounce_ms) {
    const PendingPause pending = *std::exchange(attempt_->pause, std::nullopt);
    emit(pending.pause, pending.since_ms);
  }
  if (attempt_->failed_ms && now_ms - *attempt_->failed_ms >= limits::cause_grace_ms) return conclude_failed(false, now_ms);
  const bool idle_long = attempt_->idle_ms && now_ms - *attempt_->idle_ms >= limits::idle_debounce_ms;
  if (idle_long && attempt_->idle_reports >= limits::idle_debounce_reports) {
    if (attempt_->stop_sent_ms) return end(Cancelled{reach(), CancelledBy::us}, now_ms);
    return end_unknown(UnknownEndReason::went_idle, now_ms);
  }
  if (attempt_->phase == Phase::start_sent && previous_ != GcodeState::unknown) tick_start(now_ms);
}

void PrintTracker::tick_start(std::int64_t now_ms) {
  const std::int64_t waited_ms = now_ms - attempt_->landed_ms.value_or(attempt_->known.command_sent_ms);
  if (waited_ms < (attempt_->landed_ms ? limits::landed_start_ms : limits::start_confirm_ms)) return;
  if (!attempt_->recheck_asked) {
    attempt_->recheck_asked = true;
    attempt_->recheck_ms = now_ms;
    recheck_ = true;
  } else if (now_ms - attempt_->recheck_ms >= limits::start_recheck_ms) {
    attempt_->phase = Phase::uncertain;   // still ours: a late start is reported when it comes
    emit(StartUncertain{}, now_ms);
  }
}

bool PrintTracker::take_recheck() { return std::exchange(recheck_, false); }

std::vector<TrackedFact> PrintTracker::take_facts() { return std::exchange(facts_, {}); }

void PrintTracker::started(const Status& status, bool late, std::int64_t now_ms) {
  attempt_->phase = Phase::running;
  attempt_->ever_ran = status.state == GcodeState::running || status.state == GcodeState::pause;
  attempt_->landed_ms.reset();
  if (previous_ != GcodeState::unknown) {
    attempt_->old_percent = previous_percent_;
    attempt_->old_layer = previous_layer_;
  }
  emit(Started{late}, now_ms);
  note_pause(status, now_ms);
}

// Calibration ("system") is nobody's job.
void PrintTracker::foreign(const Status& status, std::int64_t now_ms) {
  const std::string name = status.subtask_name.empty() ? "?" : name_stem(status.subtask_name);
  if (status.print_type == "system" || name == foreign_name_) return;
  foreign_name_ = name;
  facts_.push_back({"", now_ms, ForeignPrint{status.subtask_name}});
}

void PrintTracker::complete(const Status& status, bool inferred, std::int64_t now_ms) {
  RunningAttempt& known = attempt_->known;
  const bool fresh = !attempt_->old_percent || *attempt_->old_percent != status.percent;
  if (fresh) known.best_percent = std::max(known.best_percent, std::clamp(status.percent, 0, 100));
  const int total = known.layer_count > 0 ? known.layer_count : std::max(attempt_->total_layers, status.total_layers);
  const bool near_the_end = known.best_percent >= limits::complete_percent || (total > 0 && known.best_layer >= total - 1);
  if (attempt_->stop_sent_ms && !near_the_end) return end(Cancelled{reach(), CancelledBy::us}, now_ms);
  end(Completed{{known.best_percent, near_the_end ? total : known.best_layer, total}, inferred, !near_the_end}, now_ms);
}

void PrintTracker::conclude_failed(bool inferred, std::int64_t now_ms) {
  if (attempt_->stop_sent_ms) return end(Cancelled{reach(), CancelledBy::us}, now_ms);
  const std::int64_t failed_ms = attempt_->failed_ms.value_or(now_ms);
  const bool code_near = attempt_->cancel_code_ms && failed_ms - *attempt_->cancel_code_ms <= limits::cause_grace_ms;
  if (code_near || is_cancel(previous_error_)) return end(Cancelled{reach(), CancelledBy::at_printer}, now_ms);
  const std::string error = error_text(attempt_->last_error != 0 ? attempt_->last_error : previous_error_);
  if (!attempt_->ever_ran && !inferred) return end(FailedToStart{StartFailure::printer_error, error}, now_ms);
  end(Failed{reach(), error, inferred}, now_ms);
}

void PrintTracker::end_unknown(UnknownEndReason why, std::int64_t now_ms) { end(UnknownEnd{reach(), why}, now_ms); }

void PrintTracker::emit(Fact fact, std::int64_t at_ms) {
  if (attempt_->pause) {
    const PendingPause pending = *std::exchange(attempt_->pause, std::nullopt);
    facts_.push_back({attempt_->known.attempt, pending.since_ms, pending.pause});
  }
  facts_.push_back({attempt_->known.attempt, at_ms, std::move(fact)});
}

void PrintTracker::end(Fact fact, std::int64_t at_ms) {
  emit(std::move(fact), at_ms);
  attempt_.reset();
}

}  // namespace layerline::printer
