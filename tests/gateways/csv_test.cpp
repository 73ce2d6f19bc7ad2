#include <doctest/doctest.h>

#include "gateways/rest/csv.hpp"

using layerline::rest::link_to_next;
using layerline::rest::parse_csv;
using Rows = std::vector<std::vector<std::string>>;

TEST_CASE("csv: rows of fields, with either kind of line end, the last one with or without it") {
  const Rows two = {{"a", "b"}, {"1", ""}};
  for (const char* text : {"a,b\n1,\n", "a,b\r\n1,\r\n", "a,b\n1,", "\xEF\xBB\xBF" "a,b\n1,\n"}) CHECK(parse_csv(text) == two);
}

TEST_CASE("csv: quotes hold commas, line ends and quotes") {
  CHECK(parse_csv("\"a,b\",\"c\nd\",\"e\"\"f\"\n") == Rows{{"a,b", "c\nd", "e\"f"}});
  CHECK(parse_csv("\"\",x\n") == Rows{{"", "x"}});
}

TEST_CASE("csv: empty lines are left out") {
  CHECK(parse_csv("") == Rows{});
  CHECK(parse_csv("\n\r\na\n\n") == Rows{{"a"}});
  CHECK(parse_csv(",\n") == Rows{{"", ""}});
}

TEST_CASE("csv: a quote that is not closed, or text behind one, is no CSV") {
  CHECK_FALSE(parse_csv("\"a\n"));
  CHECK_FALSE(parse_csv("\"a\"b\n"));
}

TEST_CASE("csv: the link to the next page asks for the same, from where this one ended") {
  CHECK(link_to_next("/prints", "0a") == R"(</prints?cursor=0a>; rel="next")");
  CHECK(link_to_next("/prints?format=csv&limit=1", "0a") == R"(</prints?cursor=0a&format=csv&limit=1>; rel="next")");
  CHECK(link_to_next("/prints?cursor=07&&format=csv", "0a") == R"(</prints?cursor=0a&format=csv>; rel="next")");
  CHECK(link_to_next("/prints?", "0a") == R"(</prints?cursor=0a>; rel="next")");
}
