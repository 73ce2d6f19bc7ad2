// What a printer session tells the application. Observations are facts about edges, never levels: the same report twice gives none.
// They are deduplicated by (printer, session, sequence); `attempt` is empty where no attempt of ours is meant.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace layerline::printer {

// How far a print got; the best values seen, since the printer resets its own at a cancel.
struct Reach {
  int percent = 0;
  int layer = 0;
  int total_layers = 0;     // 0: unknown
  friend bool operator==(const Reach&, const Reach&) = default;
};

struct Started {
  bool late = false;        // seen after a reconnect, or after StartUncertain
};
struct Progress {           // at every 5 % only
  Reach reach;
  int remaining_minutes = 0;
};
struct Paused {
  std::string error;        // "1200-8006"; empty if the printer gave none
  int stage = 0;            // stg_cur, 1.4.2
};
struct Resumed {};
struct Completed {
  Reach reach;
  bool inferred = false;    // it ended while we were away
  bool suspicious = false;  // FINISH, but neither the percentage nor the layer were near the end
};
struct Failed {
  Reach reach;
  std::string error;        // "0300-8003"; empty: cause unknown
  bool inferred = false;
};
enum class CancelledBy { us, at_printer };
struct Cancelled {
  Reach reach;
  CancelledBy by = CancelledBy::us;
};

// Nothing was printed. May follow Started, if the printer gave up while it prepared.
enum class StartFailure { not_ready, busy, upload_failed, rejected, control_blocked, printer_error };
struct FailedToStart {
  StartFailure why = StartFailure::not_ready;
  std::string detail;       // the printer's code or words, for an operator
};
// The command went out and nothing is known: an operator decides, or a late Started does. It is never sent again by itself.
struct StartUncertain {};

enum class UnknownEndReason { went_idle, superseded, not_found };
struct UnknownEnd {
  Reach reach;
  UnknownEndReason why = UnknownEndReason::went_idle;
};
// Somebody else's print runs. The name may be personal: seal it or drop it.
struct ForeignPrint {
  std::string name;
};

enum class Health { offline, auth_failed, certificate_mismatch, connecting, no_data, live, stale };
enum class Activity { unknown, idle, busy, blocked };
enum class Blocked { no, updating, no_storage, control_refused, control_not_answering };

struct Tray {
  int index = 0;            // global: AMS * 4 + slot, 128.. for AMS HT, 254 and 255 the external spool
  std::string material;     // "PLA"
  std::string colour;       // RRGGBBAA
  friend bool operator==(const Tray&, const Tray&) = default;
};

struct PrinterState {
  Health health = Health::offline;
  Activity activity = Activity::unknown;   // meaningful while health is live
  Blocked blocked = Blocked::no;
  std::string model;                       // "Bambu Lab A1 mini"; from the serial until the printer says so
  std::string firmware;
  std::string certificate_pin;             // "sha256//<base64>" that the printer showed; kept by the operator, it is required from then on
  std::string nozzle_mm;                   // "0.4"
  std::vector<Tray> trays;                 // loaded ones only, by index
  friend bool operator==(const PrinterState&, const PrinterState&) = default;
};
struct StatusChanged {
  PrinterState state;
};

using Fact = std::variant<Started, Progress, Paused, Resumed, Completed, Failed, Cancelled, FailedToStart, StartUncertain, UnknownEnd,
                          ForeignPrint, StatusChanged>;

struct Observation {
  std::string printer;
  std::uint64_t session = 0;     // fencing token of this process's session with the printer
  std::uint64_t sequence = 0;    // 1, 2, ... within the session
  std::string attempt;
  std::int64_t at_ms = 0;
  Fact fact;
};

}  // namespace layerline::printer
