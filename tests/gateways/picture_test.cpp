#include <doctest/doctest.h>

#include "gateways/rest/picture.hpp"

using layerline::rest::picture_type;
using namespace std::string_view_literals;

TEST_CASE("rest: pictures: JPEG and PNG are known by their first bytes, and nothing else is one") {
  CHECK(picture_type("\xff\xd8\xff\xe0\0\x10JFIF"sv) == "image/jpeg");
  CHECK(picture_type("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv) == "image/png");
  CHECK(picture_type("\x89PNG\r\n\x1a\n\0\0\0\rIDAT"sv).empty());
  CHECK(picture_type("\x89PNG"sv).empty());
  CHECK(picture_type("\xff\xd8"sv).empty());
  CHECK(picture_type("<svg onload=alert(1)>"sv).empty());
  CHECK(picture_type("GIF89a"sv).empty());
  CHECK(picture_type(""sv).empty());
}
