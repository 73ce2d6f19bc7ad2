// A print job: one try to print the pieces of one file on one printer. Its end is counted once: the material, the pieces and the plate
// gate move in one commit.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::printing {

enum class JobStatus { dispatched, printing, paused, finished, failed, cancelled, unknown };

struct Job {
  PrintJobId id;
  ProductionOrderId production;
  PrinterId printer;
  JobStatus status = JobStatus::dispatched;
  std::int64_t slot = 0;
  Mass mass;                       // of the print file
  std::int64_t layers = 0;
  std::int64_t pieces = 1;         // of the production order
  std::int64_t surplus = 0;        // that it makes beside them: its file has more than were open
  std::int64_t percent = 0;        // best seen
  std::int64_t layer = 0;          // best seen
  bool started = false;
  bool stop_requested = false;
};

// ---- commands ----

enum class Sight { started, progress, paused, resumed, finished, failed, cancelled, failed_to_start, end_unknown };
// What a printer's session saw of a job.
struct ObservePrint {
  PrintJobId job;
  Sight sight = Sight::started;
  std::int64_t percent = 0;
  std::int64_t layer = 0;
  std::string reason;
  bool inferred = false;
  bool suspicious = false;
};
struct StopPrint { PrintJobId job; };
enum class Resolution { finished, failed, cancelled };
// An operator says how a print ended whose end nobody saw.
struct ResolvePrint { PrintJobId job; Resolution resolution = Resolution::failed; std::int64_t layer = 0; };

// ---- decisions ----

[[nodiscard]] Decided decide(const ObservePrint&, const Context&);   // the first end wins; an end may follow "unknown" as later evidence
[[nodiscard]] Decided decide(const StopPrint&, const Context&);
[[nodiscard]] Decided decide(const ResolvePrint&, const Context&);

// Gives the first waiting production order that a free printer can make to that printer, and notes why the others before it wait.
[[nodiscard]] Events dispatch(const Context&);
[[nodiscard]] Events stop_all_of(const ProductionOrderId&, const Context&);

// ---- queries ----

[[nodiscard]] bool over(JobStatus);
// The spool that it is printed from; empty: not known.
[[nodiscard]] LotId loaded_lot(const Workshop&, const PrintJobId&);

void evolve(Workshop&, const events::PrintDispatched&, Time);
void evolve(Workshop&, const events::PrintStarted&, Time);
void evolve(Workshop&, const events::PrintProgressed&, Time);
void evolve(Workshop&, const events::PrintPaused&, Time);
void evolve(Workshop&, const events::PrintResumed&, Time);
void evolve(Workshop&, const events::PrintFinished&, Time);
void evolve(Workshop&, const events::PrintFailed&, Time);
void evolve(Workshop&, const events::PrintCancelled&, Time);
void evolve(Workshop&, const events::PrintEndUnknown&, Time);
void evolve(Workshop&, const events::PrintStopRequested&, Time);
// What a print used also leaves the spool that it printed from.
void unload_consumed(Workshop&, const events::MaterialConsumed&);

}  // namespace layerline::printing
