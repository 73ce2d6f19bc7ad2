// What became of our print: the edges of the merged status (1.5), the reconciliation after a (re)connect (1.6), the grace periods.
// An outcome is an edge, never a level; the first full report is a baseline that may end what we know we started, and starts nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workers/printer/attempt.hpp"
#include "workers/printer/observation.hpp"
#include "workers/printer/status.hpp"

namespace layerline::printer {

struct TrackedFact {
  std::string attempt;     // empty: about the printer, or about nobody's print of ours
  std::int64_t at_ms = 0;
  Fact fact;
};

class PrintTracker {
 public:
  // The attempt's life before the printer knows of it.
  void begin(const PrintRequest& request);
  void start_sent(std::int64_t now_ms);
  void refuse(StartFailure why, std::string detail, std::int64_t now_ms);
  // The journal's belief; nothing forgets the attempt (an operator resolved it).
  void believe(const std::optional<RunningAttempt>& belief);
  void request_stop() { if (attempt_) attempt_->stop_requested = true; }
  // Whether a stop has to go out now; `stop_sent` notes that it did.
  [[nodiscard]] bool wants_stop(const Status& status, std::int64_t now_ms) const;
  void stop_sent(std::int64_t now_ms);
  void cancel_upload(std::int64_t now_ms);

  // The connection is gone: the next status is a baseline again.
  void reset_baseline() { previous_ = GcodeState::unknown; }
  // A merged status after its first full report.
  void report(const Status& status, std::int64_t now_ms);
  void tick(std::int64_t now_ms);
  // A start that nothing confirms wants one more full report before it is given up.
  [[nodiscard]] bool take_recheck();
  [[nodiscard]] std::vector<TrackedFact> take_facts();

  [[nodiscard]] bool has_attempt() const { return attempt_.has_value(); }
  [[nodiscard]] bool is_uploading() const { return attempt_ && attempt_->phase == Phase::uploading; }
  [[nodiscard]] bool is_start_sent() const { return attempt_ && attempt_->phase == Phase::start_sent; }
  [[nodiscard]] std::string attempt() const { return attempt_ ? attempt_->known.attempt : std::string(); }

 private:
  enum class Phase { uploading, start_sent, uncertain, running, paused };

  struct PendingPause {
    std::int64_t since_ms = 0;
    Paused pause;
  };
  struct Attempt {
    RunningAttempt known;
    Phase phase = Phase::uploading;
    bool ever_ran = false;                      // RUNNING was seen: something may be on the plate
    bool stop_requested = false;
    std::optional<std::int64_t> stop_sent_ms;
    std::optional<int> old_percent, old_layer;  // of the job before; ours begin when they change
    int progress_step = 0;
    int total_layers = 0;
    std::uint32_t last_error = 0;
    std::optional<std::int64_t> cancel_code_ms;
    std::optional<std::int64_t> landed_ms;      // the printer shows our name, but does not print yet
    std::optional<std::int64_t> failed_ms;      // FAILED seen, its cause may follow
    std::optional<std::int64_t> idle_ms;        // IDLE seen, may be a glitch
    int idle_reports = 0;
    std::optional<PendingPause> pause;          // PAUSE seen, its reason may follow
    bool recheck_asked = false;
    std::int64_t recheck_ms = 0;
  };

  [[nodiscard]] bool printing() const { return attempt_ && (attempt_->phase == Phase::running || attempt_->phase == Phase::paused); }
  [[nodiscard]] bool starting() const { return attempt_ && (attempt_->phase == Phase::start_sent || attempt_->phase == Phase::uncertain); }
  [[nodiscard]] bool matches(const Status& status) const;
  [[nodiscard]] Reach reach() const;

  void baseline(const Status& status, std::int64_t now_ms);
  void reconcile_start(const Status& status, std::int64_t now_ms);
  void reconcile_print(const Status& status, std::int64_t now_ms);
  void became_active(const Status& status, std::int64_t now_ms);
  void stayed_active(const Status& status, std::int64_t now_ms);
  void left_active(const Status& status, std::int64_t now_ms);
  void stayed_startable(const Status& status, std::int64_t now_ms);
  void note_errors(const Status& status, std::int64_t now_ms);
  void note_progress(const Status& status, std::int64_t now_ms);
  void note_pause(const Status& status, std::int64_t now_ms);
  void tick_start(std::int64_t now_ms);

  void started(const Status& status, bool late, std::int64_t now_ms);
  void foreign(const Status& status, std::int64_t now_ms);
  void complete(const Status& status, bool inferred, std::int64_t now_ms);
  void conclude_failed(bool inferred, std::int64_t now_ms);
  void end_unknown(UnknownEndReason why, std::int64_t now_ms);
  void emit(Fact fact, std::int64_t at_ms);
  void end(Fact fact, std::int64_t at_ms);

  std::optional<Attempt> attempt_;
  GcodeState previous_ = GcodeState::unknown;   // unknown: no baseline yet
  int previous_percent_ = 0;
  int previous_layer_ = 0;
  bool previous_cancel_hms_ = false;
  std::uint32_t previous_error_ = 0;
  std::string foreign_name_;
  bool recheck_ = false;
  std::vector<TrackedFact> facts_;
};

}  // namespace layerline::printer
