// Every bound of the HTTP server and client. Sizes in bytes, times in milliseconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace layerline::http::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t header_bytes = 16 * 1024;            // request line and all header fields together
inline constexpr std::size_t header_fields = 100;
inline constexpr std::size_t read_buffer_bytes = 4 * 1024;        // of an idle connection; grows for long headers and bodies
inline constexpr std::uint64_t body_bytes = 1024 * 1024;          // a route that takes more says so
inline constexpr std::size_t body_padding_bytes = 64;             // capacity behind a body, for simdjson
inline constexpr std::size_t streamed_piece_bytes = 256 * 1024;   // read at once from a large upload
inline constexpr std::uint64_t lingered_bytes = 16 << 20;         // still taken from a client that sends on behind its last answer
inline constexpr std::uint64_t drained_bytes = 256 * 1024;        // of a body that nobody read, before the connection is closed
inline constexpr std::size_t file_piece_bytes = 256 * 1024;       // read at once from a file that is being sent
inline constexpr std::size_t copied_body_bytes = 8 * 1024;        // smaller bodies are copied behind their header

inline constexpr std::size_t connections = 8'000;
inline constexpr int accept_backlog = 1'024;
inline constexpr auto idle_time = 75'000ms;                       // between two requests of a kept connection
inline constexpr auto header_time = 10'000ms;                     // from the first byte to the empty line
inline constexpr auto transfer_time = 30'000ms;                   // for a body or an answer, and more by its size:
inline constexpr std::uint64_t slowest_bytes_per_second = 4'096;  // a slower client is cut off
inline constexpr auto linger_time = 2'000ms;                      // for the client to read an answer that closes the connection
inline constexpr auto sweep_period = 250ms;                       // precision of all of these
inline constexpr auto accept_retry = 100ms;                       // after accept failed for want of descriptors
inline constexpr auto stop_grace = 10'000ms;                      // for requests in progress when the server stops

inline constexpr std::size_t multipart_boundary_bytes = 70;       // RFC 2046 5.1.1
inline constexpr std::size_t multipart_header_bytes = 8 * 1024;   // of one part
inline constexpr std::size_t multipart_parts = 200;
inline constexpr std::size_t multipart_preamble_bytes = 1024;

inline constexpr auto client_connect_time = 5'000ms;
inline constexpr auto client_total_time = 80'000ms;               // as the official Stripe SDK waits
inline constexpr std::size_t client_response_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t client_connections_per_peer = 64;    // of an AsyncClient; what is more waits
inline constexpr std::size_t client_waiting_per_peer = 4'096;
inline constexpr auto client_keep_time = 60'000ms;                // of an idle connection: shorter than our server's idle_time

}  // namespace layerline::http::limits
