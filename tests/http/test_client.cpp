#include "infra/http/client.hpp"
#include "tests/http/running_server.hpp"

namespace layerline::http {
namespace {

using namespace std::chrono_literals;

TEST_CASE("http: client: sends method, headers and body, and reads status, headers and body") {
  Router router;
  const Handler describe = [](Request& request) -> boost::asio::awaitable<Response> {
    Response response = text_response(201, std::string(name_of(request.method())) + " " + request.body());
    response.headers.emplace_back("X-Echo", std::string(request.header("X-Sent")));
    co_return response;
  };
  router.add(Method::post, "/it", describe);
  router.add(Method::patch, "/it", describe);
  RunningServer server(std::move(router));
  Client client;
  for (const Method method : {Method::post, Method::patch}) {
    const auto response = client.perform({.method = method, .url = server.url("/it"), .headers = {{"X-Sent", "a b"}}, .body = "text"});
    REQUIRE(response.has_value());
    CHECK(response->status == 201);
    CHECK(response->header("x-echo") == "a b");
    CHECK(response->body == std::string(name_of(method)) + " text");
  }
}

TEST_CASE("http: client: nobody listening means not done, silence after the request means unknown") {
  Client client;
  std::uint16_t free_port = 0;
  {
    RunningServer gone(Router{});
    free_port = gone.port();
  }
  const auto refused = client.perform({.url = "http://127.0.0.1:" + std::to_string(free_port) + "/"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().outcome == TransportError::Outcome::not_done);

  boost::asio::io_context context;   // accepts in the kernel's backlog and never answers
  boost::asio::ip::tcp::acceptor silent(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const auto unknown = client.perform({.url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/"},
                                      {.connect = 1s, .total = 200ms});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().outcome == TransportError::Outcome::unknown);
}

TEST_CASE("http: client: other schemes than http and https are not spoken") {
  Client client;
  const auto refused = client.perform({.url = "file:///etc/hostname"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().outcome == TransportError::Outcome::not_done);
}

}  // namespace
}  // namespace layerline::http
