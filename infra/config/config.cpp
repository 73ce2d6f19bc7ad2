#include "infra/config/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <simdjson.h>

#include "infra/config/limits.hpp"

namespace layerline::config {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::string variable_of(std::string_view path) {
  std::string name = "LAYERLINE_";
  for (const char c : path) {
    if (c >= 'a' && c <= 'z') name += static_cast<char>(c - 32);
    else name += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  }
  return name;
}

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// Calls `leaf(path, element)` for everything that is not an object or an array.
template <class Leaf>
std::expected<void, std::string> walk(const element& node, const std::string& path, std::size_t depth, const Leaf& leaf) {
  if (depth > limits::depth) return std::unexpected(fmt::format("{} is nested too deeply", path));
  if (node.type() == element_type::OBJECT) {
    for (const auto& [name, child] : simdjson::dom::object(node)) {
      if (name.empty() || name.contains('.')) return std::unexpected(fmt::format("below '{}' a name is empty or has a dot", path));
      if (auto walked = walk(child, joined(path, name), depth + 1, leaf); !walked) return walked;
    }
    return {};
  }
  if (node.type() == element_type::ARRAY) {
    std::size_t index = 0;
    for (const element child : simdjson::dom::array(node)) {
      if (auto walked = walk(child, joined(path, fmt::format("{}", index++)), depth + 1, leaf); !walked) return walked;
    }
    return {};
  }
  return leaf(path, node);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
  };
}

std::expected<Config, std::string> Config::parse(std::string_view json, Environment environment, std::string source) {
  Config config;
  config.environment_ = std::move(environment);
  if (json.empty()) return std::unexpected(fmt::format("{}: is empty", source));
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
    return std::unexpected(fmt::format("{}: not valid JSON: {}", source, simdjson::error_message(error)));
  }
  if (root.type() != element_type::OBJECT) return std::unexpected(fmt::format("{}: must be a JSON object", source));
  const auto leaf = [&](const std::string& path, const element& node) -> std::expected<void, std::string> {
    Value value{.kind = Kind::other, .text = {}, .source = source};
    switch (node.type()) {
      case element_type::STRING: value = {Kind::text, std::string(std::string_view(node)), source}; break;
      case element_type::BOOL: value = {Kind::flag, bool(node) ? "true" : "false", source}; break;
      case element_type::INT64: value = {Kind::integer, fmt::format("{}", std::int64_t(node)), source}; break;
      case element_type::UINT64: return std::unexpected(fmt::format("{} is too large a number", path));
      case element_type::DOUBLE: return std::unexpected(fmt::format("{} must be a whole number", path));
      case element_type::NULL_VALUE:
      case element_type::ARRAY:
      case element_type::OBJECT: break;
    }
    if (!config.values_.emplace(path, std::move(value)).second) return std::unexpected(fmt::format("{} is there twice", path));
    return {};
  };
  if (auto walked = walk(root, "", 0, leaf); !walked) return std::unexpected(fmt::format("{}: {}", source, walked.error()));
  return config;
}

std::expected<Config, std::string> Config::read(const std::filesystem::path& file, Environment environment) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(fmt::format("cannot read {}", file.string()));
  std::string json{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (json.size() > limits::file_bytes) return std::unexpected(fmt::format("{}: too long for a configuration", file.string()));
  return parse(json, std::move(environment), file.string());
}

std::optional<Config::Value> Config::find(std::string_view path) {
  asked_.emplace(path);
  const std::string variable = variable_of(path);
  if (auto value = environment_(variable)) return Value{.kind = Kind::text, .text = std::move(*value), .source = variable};
  const auto found = values_.find(path);
  if (found == values_.end() || found->second.kind == Kind::other) return std::nullopt;
  return found->second;
}

std::string Config::text(std::string_view path, std::string_view fallback) {
  const auto value = find(path);
  if (!value) return std::string(fallback);
  if (value->kind == Kind::text) return value->text;
  complaints_.push_back(fmt::format("{}: {} must be a text", value->source, path));
  return std::string(fallback);
}

std::string Config::required_text(std::string_view path) {
  const std::string value = text(path, "");
  if (value.empty()) complaints_.push_back(fmt::format("{} is missing (or set {})", path, variable_of(path)));
  return value;
}

std::int64_t Config::integer(std::string_view path, std::int64_t fallback, Range range) {
  const auto value = find(path);
  if (!value) return fallback;
  std::int64_t number = 0;
  const char* const end = value->text.data() + value->text.size();
  const auto [stop, error] = std::from_chars(value->text.data(), end, number);
  const bool from_file = value->source != variable_of(path);
  if (error != std::errc() || stop != end || (from_file && value->kind != Kind::integer)) {
    complaints_.push_back(fmt::format("{}: {} must be a whole number", value->source, path));
    return fallback;
  }
  if (number < range.least || number > range.most) {
    complaints_.push_back(fmt::format("{}: {} must be from {} to {}", value->source, path, range.least, range.most));
    return fallback;
  }
  return number;
}

bool Config::flag(std::string_view path, bool fallback) {
  const auto value = find(path);
  if (!value) return fallback;
  const bool from_file = value->source != variable_of(path);
  if (!from_file || value->kind == Kind::flag) {
    if (value->text == "true" || (!from_file && value->text == "1")) return true;
    if (value->text == "false" || (!from_file && value->text == "0")) return false;
  }
  complaints_.push_back(fmt::format("{}: {} must be true or false", value->source, path));
  return fallback;
}

std::vector<std::string> Config::children(std::string_view path) const {
  const std::string prefix = path.empty() ? std::string() : std::string(path) + ".";
  std::vector<std::string> names;
  for (const auto& [full, value] : values_) {
    if (!full.starts_with(prefix)) continue;
    const std::string name = full.substr(prefix.size(), full.find('.', prefix.size()) - prefix.size());
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

std::vector<std::string> Config::complaints() const {
  std::vector<std::string> all = complaints_;
  for (const auto& [path, value] : values_) {
    if (!asked_.contains(path)) all.push_back(fmt::format("{}: {} is not a known setting", value.source, path));
  }
  return all;
}

}  // namespace layerline::config
