#include "infra/telemetry/log.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "infra/json/writer.hpp"

namespace layerline::telemetry {
namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  std::unreachable();
}

std::string iso_time(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec, time_ms % 1000);
}

}  // namespace

std::string format_line(std::int64_t time_ms, Level level, std::string_view area, std::string_view message,
                        std::initializer_list<Field> fields) {
  std::string line;
  json::Writer writer(line);
  writer.begin_object().member("time", iso_time(time_ms)).member("level", name_of(level)).member("area", area).member("message", message);
  for (const Field& field : fields) {
    std::visit([&](const auto& value) { writer.member(field.name, value); }, field.value);
  }
  writer.end();
  return line;
}

Logger::Logger(Level least) : Logger(STDERR_FILENO, least) {}

Logger::Logger(Logger&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), least_(other.least_) {}

Logger::~Logger() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

std::expected<Logger, std::string> Logger::to_file(const std::filesystem::path& file, Level least) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) return std::unexpected(fmt::format("cannot write the log {}: {}", file.string(), std::strerror(errno)));
  return Logger(descriptor, least);
}

void Logger::debug(std::string_view area, std::string_view message, std::initializer_list<Field> fields) {
  write(Level::debug, area, message, fields);
}
void Logger::info(std::string_view area, std::string_view message, std::initializer_list<Field> fields) {
  write(Level::info, area, message, fields);
}
void Logger::warning(std::string_view area, std::string_view message, std::initializer_list<Field> fields) {
  write(Level::warning, area, message, fields);
}
void Logger::error(std::string_view area, std::string_view message, std::initializer_list<Field> fields) {
  write(Level::error, area, message, fields);
}

void Logger::write(Level level, std::string_view area, std::string_view message, std::initializer_list<Field> fields) {
  if (level < least_) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::string line = format_line(now_ms, level, area, message, fields) + "\n";
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

std::string trace_id(std::string_view traceparent) {
  constexpr std::size_t id_at = 3;
  constexpr std::size_t id_size = 32;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (traceparent.size() == 55 && traceparent.starts_with("00-") && traceparent[35] == '-' && traceparent[52] == '-') {
    const std::string_view id = traceparent.substr(id_at, id_size);
    if (std::ranges::all_of(id, is_hex) && id.find_first_not_of('0') != std::string_view::npos) return std::string(id);
  }
  return crypto::hex(crypto::random_bytes(id_size / 2));
}

}  // namespace layerline::telemetry
