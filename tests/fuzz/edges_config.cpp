// Any text is a configuration or an error, and any configuration can be asked for anything.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "infra/config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using layerline::config::Config;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  auto config = Config::parse(json, [](const std::string&) { return std::optional<std::string>(); });
  if (!config) return 0;
  for (const std::string& name : config->children("")) {
    static_cast<void>(config->text(name, ""));
    static_cast<void>(config->integer(name, 0, {.least = 0, .most = 10}));
    static_cast<void>(config->flag(name, false));
    static_cast<void>(config->children(name));
  }
  static_cast<void>(config->complaints());
  return 0;
}
