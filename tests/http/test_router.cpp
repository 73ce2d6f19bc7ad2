#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include "infra/http/router.hpp"

namespace layerline::http {
namespace {

Handler saying(std::string text, std::string parameter = {}) {
  return [text, parameter](Request& request) -> boost::asio::awaitable<Response> {
    co_return text_response(200, parameter.empty() ? text : text + std::string(request.parameter(parameter)));
  };
}

Router shop() {
  Router router;
  router.add(Method::get, "/", saying("root"));
  router.add(Method::get, "/orders", saying("list"));
  router.add(Method::post, "/orders", saying("create"));
  router.add(Method::get, "/orders/{id}", saying("order ", "id"));
  router.add(Method::get, "/orders/latest", saying("latest"));
  router.add(Method::patch, "/orders/{id}/lines/{line}", saying("line ", "line"));
  return router;
}

Response ask(const Router& router, Method method, std::string_view target) {
  boost::asio::io_context context;
  Request request(method, target);
  auto answer = boost::asio::co_spawn(context, router.handle(request), boost::asio::use_future);
  context.run();
  return answer.get();
}

std::string text_of(const Response& response) { return std::get<std::string>(response.body); }

TEST_CASE("http: router: literal segments win over parameters, and a dead end goes back") {
  const Router router = shop();
  CHECK(text_of(ask(router, Method::get, "/")) == "root");
  CHECK(text_of(ask(router, Method::get, "/orders")) == "list");
  CHECK(text_of(ask(router, Method::get, "/orders/latest")) == "latest");
  CHECK(text_of(ask(router, Method::get, "/orders/17?x=y")) == "order 17");
  CHECK(text_of(ask(router, Method::get, "/orders/a%2Fb")) == "order a/b");
  CHECK(text_of(ask(router, Method::patch, "/orders/latest/lines/3")) == "line 3");
}

TEST_CASE("http: router: what is not there is 404, another method is 405 with Allow") {
  const Router router = shop();
  CHECK(ask(router, Method::get, "/order").status == 404);
  CHECK(ask(router, Method::get, "/orders/").status == 404);
  CHECK(ask(router, Method::get, "/orders/1/lines").status == 404);
  const Response refused = ask(router, Method::del, "/orders");
  CHECK(refused.status == 405);
  CHECK(refused.headers.back() == Header{"Allow", "GET, HEAD, POST, OPTIONS"});
  CHECK(ask(router, Method::other, "/orders").status == 405);
}

TEST_CASE("http: router: what has no route goes to the one that is for everything else, with any method") {
  Router router = shop();
  router.add_otherwise([](Request&) -> boost::asio::awaitable<Response> { co_return text_response(503, "later"); });
  CHECK(ask(router, Method::get, "/orders").status == 200);
  CHECK(ask(router, Method::del, "/orders").status == 405);
  for (const Method method : {Method::get, Method::post, Method::del, Method::other}) CHECK(ask(router, method, "/order/1").status == 503);
}

TEST_CASE("http: router: HEAD takes the handler of GET, OPTIONS names the methods") {
  const Router router = shop();
  CHECK(ask(router, Method::head, "/orders/7").status == 200);
  const Response options = ask(router, Method::options, "/orders/7");
  CHECK(options.status == 204);
  CHECK(options.headers.back() == Header{"Allow", "GET, HEAD, OPTIONS"});
}

TEST_CASE("http: problem: foreign text cannot break the document") {
  const Response response = problem(422, "a-type", "quote \" and \n and \xff", {{"member", "</script>"}});
  CHECK(response.status == 422);
  CHECK(text_of(response) ==
        "{\"type\":\"a-type\",\"title\":\"Unprocessable Content\",\"status\":422,"
        "\"detail\":\"quote \\\" and \\n and \xEF\xBF\xBD\",\"member\":\"</script>\"}");
}

}  // namespace
}  // namespace layerline::http
