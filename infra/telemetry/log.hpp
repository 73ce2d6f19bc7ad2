// JSON lines: {"time":"2026-11-21T04:30:00.123Z","level":"info","area":"http","message":"listening","port":8080}
// A field takes text, numbers and booleans only, so a Secret<T> does not compile. Names, addresses, tokens and access codes of people are
// never passed here: log ids.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace layerline::telemetry {

enum class Level { debug, info, warning, error };

struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, const std::string& text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  Field(std::string_view field_name, std::integral auto number) : name(field_name), value(static_cast<std::int64_t>(number)) {}

  std::string_view name;
  std::variant<std::string_view, bool, std::int64_t, double> value;
};

// Thread-safe; a line is one write. What cannot be written is lost: logging never stops the work.
class Logger {
 public:
  explicit Logger(Level least = Level::info);   // to stderr
  static std::expected<Logger, std::string> to_file(const std::filesystem::path& file, Level least = Level::info);   // appends
  Logger(Logger&& other) noexcept;
  ~Logger();

  void debug(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {});
  void info(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {});
  void warning(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {});
  void error(std::string_view area, std::string_view message, std::initializer_list<Field> fields = {});

 private:
  Logger(int descriptor, Level least) : descriptor_(descriptor), least_(least) {}
  void write(Level level, std::string_view area, std::string_view message, std::initializer_list<Field> fields);

  std::mutex mutex_;
  int descriptor_;
  Level least_;
};

// The line without its end; `time_ms` since 1970 UTC.
[[nodiscard]] std::string format_line(std::int64_t time_ms, Level level, std::string_view area, std::string_view message,
                                      std::initializer_list<Field> fields);

// The trace id of a W3C traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"), or a fresh one if there is no valid one.
[[nodiscard]] std::string trace_id(std::string_view traceparent);

}  // namespace layerline::telemetry
