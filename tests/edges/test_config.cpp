#include <algorithm>

#include <doctest/doctest.h>

#include "infra/config/config.hpp"

namespace layerline::config {
namespace {

Environment variables(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

Config parse(std::string_view json, std::map<std::string, std::string> environment = {}) {
  auto config = Config::parse(json, variables(std::move(environment)), "file");
  REQUIRE(config.has_value());
  return std::move(*config);
}

TEST_CASE("config: the environment wins over the file, the file over the default") {
  Config config = parse(R"({"http":{"port":80,"host":"file"},"fast":true})",
                        {{"LAYERLINE_HTTP_HOST", "variable"}, {"LAYERLINE_SLOW", "1"}});
  CHECK(config.integer("http.port", 8080) == 80);
  CHECK(config.text("http.host", "default") == "variable");
  CHECK(config.text("http.name", "default") == "default");
  CHECK(config.flag("fast", false));
  CHECK(config.flag("slow", false));
  CHECK(config.complaints().empty());
}

TEST_CASE("config: everything that is wrong is told at once, without the values") {
  Config config = parse(R"({"port":"eighty","size":5,"fast":"yes","hsot":"secret"})", {{"LAYERLINE_COUNT", "secret"}});
  CHECK(config.integer("port", 1) == 1);
  CHECK(config.integer("size", 1, {.least = 10, .most = 20}) == 1);
  CHECK_FALSE(config.flag("fast", false));
  CHECK(config.integer("count", 2) == 2);
  CHECK(config.required_text("host").empty());
  const auto complaints = config.complaints();
  CHECK(complaints.size() == 6);
  CHECK(std::ranges::none_of(complaints, [](const std::string& complaint) { return complaint.contains("secret"); }));
  CHECK(std::ranges::any_of(complaints, [](const std::string& complaint) { return complaint.contains("LAYERLINE_COUNT"); }));
  CHECK(std::ranges::any_of(complaints, [](const std::string& complaint) { return complaint.contains("hsot is not a known setting"); }));
}

TEST_CASE("config: lists are walked by their children") {
  Config config = parse(R"({"printers":[{"host":"a"},{"host":"b"}]})");
  std::string hosts;
  for (const auto& index : config.children("printers")) hosts += config.text("printers." + index + ".host", "");
  CHECK(hosts == "ab");
  CHECK(config.complaints().empty());
}

TEST_CASE("config: a file that is no configuration is refused with its name") {
  for (const char* json : {"", "[]", "{", R"({"a":1.5})", R"({"a.b":1})", R"({"a":1,"a":2})", R"({"a":99999999999999999999})"}) {
    const auto refused = Config::parse(json, variables({}), "the-file");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().starts_with("the-file"));
  }
  CHECK_FALSE(Config::read("/nowhere/at/all.json", variables({})).has_value());
}

}  // namespace
}  // namespace layerline::config
