// Bounds of a mail: sizes in bytes, times in milliseconds.
#pragma once

#include <chrono>
#include <cstddef>

namespace layerline::mail::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t address_bytes = 254;        // RFC 5321 4.5.3.1.3
inline constexpr std::size_t subject_bytes = 500;
inline constexpr std::size_t body_bytes = 1024 * 1024;   // of each of text and html
inline constexpr std::size_t encoded_line_bytes = 76;    // RFC 2045 6.8
inline constexpr std::size_t encoded_word_bytes = 45;    // of text in one encoded word, 72 of 75 when encoded (RFC 2047 2)
inline constexpr auto connect_time = 10'000ms;
inline constexpr auto total_time = 60'000ms;

}  // namespace layerline::mail::limits
