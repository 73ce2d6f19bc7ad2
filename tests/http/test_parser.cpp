#include <doctest/doctest.h>

#include "infra/http/request_parser.hpp"

namespace layerline::http {
namespace {

struct Parsed {
  std::expected<bool, ParseError> complete = false;
  std::string body;
  std::size_t consumed = 0;
};

// Feeds `bytes` in pieces of `step`, as a connection would.
Parsed parse(Request& request, std::string_view bytes, std::size_t step) {
  RequestParser parser;
  parser.begin(request);
  Parsed parsed;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += step) {
    pending += bytes.substr(at, step);
    for (;;) {
      const auto taken = parser.put(pending, parsed.body);
      if (!taken) {
        parsed.complete = std::unexpected(taken.error());
        return parsed;
      }
      pending.erase(0, *taken);
      parsed.consumed += *taken;
      if (*taken == 0 || pending.empty() || parser.done()) break;
    }
  }
  parsed.complete = parser.done();
  return parsed;
}

ParseError refusal(std::string_view bytes) {
  Request request;
  const auto parsed = parse(request, bytes, bytes.size());
  REQUIRE_FALSE(parsed.complete.has_value());
  return parsed.complete.error();
}

TEST_CASE("http: parser: a request is the same however its bytes are cut") {
  const std::string_view bytes =
      "POST /a%20b/c?x=1%2B1&y=a+b HTTP/1.1\r\nHost: h\r\nX-Two: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nWiki\r\n5;ext=1\r\npedia\r\n0\r\nTrailer: t\r\n\r\nGET / HTTP/1.1\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    Request request;
    const auto parsed = parse(request, bytes, step);
    REQUIRE(parsed.complete == true);
    CHECK(parsed.body == "Wikipedia");
    CHECK(request.method() == Method::post);
    REQUIRE(request.segments().size() == 2);
    CHECK(request.segments()[0] == "a b");
    CHECK(request.query("x") == "1+1");
    CHECK(request.query("y") == "a b");
    CHECK(request.header("x-two") == "2");
    CHECK(request.header("Trailer") == "");
    CHECK(bytes.substr(parsed.consumed) == "GET / HTTP/1.1\r\n");
  }
}

TEST_CASE("http: parser: requests that two servers could read differently are refused") {
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -4\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n") == ParseError::unsupported_transfer_encoding);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n") == ParseError::unsupported_transfer_encoding);
  CHECK(refusal("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET / HTTP/1.1\r\nHost : a\r\n\r\n") == ParseError::bad_request);
}

TEST_CASE("http: parser: bad targets and versions are refused") {
  CHECK(refusal("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET /%FF HTTP/1.1\r\nHost: h\r\n\r\n") == ParseError::bad_request);   // no UTF-8
  CHECK(refusal("GET /?q=%C3 HTTP/1.1\r\nHost: h\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET a HTTP/1.1\r\nHost: h\r\n\r\n") == ParseError::bad_request);
  CHECK(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == ParseError::unsupported_version);
}

TEST_CASE("http: parser: a header is bounded in bytes and fields, however slowly it comes") {
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (std::size_t i = 0; i <= limits::header_fields; ++i) many += "A: b\r\n";
  CHECK(refusal(many + "\r\n") == ParseError::header_too_large);

  std::string long_fields = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 20; ++i) long_fields += "A: " + std::string(1'000, 'x') + "\r\n";
  Request request;
  const auto slowly = parse(request, long_fields, 100);
  REQUIRE_FALSE(slowly.complete.has_value());
  CHECK(slowly.complete.error() == ParseError::header_too_large);
}

TEST_CASE("http: request: absolute targets, empty segments and encoded slashes keep their meaning") {
  const Request absolute(Method::get, "http://host:1/a/b?c");
  CHECK(absolute.path() == "/a/b");
  CHECK(absolute.query("c") == "");
  CHECK(absolute.query("d") == std::nullopt);

  const Request encoded(Method::get, "/a%2Fb/");
  REQUIRE(encoded.segments().size() == 2);
  CHECK(encoded.segments()[0] == "a/b");
  CHECK(encoded.segments()[1] == "");
}

}  // namespace
}  // namespace layerline::http
