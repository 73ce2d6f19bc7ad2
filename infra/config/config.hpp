// Settings from a JSON file, overridden by the environment. Each is asked for by its dotted path and type, with a default;
// what was wrong is collected, so that an operator sees all of it at once:
//   Config config = ...;
//   const auto port = config.integer("http.port", 8080, {.least = 0, .most = 65535});
//   if (const auto complaints = config.complaints(); !complaints.empty()) ...
// The environment variable of "http.port" is LAYERLINE_HTTP_PORT.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::config {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

struct Range {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

class Config {
 public:
  // The error names the file and what is wrong with it. `json` must be an object; names hold no dots.
  static std::expected<Config, std::string> parse(std::string_view json, Environment environment, std::string source = "configuration");
  static std::expected<Config, std::string> read(const std::filesystem::path& file, Environment environment);

  [[nodiscard]] std::string text(std::string_view path, std::string_view fallback);
  [[nodiscard]] std::int64_t integer(std::string_view path, std::int64_t fallback, Range range = {});
  [[nodiscard]] bool flag(std::string_view path, bool fallback);   // JSON true or false; in the environment also 1 and 0
  // As text(), but its absence is a complaint.
  [[nodiscard]] std::string required_text(std::string_view path);
  // Names of the members, or the indices of the elements ("0", "1", …), directly below a path of the file.
  [[nodiscard]] std::vector<std::string> children(std::string_view path) const;

  // Wrong types, values out of range, missing ones, and settings of the file that nobody asked for (a misspelt name). Values are not
  // quoted: they may be secrets.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  enum class Kind { text, integer, flag, other };
  struct Value {
    Kind kind;
    std::string text;     // as in the file, without quotes
    std::string source;   // file or variable, for complaints
  };

  std::optional<Value> find(std::string_view path);

  Environment environment_;
  std::map<std::string, Value, std::less<>> values_;
  std::set<std::string, std::less<>> asked_;
  std::vector<std::string> complaints_;
};

}  // namespace layerline::config
