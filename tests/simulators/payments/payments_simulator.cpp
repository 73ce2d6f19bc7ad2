// Plays the payment provider: Stripe's dialect on 127.0.0.1, with signed webhooks.
//   payments_simulator [--port N] [--port-file FILE] [--webhook-url URL] [--webhook-secret whsec_…]
// Only here: POST /_simulate/pay {"intent":"pi_…","card":"ok|declined|authorise"}
//            POST /_simulate/faults {"repeat":3,"delay_ms":100,"reorder":true,"drop":1,"fail_once":true}
//            GET  /_simulate/webhooks → {"delivered":3,"waiting":0}
//            GET  /_simulate/intents → {"intents":[{"id":"pi_…","payment":"…","status":"succeeded","refunds":0}]}
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <simdjson.h>

#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "infra/http/server.hpp"
#include "infra/json/writer.hpp"
#include "tests/simulators/payments/ledger.hpp"
#include "tests/simulators/payments/webhook_sender.hpp"

namespace layerline::simulators {
namespace {

struct Arguments {
  std::uint16_t port = 0;
  std::string port_file;
  std::string webhook_url;
  Secret<std::string> webhook_secret{"whsec_simulator"};
};

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--port") arguments.port = static_cast<std::uint16_t>(std::atoi(argv[i + 1]));
    if (name == "--port-file") arguments.port_file = argv[i + 1];
    if (name == "--webhook-url") arguments.webhook_url = argv[i + 1];
    if (name == "--webhook-secret") arguments.webhook_secret = Secret<std::string>(argv[i + 1]);
  }
  return arguments;
}

std::string key_of(const http::Request& request) {
  const std::string_view header = request.header("Authorization");
  return header.starts_with("Bearer ") ? std::string(header.substr(7)) : std::string();
}

http::Response respond(const ApiAnswer& answer) {
  http::Response response = http::json_response(answer.status, answer.body);
  response.headers.emplace_back("Request-Id", "req_simulated");
  return response;
}

class Simulator {
 public:
  explicit Simulator(const Arguments& arguments)
      : sender_(arguments.webhook_url, arguments.webhook_secret),
        ledger_(crypto::hex(crypto::random_bytes(6)), [this](const std::string& event) { sender_.send(event); }) {}

  http::Router routes() {
    http::Router router;
    const auto add = [&](http::Method method, std::string_view pattern, http::Response (Simulator::*answer)(http::Request&)) {
      router.add(method, pattern, [this, answer](http::Request& request) -> boost::asio::awaitable<http::Response> {
        co_return (this->*answer)(request);
      });
    };
    add(http::Method::post, "/v1/payment_intents", &Simulator::post);
    add(http::Method::post, "/v1/payment_intents/{id}/confirm", &Simulator::post);
    add(http::Method::post, "/v1/payment_intents/{id}/cancel", &Simulator::post);
    add(http::Method::post, "/v1/refunds", &Simulator::post);
    add(http::Method::get, "/v1/payment_intents/{id}", &Simulator::read);
    add(http::Method::post, "/_simulate/pay", &Simulator::pay);
    add(http::Method::post, "/_simulate/faults", &Simulator::set_faults);
    add(http::Method::get, "/_simulate/webhooks", &Simulator::count_webhooks);
    add(http::Method::get, "/_simulate/intents", &Simulator::list_intents);
    return router;
  }

 private:
  http::Response post(http::Request& request) {
    const ApiAnswer answer = ledger_.post({.key = key_of(request),
                                           .idempotency_key = std::string(request.header("Idempotency-Key")),
                                           .content_type = std::string(request.header("Content-Type")),
                                           .path = std::string(request.path()),
                                           .body = request.body()},
                                          std::time(nullptr));
    // The worst case of a 5xx: the work was done, its answer is lost. The same key finds it again.
    if (std::exchange(fail_once_, false)) return respond(api_error(500, "api_error", "", "Simulated failure."));
    return respond(answer);
  }

  http::Response read(http::Request& request) {
    return respond(ledger_.read_intent(key_of(request), std::string(request.parameter("id"))));
  }

  http::Response pay(http::Request& request) {
    simdjson::dom::parser parser;
    simdjson::dom::element body;
    std::string_view intent;
    std::string_view card;
    if (parser.parse(request.body()).get(body) || body["intent"].get(intent) || body["card"].get(card)) {
      return http::problem(400, "bad-request", "Wanted: {\"intent\":\"pi_…\",\"card\":\"ok|declined|authorise\"}");
    }
    return respond(ledger_.pay(std::string(intent), card, std::time(nullptr)));
  }

  http::Response set_faults(http::Request& request) {
    simdjson::dom::parser parser;
    simdjson::dom::element body;
    if (parser.parse(request.body()).get(body)) return http::problem(400, "bad-request", "Wanted: a JSON object.");
    WebhookFaults faults;
    const auto number = [&](std::string_view name, int fallback) {
      std::int64_t value = 0;
      return body[name].get(value) ? fallback : static_cast<int>(value);
    };
    const auto flag = [&](std::string_view name) {
      bool value = false;
      return !body[name].get(value) && value;
    };
    faults.repeat = number("repeat", faults.repeat);
    faults.delay_ms = number("delay_ms", faults.delay_ms);
    faults.drop = number("drop", faults.drop);
    faults.reorder = flag("reorder");
    fail_once_ = flag("fail_once");
    sender_.set_faults(faults);
    return {.status = 204};
  }

  http::Response count_webhooks(http::Request&) {
    std::string body;
    json::Writer(body).begin_object().member("delivered", sender_.delivered()).member("waiting", sender_.waiting()).end();
    return http::json_response(200, body);
  }

  http::Response list_intents(http::Request&) { return http::json_response(200, ledger_.done()); }

  WebhookSender sender_;
  Ledger ledger_;
  bool fail_once_ = false;
};

int run(const Arguments& arguments) {
  boost::asio::io_context context(1);
  Simulator simulator(arguments);
  http::ServerOptions options;
  options.port = arguments.port;
  auto server = http::Server::listen(context, simulator.routes(), options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().c_str());
    return 1;
  }
  if (!arguments.port_file.empty()) {   // renamed into place: a reader never sees it half-written
    const std::string unfinished = arguments.port_file + ".part";
    std::ofstream(unfinished) << server->port() << "\n";
    std::filesystem::rename(unfinished, arguments.port_file);
  }
  std::printf("payments_simulator: listening on 127.0.0.1:%d\n", server->port());
  std::fflush(stdout);
  context.run();
  return 0;
}

}  // namespace
}  // namespace layerline::simulators

int main(int argc, char** argv) { return layerline::simulators::run(layerline::simulators::parse_arguments(argc, argv)); }
