// Answers GET and POST /constant with fixed bytes: the ceiling of what any request over infra/http can reach.
//   http_constant [PORT [BODY_BYTES]]    prints "listening on PORT"
#include <cstdio>
#include <cstdlib>

#include <boost/asio/io_context.hpp>

#include "infra/http/server.hpp"

int main(int argc, char** argv) {
  using namespace layerline::http;
  boost::asio::io_context context(1);
  Router router;
  std::string json = R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"constant"})";
  if (argc > 2) json.resize(static_cast<std::size_t>(std::atoi(argv[2])), ' ');   // as large as what it is compared with
  const auto document = std::make_shared<const std::string>(std::move(json));
  const auto answer = [document](Request&) -> boost::asio::awaitable<Response> {
    co_return Response{.headers = {{"Content-Type", "application/json"}}, .body = document};
  };
  router.add(Method::get, "/constant", answer);
  router.add(Method::post, "/constant", answer);
  ServerOptions options;
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  auto server = Server::listen(context, std::move(router), options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().c_str());
    return 1;
  }
  std::printf("listening on %d\n", server->port());
  std::fflush(stdout);
  context.run();
}
