#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/http/running_server.hpp"

namespace layerline::http {
namespace {

using namespace std::chrono_literals;

Handler echo() {
  return [](Request& request) -> boost::asio::awaitable<Response> {
    CHECK(request.body().capacity() >= request.body().size() + limits::body_padding_bytes);
    co_return text_response(200, request.body());
  };
}

// Counts the bytes of a streamed body and keeps no more than one piece of it.
Handler counting() {
  return [](Request& request) -> boost::asio::awaitable<Response> {
    std::uint64_t size = 0;
    for (;;) {
      const auto piece = co_await request.read_body_some();
      if (!piece) co_return problem(piece.error());
      if (piece->empty()) break;
      size += piece->size();
    }
    co_return text_response(200, std::to_string(size));
  };
}

Router routes() {
  Router router;
  router.add(Method::get, "/hello", answering("hello"));
  router.add(Method::post, "/echo", echo());
  router.add(Method::post, "/upload", counting(), {.body_mode = BodyMode::streamed, .body_bytes = 50'000'000});
  router.add(Method::post, "/unread", answering("no thanks"), {.body_mode = BodyMode::streamed, .body_bytes = 50'000'000});
  router.add(Method::get, "/throw", [](Request&) -> boost::asio::awaitable<Response> { throw std::runtime_error("a bug"); });
  return router;
}

bool has_status(const std::string& answer, int status) { return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "); }

TEST_CASE("http: server: pipelined requests are answered in their order on one connection") {
  RunningServer server(routes());
  RawClient client(server);
  client.send(
      "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
      "\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().ends_with("\r\n\r\nhello"));
  CHECK(client.answer().ends_with("\r\n\r\none"));
  CHECK(client.answer().ends_with("\r\n\r\ntwo"));
  CHECK(has_status(client.answer(), 404));
}

TEST_CASE("http: server: a field that was added to the answer is in this answer only, also where the handler throws") {
  Router router;
  router.add(Method::get, "/noted", [](Request& request) -> boost::asio::awaitable<Response> {
    request.add_to_answer("Noted", "yes");
    if (request.query("throw")) throw std::runtime_error("a bug");
    co_return text_response(200, request.header_list("word"));
  });
  router.add(Method::get, "/hello", answering("hello"));
  RunningServer server(std::move(router));
  RawClient client(server);
  client.send("GET /noted HTTP/1.1\r\nHost: h\r\nWord: a, b\r\nOther: c\r\nwOrD: d\r\n\r\n");
  const std::string noted = client.answer();
  CHECK(noted.find("\r\nNoted: yes\r\n") != std::string::npos);
  CHECK(noted.ends_with("\r\n\r\na, b,d"));
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().find("Noted") == std::string::npos);
  client.send("GET /noted?throw HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().find("\r\nNoted: yes\r\n") != std::string::npos);
}

TEST_CASE("http: server: HEAD has the length and no body, and the connection goes on") {
  RunningServer server(routes());
  RawClient client(server);
  client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = client.answer(false);
  CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().ends_with("hello"));
}

TEST_CASE("http: server: a large upload is streamed") {
  RunningServer server(routes());
  RawClient client(server);
  const std::string piece(100'000, 'x');
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n");
  for (int i = 0; i < 200; ++i) client.send(piece);
  CHECK(client.answer().ends_with("\r\n\r\n20000000"));
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) client.send("186a0\r\n" + piece + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.answer().ends_with("\r\n\r\n2000000"));
}

TEST_CASE("http: server: a body above the route's limit is 413, announced or not") {
  RunningServer server(routes());
  RawClient announced(server);
  announced.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
  const std::string refused = announced.answer();
  CHECK(has_status(refused, 413));
  CHECK(refused.find("Connection: close") != std::string::npos);

  RawClient chunked(server);
  chunked.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 11; ++i) chunked.send("186a0\r\n" + std::string(100'000, 'x') + "\r\n");
  CHECK(has_status(chunked.answer(), 413));
}

TEST_CASE("http: server: 100 Continue is sent when the body is wanted, and only then") {
  RunningServer server(routes());
  RawClient wanted(server);
  wanted.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(wanted.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  wanted.send("ok");
  CHECK(wanted.answer().ends_with("\r\n\r\nok"));

  RawClient unwanted(server);
  unwanted.send("POST /unread HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
  const std::string answer = unwanted.answer();
  CHECK(has_status(answer, 200));
  CHECK(answer.find("Connection: close") != std::string::npos);
}

TEST_CASE("http: server: a short body that nobody read is skipped and the connection goes on") {
  RunningServer server(routes());
  RawClient client(server);
  client.send("POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcdeGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().ends_with("no thanks"));
  CHECK(client.answer().ends_with("hello"));
}

TEST_CASE("http: server: a malformed request is refused and its connection closed") {
  RunningServer server(routes());
  RawClient client(server);
  client.send("GARBAGE\r\n\r\n");
  const std::string answer = client.rest();
  CHECK(has_status(answer, 400));
  CHECK(answer.find("application/problem+json") != std::string::npos);

  RawClient bad_chunk(server);
  bad_chunk.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzzzzz\r\n");
  CHECK(has_status(bad_chunk.rest(), 400));
}

TEST_CASE("http: server: HTTP/1.0 and Connection: close end the connection, keep-alive keeps it") {
  RunningServer server(routes());
  RawClient old(server);
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  CHECK(old.rest().ends_with("hello"));
  RawClient kept(server);
  kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.answer().find("Connection: keep-alive") != std::string::npos);
  kept.send("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(kept.rest().ends_with("hello"));
}

TEST_CASE("http: server: a handler that throws costs its client a 500 and nothing else") {
  std::atomic<int> failures = 0;
  ServerOptions options;
  options.on_failed = [&](const Request&, const std::string& what) { failures += what == "a bug"; };
  RunningServer server(routes(), options);
  RawClient client(server);
  client.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has_status(client.answer(), 500));
  CHECK(client.answer().ends_with("hello"));
  CHECK(failures == 1);
}

TEST_CASE("http: server: a header that a handler made of foreign text cannot split the answer") {
  Router router;
  router.add(Method::get, "/go", [](Request& request) -> boost::asio::awaitable<Response> {
    Response response = text_response(302, "");
    response.headers.emplace_back("Location", std::string(*request.query("to")));
    co_return response;
  });
  RunningServer server(std::move(router));
  RawClient client(server);
  client.send("GET /go?to=x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().find("Location: x  Set-Cookie: a=b\r\n") != std::string::npos);
}

TEST_CASE("http: server: idle and slow clients are cut off") {
  ServerOptions options;
  options.idle_time = 100ms;
  options.header_time = 100ms;
  options.transfer_time = 100ms;
  RunningServer server(routes(), options);
  RawClient idle(server);
  RawClient slow_header(server);
  RawClient slow_body(server);
  slow_header.send("GET /hel");
  slow_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(idle.rest() == "");
  CHECK(slow_header.rest() == "");
  CHECK(slow_body.rest() == "");
}

TEST_CASE("http: server: connections above the limit are answered 503") {
  ServerOptions options;
  options.connections = 1;
  RunningServer server(routes(), options);
  RawClient first(server);
  first.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has_status(first.answer(), 200));
  RawClient second(server);
  CHECK(has_status(second.rest(), 503));
}

TEST_CASE("http: server: files and shared texts arrive whole") {
  const auto path = std::filesystem::temp_directory_path() / ("layerline-http-" + std::to_string(::getpid()));
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += std::to_string(i);
  std::ofstream(path, std::ios::binary) << content;
  const auto shared = std::make_shared<const std::string>(content);

  Router router;
  router.add(Method::get, "/file", [path](Request&) -> boost::asio::awaitable<Response> {
    auto file = File::open(path);
    REQUIRE(file.has_value());
    co_return Response{.headers = {{"Content-Type", "application/octet-stream"}}, .body = std::move(*file)};
  });
  router.add(Method::get, "/shared", [shared](Request&) -> boost::asio::awaitable<Response> { co_return Response{.body = shared}; });
  RunningServer server(std::move(router));
  RawClient client(server);
  client.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\nGET /shared HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.answer().ends_with("\r\n\r\n" + content));
  CHECK(client.answer().ends_with("\r\n\r\n" + content));
  std::filesystem::remove(path);
}

TEST_CASE("http: server: a stop lets the request in progress finish and closes idle connections") {
  std::promise<void> entered;
  std::promise<void> leave;
  auto may_leave = leave.get_future().share();
  Router router = routes();
  router.add(Method::get, "/slow", [&entered, may_leave](Request&) -> boost::asio::awaitable<Response> {
    entered.set_value();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (may_leave.wait_for(0s) != std::future_status::ready) {
      timer.expires_after(5ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return text_response(200, "done");
  });
  RunningServer server(std::move(router));
  RawClient idle(server);
  idle.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.answer();
  RawClient busy(server);
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.get_future().wait();
  (*server).stop(60s);
  CHECK(idle.rest() == "");
  leave.set_value();
  const std::string answer = busy.rest();
  CHECK(answer.ends_with("done"));
  CHECK(answer.find("Connection: close") != std::string::npos);
}

TEST_CASE("http: server: an address in use is named in the error") {
  RunningServer server(routes());
  ServerOptions options;
  options.port = server.port();
  boost::asio::io_context context;
  const auto second = Server::listen(context, routes(), options);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().find(std::to_string(server.port())) != std::string::npos);
}

}  // namespace
}  // namespace layerline::http
