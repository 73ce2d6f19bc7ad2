// The contract against the routes of the gateway, and both pages of it as they are served.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "gateways/rest/api.hpp"
#include "infra/app/health.hpp"

using namespace layerline;

namespace {

// A gateway over an empty store; nobody decides behind it.
class Gateway {
 public:
  Gateway() {
    rest::add_routes(router_, api_);
    app::add_health(router_, {});
  }
  ~Gateway() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::set<std::string> routes() const {
    std::set<std::string> out;
    for (const http::Route* route : router_.routes()) out.insert(std::string(http::name_of(route->method)) + " " + route->pattern);
    return out;
  }
  [[nodiscard]] http::Response get(std::string_view path) {
    http::Request request(http::Method::get, path);
    http::Response response;
    boost::asio::co_spawn(
        io_, [&]() -> boost::asio::awaitable<void> { response = co_await router_.handle(request); }, boost::asio::detached);
    io_.restart();
    io_.run();
    return response;
  }

 private:
  template <class T, class E>
  static T opened(std::expected<T, E> made) {
    REQUIRE(made);
    return std::move(*made);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("layerline-openapi-" + std::to_string(std::random_device{}()));
  const bool made_ = std::filesystem::create_directories(folder_);
  boost::asio::io_context io_;
  boost::asio::thread_pool files_{1};
  app::Commands commands_{io_, [](const std::string&) { return std::nullopt; }};
  app::AccessTable access_;
  app::Directory directory_;
  app::RulesTable rules_;
  app::ShopTable shops_;
  store::Store store_ = opened(store::Store::open(folder_ / "documents"));
  projections::Projector projector_{store_, projections::Source{.partitions = 1, .read = [](auto, const auto& from, auto) {
                                                                  return projections::Reading{.commits = {}, .after = from};
                                                                }}};
  projections::Queries queries_{store_, projector_.keyspaces()};
  internal::LocalViews local_views_{io_, queries_, projector_};
  rest::Views views_{local_views_, "journal"};
  rest::RequestLimits limits_;
  blob::BlobStore blobs_ = opened(blob::BlobStore::open(folder_ / "blobs"));
  circuit::Circuits circuits_;
  const std::string secret_ = "secret";
  rest::Api api_{.io = io_,
                 .files = files_,
                 .commands = commands_,
                 .access = access_,
                 .directory = directory_,
                 .rules = rules_,
                 .shops = shops_,
                 .views = views_,
                 .limits = limits_,
                 .blobs = blobs_,
                 .circuits = circuits_,
                 .secret = secret_,
                 .public_url = "http://192.0.2.1:8080",
                 .partitions = 1,
                 .stripe_webhook_secrets = {},
                 .destroy_key = {},
                 .trouble = {}};
  http::Router router_;
};

std::string contract_file() {
  std::ifstream file(std::filesystem::path(LAYERLINE_SOURCE_DIR) / "schemas/openapi.yaml");
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "GET /api/v1/quotes" of every operation that holds these words: methods stand under a path of `paths:`, four spaces in.
std::set<std::string> operations(const std::string& contract, std::string_view words = {}) {
  std::set<std::string> out;
  std::istringstream lines(contract);
  std::string path, operation;
  bool among_paths = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ') among_paths = line == "paths:";
    if (!among_paths) operation.clear();
    if (!operation.empty() && line.contains(words)) out.insert(operation);
    if (!among_paths || !line.ends_with(':') || line.starts_with("     ")) continue;
    line.pop_back();
    if (line.starts_with("    ")) {
      std::string method = line.substr(4);
      std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      operation = method + " " + path;
    } else {
      path = line.substr(2);
    }
  }
  return out;
}

std::set<std::string> only_in_first(const std::set<std::string>& first, const std::set<std::string>& second) {
  std::set<std::string> out;
  std::ranges::set_difference(first, second, std::inserter(out, out.end()));
  return out;
}

// "GET /orders/{}" of "GET /orders/{id}".
std::string without_names(const std::string& operation) { return std::regex_replace(operation, std::regex("\\{[^}]*\\}"), "{}"); }

std::string text_of(const http::Response& response) {
  CHECK(response.status == 200);
  return std::get<std::string>(response.body);
}

}  // namespace

TEST_CASE("openapi: contract: every route of the gateway is in it, and it promises no other") {
  Gateway gateway;
  const std::set<std::string> promised = operations(contract_file());
  REQUIRE(promised.contains("POST /api/v1/quotes"));
  for (const std::string& route : only_in_first(gateway.routes(), promised)) FAIL_CHECK("not in schemas/openapi.yaml: " << route);
  for (const std::string& operation : only_in_first(promised, gateway.routes())) FAIL_CHECK("not a route: " << operation);
}

TEST_CASE("openapi: contract: every endpoint that the product documents name is served") {
  Gateway gateway;
  std::set<std::string> served;
  for (const std::string& operation : operations(text_of(gateway.get("/openapi.yaml")))) served.insert(without_names(operation));
  std::ifstream file(std::filesystem::path(LAYERLINE_SOURCE_DIR) / "tests/openapi/endpoints_of_the_documents.txt");
  std::size_t named = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::string method, path;
    std::istringstream(line) >> method >> path;
    named += 1;
    if (!served.contains(without_names(method + " " + path))) FAIL_CHECK("no document is to name what is not there: " << line);
  }
  CHECK(named > 40);
}

TEST_CASE("openapi: contract: every operation that takes a key or a link says that a caller may have sent too much") {
  const std::string contract = contract_file();
  std::set<std::string> counted = operations(contract, "/responses/Unauthenticated'");
  REQUIRE(counted.size() > 100);
  counted.insert({"GET /track/{token}", "POST /track/{token}/shortage"});
  for (const std::string& operation : only_in_first(counted, operations(contract, "'429':"))) FAIL_CHECK("without 429: " << operation);
}

TEST_CASE("openapi: contract: another word than those of a parameter is refused, and they are named") {
  Gateway gateway;
  const auto type_of = [&](std::string_view target) {
    const http::Response refused = gateway.get(target);
    const std::string& body = std::get<std::string>(refused.body);
    CHECK_MESSAGE((refused.status == 400) == body.contains("\"allowed\":\""), target, " ", body);
    const std::size_t at = body.find("\"type\":\"") + 8;
    return body.substr(at, body.find('"', at) - at);
  };
  CHECK(type_of("/api/v1/admin/effects?status=done") == "unknown-status");
  CHECK(type_of("/api/v1/production-orders?status=") == "unknown-status");
  CHECK(type_of("/api/v1/orders?status=PAID&status=paid") == "unknown-status");
  CHECK(type_of("/api/v1/products?in_stock=1") == "bad-in-stock");
  CHECK(type_of("/api/v1/orders?status=PAID&shape=round") == "unauthenticated");   // nothing is said of its shape
}

TEST_CASE("openapi: contract: it is served as it is written") {
  Gateway gateway;
  CHECK(text_of(gateway.get("/openapi.yaml")) == contract_file());
}

TEST_CASE("openapi: reference: the page shows every path, knows the server's address and runs no script") {
  Gateway gateway;
  const std::string page = text_of(gateway.get("/docs"));
  for (const std::string& route : gateway.routes())
    if (page.find(route.substr(route.find('/')) + "<") == std::string::npos) FAIL_CHECK("not on the page: " << route);
  CHECK(page.find("LAYERLINE=http://192.0.2.1:8080\n") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
}
