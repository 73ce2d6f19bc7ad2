// The limits of the REST gateway.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::rest::limits {

inline constexpr std::size_t key_bytes = 200;
inline constexpr std::size_t idempotency_key_bytes = 255;
inline constexpr std::uint64_t upload_bytes = std::uint64_t{101} << 20;    // 100 MB of model, and the form around it
inline constexpr std::uint64_t model_bytes = std::uint64_t{100} << 20;
inline constexpr std::uint64_t photo_upload_bytes = (std::uint64_t{10} << 20) + 16'384;   // of a photo, and the form around it
inline constexpr std::size_t form_field_bytes = 4'096;
inline constexpr std::size_t text_bytes = 2'000;
inline constexpr std::int64_t quote_wait_ms = 5'000;                       // then a quote that is still being measured is answered 202
inline constexpr std::int64_t visible_wait_ms = 5'000;
inline constexpr std::uint64_t import_bytes = std::uint64_t{4} << 20;      // of a CSV file
inline constexpr std::size_t import_rows = 5'000;
inline constexpr std::size_t import_field_bytes = 2'000;                   // so that an order always fits into a record
inline constexpr std::uint32_t plan_weeks_default = 12;
inline constexpr int report_days = 30;                                     // of a report that names no dates
inline constexpr std::int64_t reads_per_minute = 600;                      // of a stranger's address, and of a customer's key:
inline constexpr std::int64_t writes_per_minute = 120;                     // as many at once, and each again after a while
inline constexpr std::int64_t requests_per_minute_max = 1'000'000;         // that an operator may allow
inline constexpr std::size_t limited_clients = 50'000;                     // that are told apart: 10 MB
inline constexpr std::size_t clients_looked_at = 16;                       // of the oldest, for each new one
inline constexpr std::size_t page_default = 50;
inline constexpr std::size_t page_max = 200;

}  // namespace layerline::rest::limits
