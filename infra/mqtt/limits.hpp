// Every limit of an MQTT connection.
#pragma once

namespace layerline::mqtt::limits {

inline constexpr int keepalive_s = 30;
inline constexpr int connect_deadline_ms = 15'000;     // from the TCP connect to the CONNACK
inline constexpr int handshake_poll_ms = 5;            // the library asks to write while TLS waits to read: not in a busy loop
inline constexpr int misc_interval_ms = 1'000;         // keep-alives
inline constexpr int message_bytes = 1 << 20;

}  // namespace layerline::mqtt::limits
