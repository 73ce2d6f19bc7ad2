#include <doctest/doctest.h>

#include "domain/shops/decimal_money.hpp"
#include "domain/shops/shop_time.hpp"

namespace layerline::shops {

TEST_CASE("shops: money: decimal text becomes minor units of its currency") {
  struct Row {
    const char* text;
    const char* currency;
    std::optional<std::int64_t> units;
  };
  const Row rows[] = {{"29.35", "USD", 2935},      {"0.9", "USD", 90},         {"55", "USD", 5500},       {"0.00", "EUR", 0},
                      {"-5.00", "USD", -500},      {"100", "JPY", 100},        {"100.00", "JPY", 100},    {"1.234", "KWD", 1234},
                      {"0.29", "USD", 29},         {"1.15", "USD", 115},       {"1.005", "USD", 101},     {"1.004999", "USD", 100},
                      {"-1.005", "USD", -101},     {"1000000000.00", "USD", 100'000'000'000},
                      {"1000000000.01", "USD", std::nullopt}, {"99999999999999999999999999.00", "USD", std::nullopt},
                      {"", "USD", std::nullopt},   {".5", "USD", std::nullopt}, {"5.", "USD", std::nullopt}, {"1e3", "USD", std::nullopt},
                      {"1,5", "USD", std::nullopt}, {"$5", "USD", std::nullopt}, {" 5", "USD", std::nullopt}, {"--5", "USD", std::nullopt},
                      {"+5", "USD", std::nullopt}, {"5.0.0", "USD", std::nullopt}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(minor_units(row.text, row.currency) == row.units);
  }
}

TEST_CASE("shops: time: every form that the shops write is read, what is no time is not") {
  CHECK(shop_time("2017-03-22T19:28:02") == Time{1'490'210'882'000});
  CHECK(shop_time("2017-03-22T19:28:02Z") == Time{1'490'210'882'000});
  CHECK(shop_time("2017-03-22T20:28:02.5+01:00") == Time{1'490'210'882'500});
  CHECK(shop_time("2017-03-22 14:28:02.123456-0500") == Time{1'490'210'882'123});
  CHECK(shop_time("2020-04-22T22:18+00:00") == Time{1'587'593'880'000});   // of the documentation, without seconds
  for (const char* text : {"", "yesterday", "2017-13-01T00:00:00Z", "2017-02-30T00:00:00Z", "2017-03-22", "2017-03-22T25:00:00Z",
                           "2017-03-22T19:28:02ZZ", "2017-03-22T19:28:02.Z", "2017-03-22T19:28:02+1",
                           "0000-03-22T19:28:02Z", "2017-3-22T19:28:02Z"})
    CHECK_MESSAGE(!shop_time(text), text);
}

TEST_CASE("shops: time: the clock of an answer is read as HTTP writes it, and as nothing else") {
  CHECK(http_time("Sun, 06 Nov 1994 08:49:37 GMT") == Time{784'111'777'000});
  for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 ovD 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT", "1994-11-06T08:49:37.0000 GMT"})
    CHECK_MESSAGE(!http_time(text), text);
}

}  // namespace layerline::shops
