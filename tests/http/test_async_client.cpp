#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "infra/http/async_client.hpp"
#include "tests/http/running_server.hpp"

namespace layerline::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Answer = std::expected<ClientResponse, TransportError>;
using Outcome = TransportError::Outcome;

// All requests at once from one io thread; the answers in the order of the requests.
std::vector<Answer> ask_all(asio::io_context& context, AsyncClient& client, const std::vector<ClientRequest>& requests,
                            Timeouts timeouts = {}) {
  std::vector<std::optional<Answer>> answers(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    asio::co_spawn(context, [&, i]() -> asio::awaitable<void> { answers[i] = co_await client.ask(requests[i], timeouts); }, asio::detached);
  }
  context.restart();
  context.run();
  std::vector<Answer> all;
  for (auto& answer : answers) {
    REQUIRE(answer.has_value());
    all.push_back(std::move(*answer));
  }
  return all;
}

Answer ask(asio::io_context& context, AsyncClient& client, const ClientRequest& request, Timeouts timeouts = {}) {
  return ask_all(context, client, {request}, timeouts).front();
}

struct Here {
  asio::io_context context;
  AsyncClient client{context};
};

// A peer that takes one connection, reads what comes first, sends `bytes` and closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes) : acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::thread([this, bytes = std::move(bytes)] {
      asio::ip::tcp::socket socket = acceptor_.accept();
      char piece[4096];
      boost::system::error_code ignored;
      socket.read_some(asio::buffer(piece), ignored);
      asio::write(socket, asio::buffer(bytes), ignored);
    });
  }
  ~OneAnswer() { thread_.join(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/"; }

 private:
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

Handler sleeping(std::chrono::milliseconds time) {
  return [time](Request&) -> asio::awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
    co_return text_response(200, "late");
  };
}

TEST_CASE("http: async client: sends method, target, headers and body, and reads status, headers and body") {
  Router router;
  router.add(Method::post, "/it", [](Request& request) -> asio::awaitable<Response> {
    Response response = text_response(201, std::string(request.target()) + " " + request.body());
    response.headers.emplace_back("X-Echo", std::string(request.header("X-Sent")));
    co_return response;
  });
  RunningServer server(std::move(router));
  Here here;
  const auto answer = ask(here.context, here.client,
                          {.method = Method::post, .url = server.url("/it?a=1"), .headers = {{"X-Sent", "a b"}}, .body = "text"});
  REQUIRE(answer.has_value());
  CHECK(answer->status == 201);
  CHECK(answer->header("x-echo") == "a b");
  CHECK(answer->body == "/it?a=1 text");
}

TEST_CASE("http: async client: requests one after the other share one connection") {
  Router router;
  router.add(Method::get, "/", answering("here"));
  router.add(Method::head, "/", answering("here"));
  RunningServer server(std::move(router));
  Here here;
  for (int i = 0; i < 5; ++i) {
    const auto answer = ask(here.context, here.client, {.method = i == 2 ? Method::head : Method::get, .url = server.url("/")});
    REQUIRE(answer.has_value());
    CHECK(answer->body == (i == 2 ? "" : "here"));
  }
  CHECK(server.open_connections() == 1);
}

TEST_CASE("http: async client: a kept connection that the server closed meanwhile is replaced") {
  Router router;
  router.add(Method::get, "/", answering("here"));
  RunningServer server(std::move(router), {.idle_time = 50ms});
  Here here;
  REQUIRE(ask(here.context, here.client, {.url = server.url("/")}).has_value());
  while (server.open_connections() > 0) std::this_thread::sleep_for(10ms);
  const auto answer = ask(here.context, here.client, {.url = server.url("/")});
  REQUIRE(answer.has_value());
  CHECK(answer->body == "here");
}

TEST_CASE("http: async client: large bodies pass in both directions, and an answer over the limit is an unknown outcome") {
  Router router;
  const Handler echo = [](Request& request) -> asio::awaitable<Response> {
    Response response;
    response.body = request.body();
    co_return response;
  };
  router.add(Method::post, "/echo", echo, {.body_bytes = limits::client_response_bytes + 1});
  RunningServer server(std::move(router));
  Here here;
  std::string body(limits::client_response_bytes, 'x');
  body.back() = 'y';
  const auto answer = ask(here.context, here.client, {.method = Method::post, .url = server.url("/echo"), .body = body});
  REQUIRE(answer.has_value());
  CHECK(answer->body == body);
  const auto over = ask(here.context, here.client, {.method = Method::post, .url = server.url("/echo"), .body = body + "z"});
  REQUIRE_FALSE(over.has_value());
  CHECK(over.error().outcome == Outcome::unknown);
}

TEST_CASE("http: async client: nobody listening is not done, and so is what it does not speak") {
  Here here;
  std::string gone;
  { gone = RunningServer(Router{}).url("/"); }
  for (const std::string& url : {gone, std::string("https://127.0.0.1/"), std::string("http://"), std::string("http://127.0.0.1:1/a b"),
                                 std::string("http://127.0.0.1:99999/"), std::string("http://user@127.0.0.1/")}) {
    const auto refused = ask(here.context, here.client, {.url = url});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().outcome == Outcome::not_done);
  }
  const auto split = ask(here.context, here.client, {.url = gone, .headers = {{"X", "a\r\nY: b"}}});
  REQUIRE_FALSE(split.has_value());
  CHECK(split.error().outcome == Outcome::not_done);
}

TEST_CASE("http: async client: an answer that comes too late is an unknown outcome, and its connection is not used again") {
  Router router;
  router.add(Method::get, "/late", sleeping(300ms));
  router.add(Method::get, "/", answering("here"));
  RunningServer server(std::move(router));
  Here here;
  const auto late = ask(here.context, here.client, {.url = server.url("/late")}, {.connect = 1s, .total = 100ms});
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().outcome == Outcome::unknown);
  const auto next = ask(here.context, here.client, {.url = server.url("/")});
  REQUIRE(next.has_value());
  CHECK(next->body == "here");
}

TEST_CASE("http: async client: a connection closed before, within or instead of the answer is an unknown outcome") {
  for (const std::string_view bytes : {"", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                                       "nonsense\r\n\r\n"}) {
    OneAnswer peer{std::string(bytes)};
    Here here;
    const auto cut = ask(here.context, here.client, {.url = peer.url()});
    REQUIRE_FALSE(cut.has_value());
    CHECK(cut.error().outcome == Outcome::unknown);
  }
}

TEST_CASE("http: async client: more requests than connections wait for their turn, and are all answered") {
  Router router;
  router.add(Method::get, "/", sleeping(20ms));
  RunningServer server(std::move(router));
  Here here;
  const std::vector<ClientRequest> requests(limits::client_connections_per_peer * 4, ClientRequest{.url = server.url("/")});
  for (const Answer& answer : ask_all(here.context, here.client, requests)) CHECK(answer.has_value());
  CHECK(server.open_connections() == limits::client_connections_per_peer);
}

TEST_CASE("http: async client: who waits for a connection until his time is over has done nothing") {
  Router router;
  std::atomic<int> calls = 0;
  router.add(Method::get, "/", [&calls](Request&) -> asio::awaitable<Response> {
    calls += 1;
    asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
    co_await timer.async_wait(asio::use_awaitable);
    co_return text_response(200, "late");
  });
  RunningServer server(std::move(router));
  Here here;
  const ClientRequest request{.url = server.url("/")};
  for (std::size_t i = 0; i < limits::client_connections_per_peer; ++i) {
    asio::co_spawn(here.context, [&]() -> asio::awaitable<void> { (void)co_await here.client.ask(request); }, asio::detached);
  }
  for (const Answer& answer : ask_all(here.context, here.client, {request, request, request}, {.connect = 1s, .total = 300ms})) {
    REQUIRE(!answer.has_value());
    CHECK(answer.error().outcome == Outcome::not_done);
  }
  CHECK(calls == limits::client_connections_per_peer);
}

}  // namespace
}  // namespace layerline::http
