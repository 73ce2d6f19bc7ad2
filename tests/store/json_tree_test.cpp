#include <doctest/doctest.h>

#include <limits>

#include "infra/store/json_tree.hpp"
#include "infra/store/limits.hpp"

using namespace layerline::store;

TEST_CASE("store: json: a document that is read and written has the same bytes") {
  for (const std::string text : {R"({})", R"({"b":1,"a":[true,false,null,"x\"y\n"],"c":{"d":45.3,"e":-0.001}})",
                                 R"({"z":9223372036854775807,"y":-9223372036854775808})", R"({"n":"ä €","e":"","k y":[[],[{}]]})",
                                 R"({"d":0.1,"e":123456789012.345})"}) {
    const auto tree = Json::parse(text);
    REQUIRE(tree);
    CHECK(tree->str() == text);
  }
}

TEST_CASE("store: json: members keep their order through changes") {
  Json tree{{"b", 1}, {"a", "x"}};
  tree["c"] = true;
  tree["b"] = Json();
  tree["list"].push_back(decimal(45'300, 3));
  tree.erase("a");
  CHECK(tree.str() == R"({"b":null,"c":true,"list":[45.3]})");
}

TEST_CASE("store: json: decimals are exact and have no trailing zeros") {
  CHECK(decimal(0, 3).digits == "0");
  CHECK(decimal(1, 3).digits == "0.001");
  CHECK(decimal(45'300, 3).digits == "45.3");
  CHECK(decimal(-45'300, 3).digits == "-45.3");
  CHECK(decimal(1'000'000, 3).digits == "1000");
  CHECK(decimal(7, 0).digits == "7");
  CHECK(decimal(std::numeric_limits<std::int64_t>::min() + 1, 3).digits == "-9223372036854775.807");
}

TEST_CASE("store: json: what is not JSON, or too deep, is refused") {
  CHECK_FALSE(Json::parse(""));
  CHECK_FALSE(Json::parse("{"));
  CHECK_FALSE(Json::parse("{\"a\":}"));
  CHECK_FALSE(Json::parse("{\"a\":1.}"));
  CHECK_FALSE(Json::parse(std::string(json_depth_max + 2, '[') + std::string(json_depth_max + 2, ']')));
}
