// One session with one Bambu printer on the LAN, as a state machine without I/O: what happened goes in, what to do comes out.
// Holds the connection's liveness (1.3, 1.10), the commands and their acks (1.7), and the tracker of our print (1.5, 1.6).
// Times are Unix milliseconds that never go back; call `tick` every limits::tick_ms.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workers/printer/attempt.hpp"
#include "workers/printer/observation.hpp"
#include "workers/printer/print_tracker.hpp"
#include "workers/printer/status.hpp"

namespace layerline::printer {

struct SessionConfig {
  std::string printer;
  std::string serial;
  std::uint64_t session = 0;            // fencing token: grows with every process that serves this printer
  std::uint64_t seed = 0;               // spreads reconnects and sequence ids
  std::string url_scheme = "ftp://";    // of the file in project_file; some models want file:///sdcard/ (1.7.1)
};

// Actions: what the shell does, in order.
struct Connect {};
struct CloseConnection {};
struct Subscribe { std::string topic; };
struct Publish { std::string topic, payload; };      // QoS 1; lost with its connection, never replayed
struct Upload { PrintRequest request; };             // answer with upload_finished or upload_failed
struct AbortUpload {};                               // its answer is ignored
struct Observe { Observation observation; };
using Action = std::variant<Connect, CloseConnection, Subscribe, Publish, Upload, AbortUpload, Observe>;
using Actions = std::vector<Action>;

enum class ConnectFailure { unreachable, refused_credentials, certificate_mismatch };

class BambuSession {
 public:
  explicit BambuSession(SessionConfig config);

  // What the journal believes; call before the first tick, and whenever an operator resolved an attempt.
  [[nodiscard]] Actions believe(const std::optional<RunningAttempt>& belief, std::int64_t now_ms);
  [[nodiscard]] Actions connected(std::int64_t now_ms, const std::string& certificate_pin = {});
  [[nodiscard]] Actions connect_failed(ConnectFailure why, std::int64_t now_ms);
  [[nodiscard]] Actions disconnected(std::int64_t now_ms);
  [[nodiscard]] Actions message(std::string_view bytes, bool retained, std::int64_t now_ms);
  [[nodiscard]] Actions tick(std::int64_t now_ms);
  [[nodiscard]] Actions start(const PrintRequest& request, std::int64_t now_ms);
  [[nodiscard]] Actions upload_finished(const std::string& attempt, std::int64_t now_ms);
  [[nodiscard]] Actions upload_failed(const std::string& attempt, const std::string& reason, std::int64_t now_ms);
  [[nodiscard]] Actions stop(std::int64_t now_ms);

  [[nodiscard]] const PrinterState& state() const { return state_; }
  [[nodiscard]] const Status& status() const { return status_; }   // nothing until full_seen

 private:
  enum class Link { offline, connecting, connected };
  enum class CommandKind { start, stop };
  enum class Control { ok, refused, not_answering };
  struct PendingAck {
    CommandKind kind = CommandKind::start;
    std::int64_t sent_ms = 0;
  };

  void advance(std::int64_t now_ms);
  [[nodiscard]] Actions finish();
  void observe(const std::string& attempt, std::int64_t at_ms, Fact fact);
  void publish(std::string payload);
  void ask_for_everything();
  void close(std::int64_t reconnect_in_ms);
  void link_lost(std::int64_t reconnect_in_ms);
  void on_ack(const Ack& ack);
  void on_version(const VersionReport& version);
  void check_liveness();
  void check_acks();
  void send_stop_if_due();
  void send_start();
  void refuse(const PrintRequest& request, StartFailure why, std::string detail);
  [[nodiscard]] std::optional<FailedToStart> not_startable() const;
  [[nodiscard]] Health health() const;
  [[nodiscard]] PrinterState current_state() const;
  [[nodiscard]] std::int64_t next_backoff();
  [[nodiscard]] std::uint64_t random(std::uint64_t below);

  SessionConfig config_;
  Status status_;
  PrintTracker tracker_;
  std::optional<PrintRequest> request_;         // of the attempt whose file is on its way
  PrinterState state_;
  bool state_reported_ = false;
  std::string model_, firmware_, certificate_pin_;

  Link link_ = Link::offline;
  Health offline_health_ = Health::offline;     // why there is no connection
  std::int64_t now_ms_ = 0;
  std::int64_t connect_at_ms_ = 0;
  std::int64_t connected_ms_ = 0;
  std::int64_t last_report_ms_ = 0;
  bool any_report_ = false;
  std::optional<std::int64_t> stale_asked_ms_;
  std::int64_t backoff_ms_ = 0;

  Control control_ = Control::ok;
  std::map<std::string, PendingAck> pending_acks_;   // by sequence id
  int missing_acks_ = 0;
  bool reconnected_for_acks_ = false;

  std::uint64_t command_sequence_ = 0;
  std::uint64_t observation_sequence_ = 0;
  std::uint64_t random_state_ = 0;
  Actions actions_;
};

}  // namespace layerline::printer
