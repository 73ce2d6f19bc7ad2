#include <doctest/doctest.h>

#include "infra/http/limits.hpp"
#include "infra/http/multipart.hpp"

namespace layerline::http {
namespace {

struct Collected {
  std::string log;   // "name|file|type=data;" per part
  std::expected<void, MultipartError> result;
};

Collected parse(std::string_view body, std::size_t step, std::string_view boundary = "xx") {
  Collected collected;
  PartSink sink{.on_begin =
                    [&](const PartHeader& header) {
                      collected.log += header.name + "|" + header.file_name.value_or("-") + "|" + header.content_type + "=";
                      return true;
                    },
                .on_data = [&](std::string_view data) { return collected.log.append(data), true; },
                .on_end = [&] { return collected.log += ";", true; }};
  MultipartParser parser(boundary, std::move(sink));
  for (std::size_t at = 0; at < body.size(); at += step) {
    collected.result = parser.put(body.substr(at, step));
    if (!collected.result) return collected;
  }
  collected.result = parser.finish();
  return collected;
}

MultipartError error_of(std::string_view body) {
  const auto collected = parse(body, body.size());
  REQUIRE_FALSE(collected.result.has_value());
  return collected.result.error();
}

TEST_CASE("http: multipart: parts are the same however the bytes are cut") {
  const std::string_view body =
      "preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--x\r\n\r\n--xx  \r\n"
      "content-disposition: form-data; name=\"file\"; filename=\"b \\\"q\\\" %22.stl\"\r\nContent-Type: model/stl\r\n\r\n"
      "\r\n--x\r\r\n\r\n--xx\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--xx--\r\nepilogue";
  const std::string expected = "a|-|=one\r\n--x\r\n;file|b \"q\" %22.stl|model/stl=\r\n--x\r\r\n;empty|-|=;";
  for (std::size_t step = 1; step <= body.size(); ++step) {
    const auto collected = parse(body, step);
    REQUIRE(collected.result.has_value());
    REQUIRE(collected.log == expected);
  }
}

TEST_CASE("http: multipart: a backslash before the last quote is part of the name") {
  const std::string_view body = "--xx\r\nContent-Disposition: form-data; name=\"C:\\\"\r\n\r\none\r\n--xx--";
  const auto collected = parse(body, body.size());
  REQUIRE(collected.result.has_value());
  CHECK(collected.log == "C:\\|-|=one;");
}

TEST_CASE("http: multipart: broken bodies are refused by name") {
  const std::string part = "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\ndata";
  CHECK(error_of(part) == MultipartError::truncated);
  CHECK(error_of(part + "\r\n--xx") == MultipartError::truncated);
  CHECK(error_of(part + "\r\n--xxjunk\r\n") == MultipartError::malformed);
  CHECK(error_of("--xx\r\nContent-Type: text/plain\r\n\r\ndata\r\n--xx--") == MultipartError::malformed);
  CHECK(error_of("--xx\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--xx--") == MultipartError::malformed);
  CHECK(error_of("--xx\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n\r\n--xx--") == MultipartError::malformed);
  CHECK(error_of(std::string(limits::multipart_preamble_bytes + 100, 'p')) == MultipartError::malformed);
  CHECK(error_of("--xx\r\nA: " + std::string(limits::multipart_header_bytes, 'h')) == MultipartError::header_too_large);
  std::string many;
  for (std::size_t i = 0; i <= limits::multipart_parts; ++i) many += "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
  CHECK(error_of(many) == MultipartError::too_many_parts);
}

TEST_CASE("http: multipart: the boundary is taken from the content type, if it is a valid one") {
  CHECK(multipart_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(multipart_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\"") == "a b:c");
  CHECK(multipart_boundary("multipart/form-data") == std::nullopt);
  CHECK(multipart_boundary("multipart/mixed; boundary=abc") == std::nullopt);
  CHECK(multipart_boundary("multipart/form-data; boundary=\"a\r\nb\"") == std::nullopt);
  CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')) == std::nullopt);
}

}  // namespace
}  // namespace layerline::http
