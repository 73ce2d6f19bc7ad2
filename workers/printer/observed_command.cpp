#include <utility>
#include <variant>

#include "workers/printer/farm.hpp"

namespace layerline::printer {
namespace {

using printing::ObservePrint;
using printing::ObservePrinter;
using printing::Sight;

std::string status_of(const PrinterState& state) {
  switch (state.health) {
    case Health::offline:
    case Health::connecting: return "offline";
    case Health::auth_failed: return "auth_failed";
    case Health::certificate_mismatch: return "certificate_mismatch";
    case Health::no_data: return "no_data";
    case Health::stale: return "stale";
    case Health::live: break;
  }
  if (state.blocked != Blocked::no) return "blocked";
  switch (state.activity) {
    case Activity::unknown: return "unknown";
    case Activity::idle: return "idle";
    case Activity::busy: return "busy";
    case Activity::blocked: return "blocked";
  }
  return "unknown";
}

std::string detail_of(Blocked blocked) {
  switch (blocked) {
    case Blocked::no: return "";
    case Blocked::updating: return "firmware update in progress";
    case Blocked::no_storage: return "no usable storage";
    case Blocked::control_refused: return "the printer refuses commands: enable Developer Mode";
    case Blocked::control_not_answering: return "the printer does not answer commands";
  }
  return "";
}

std::string_view words_of(StartFailure why) {
  switch (why) {
    case StartFailure::not_ready: return "the printer was not ready";
    case StartFailure::busy: return "the printer was busy";
    case StartFailure::upload_failed: return "the upload failed";
    case StartFailure::rejected: return "the printer rejected the file";
    case StartFailure::control_blocked: return "the printer refuses commands";
    case StartFailure::printer_error: return "the printer reported an error";
  }
  return "";
}

std::string_view words_of(UnknownEndReason why) {
  switch (why) {
    case UnknownEndReason::went_idle: return "the printer went idle without an end";
    case UnknownEndReason::superseded: return "another print runs";
    case UnknownEndReason::not_found: return "the printer does not know the print";
  }
  return "";
}

struct Meaning {
  const std::string& printer;
  PrintJobId job;

  using Result = std::optional<Command>;
  [[nodiscard]] ObservePrint seen(Sight sight, const Reach& reach = {}, std::string reason = {}) const {
    return {job, sight, reach.percent, reach.layer, std::move(reason), false, false};
  }
  Result operator()(const Started&) const { return seen(Sight::started); }
  Result operator()(const Progress& progress) const { return seen(Sight::progress, progress.reach); }
  Result operator()(const Paused& paused) const { return seen(Sight::paused, {}, paused.error); }
  Result operator()(const Resumed&) const { return seen(Sight::resumed); }
  Result operator()(const Completed& completed) const {
    ObservePrint command = seen(Sight::finished, completed.reach);
    command.inferred = completed.inferred;
    command.suspicious = completed.suspicious;
    return command;
  }
  Result operator()(const Failed& failed) const {
    return seen(Sight::failed, failed.reach, failed.error.empty() ? "cause unknown" : failed.error);
  }
  Result operator()(const Cancelled& cancelled) const { return seen(Sight::cancelled, cancelled.reach); }
  Result operator()(const FailedToStart& failed) const {
    std::string reason(words_of(failed.why));
    if (!failed.detail.empty()) reason += ": " + failed.detail;
    return seen(Sight::failed_to_start, {}, std::move(reason));
  }
  Result operator()(const StartUncertain&) const { return seen(Sight::end_unknown, {}, "it is not known whether the print started"); }
  Result operator()(const UnknownEnd& end) const { return seen(Sight::end_unknown, end.reach, std::string(words_of(end.why))); }
  Result operator()(const ForeignPrint&) const { return std::nullopt; }   // the printer's state says busy, and the name may be personal
  Result operator()(const StatusChanged& changed) const {
    return ObservePrinter{PrinterId(printer), status_of(changed.state), detail_of(changed.state.blocked)};
  }
};

}  // namespace

std::optional<Command> command_of(const Observation& observation, const std::string& printer_id) {
  const bool of_job = !std::holds_alternative<StatusChanged>(observation.fact) && !std::holds_alternative<ForeignPrint>(observation.fact);
  if (of_job && observation.attempt.empty()) return std::nullopt;
  return std::visit(Meaning{printer_id, PrintJobId(observation.attempt)}, observation.fact);
}

}  // namespace layerline::printer
