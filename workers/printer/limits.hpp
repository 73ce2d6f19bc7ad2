// Every limit of the printer sessions. Sections are those of the Bambu LAN notes: 1.3 liveness, 1.5 edges, 1.7.2 start, 1.8 FTPS.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::printer::limits {

// Starting (1.7.2): no sign of our job, then one more full report, then "uncertain"; longer once the printer shows our name.
inline constexpr std::int64_t start_confirm_ms = 90'000;
inline constexpr std::int64_t start_recheck_ms = 10'000;
inline constexpr std::int64_t landed_start_ms = 180'000;

// Ending (1.5): the cancel code follows FAILED by up to 4.65 s in a recording; an IDLE of one report is a glitch.
inline constexpr std::int64_t cause_grace_ms = 10'000;
inline constexpr std::int64_t idle_debounce_ms = 3'000;
inline constexpr int idle_debounce_reports = 2;
inline constexpr std::int64_t pause_debounce_ms = 2'000;
inline constexpr std::int64_t stop_resend_ms = 30'000;
inline constexpr int complete_percent = 95;          // below it (and below the last layer) a FINISH is suspicious
inline constexpr int progress_step_percent = 5;

// Liveness (1.3): only reports count, never PINGRESP.
inline constexpr std::int64_t first_report_ms = 15'000;
inline constexpr std::int64_t stale_ms = 60'000;
inline constexpr std::int64_t stale_teardown_ms = 20'000;
inline constexpr std::int64_t stale_cooldown_ms = 30'000;
inline constexpr std::int64_t ack_timeout_ms = 10'000;
inline constexpr int missing_acks = 2;
inline constexpr std::int64_t backoff_first_ms = 1'000;
inline constexpr std::int64_t backoff_last_ms = 30'000;
inline constexpr std::int64_t refused_retry_ms = 300'000;   // wrong code or certificate: an operator has to act first
inline constexpr std::int64_t tick_ms = 250;

// The farm.
inline constexpr std::int64_t external_spool_slot = 254;     // as the printers number it: not in the AMS
inline constexpr std::int64_t owner_retry_ms = 200;
inline constexpr std::int64_t duty_check_ms = 250;
inline constexpr std::int64_t show_wait_ms = 15'000;         // a start waits so long for the first report after a connection was made

// Telemetry: of what a printer says about once a second, so much is passed on.
inline constexpr std::int64_t telemetry_every_ms = 5'000;
inline constexpr double coldest_celsius = -100;              // beyond these it is no measurement
inline constexpr double hottest_celsius = 1'000;

// Sizes.
inline constexpr std::size_t message_bytes = 1 << 20;       // the largest real report is 40 KB
inline constexpr std::size_t text_bytes = 256;              // a longer name or id in a report is cut
inline constexpr std::size_t trays = 64;
inline constexpr std::size_t hms_entries = 64;
inline constexpr std::size_t remote_name_bytes = 60;

// Uploads (1.8).
inline constexpr std::int64_t upload_shortest_deadline_ms = 600'000;
inline constexpr std::int64_t upload_slowest_bytes_per_s = 25'000;
inline constexpr std::int64_t upload_no_progress_ms = 60'000;
inline constexpr int upload_attempts = 3;
inline constexpr int uploads_at_once = 4;              // over all printers

}  // namespace layerline::printer::limits
