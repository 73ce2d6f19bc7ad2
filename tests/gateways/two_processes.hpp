// A projector's process and gateways in front of it, each with an io thread and an HTTP server of its own, joined by loopback.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "gateways/internal/views_endpoint.hpp"
#include "gateways/rest/api.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/http/client.hpp"
#include "infra/http/server.hpp"
#include "tests/projections/journey.hpp"

namespace layerline::testing {

inline const std::string internal_token = "the token of the installation";

template <class T, class E>
T opened(std::expected<T, E> made) {
  REQUIRE(made);
  return std::move(*made);
}

class Folder {
 public:
  Folder() { std::filesystem::create_directories(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string sub(const char* name) const { return path_ / name; }

 private:
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("layerline-gateways-" + std::to_string(std::random_device{}()));
};

// An io thread with a server on it.
class Loop {
 public:
  ~Loop() { stop(); }
  boost::asio::io_context& io() { return io_; }
  void serve(http::Router router) {
    server_.emplace(opened(http::Server::listen(io_, std::move(router))));
    thread_ = std::thread([this] { io_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop(std::chrono::milliseconds(0));
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

 private:
  boost::asio::io_context io_;
  std::optional<http::Server> server_;
  std::thread thread_;
};

// Projects as many commits of the journal as are released.
class ProjectorProcess {
 public:
  ProjectorProcess(const Journal& journal, std::size_t released) : journal_(journal), released_(released) {
    REQUIRE(projector_.start());
    http::Router router;
    internal::add_views(router, views_, internal_token);
    loop_.serve(std::move(router));
  }
  ~ProjectorProcess() {
    loop_.stop();
    projector_.stop();
  }

  void release(std::size_t commits) { released_ = commits; }
  void stop() { loop_.stop(); }
  [[nodiscard]] std::string url() const { return loop_.url(); }
  [[nodiscard]] const projections::Queries& queries() const { return queries_; }
  [[nodiscard]] projections::Projector& projector() { return projector_; }

 private:
  projections::Source source() {
    projections::Source whole = journal_.source();
    const auto read = [this, whole](std::uint32_t partition, const projections::Mark& from, std::size_t limit) {
      const std::size_t end = released_;
      if (from.next_offset >= end) return std::expected<projections::Reading, projections::SourceStop>({.commits = {}, .after = from});
      return whole.read(partition, from, std::min<std::size_t>(limit, end - from.next_offset));
    };
    return {.partitions = whole.partitions, .read = read};
  }

  const Journal& journal_;
  std::atomic<std::size_t> released_;
  Folder folder_;
  store::Store store_ = opened(store::Store::open(folder_.sub("documents")));
  projections::Projector projector_{store_, source()};
  projections::Queries queries_{store_, projector_.keyspaces()};
  Loop loop_;
  const internal::LocalViews views_{loop_.io(), queries_, projector_};
};

// The REST gateway over local or remote views; nobody decides behind it.
class GatewayProcess {
 public:
  explicit GatewayProcess(ProjectorProcess& projector)
      : local_(std::in_place, loop_.io(), projector.queries(), projector.projector()) {
    views_.emplace(*local_, "journal");
    start();
  }
  explicit GatewayProcess(internal::FindProjector find) : remote_(std::in_place, loop_.io(), std::move(find), internal_token) {
    views_.emplace(*remote_, "journal");
    start();
  }
  ~GatewayProcess() { loop_.stop(); }

  [[nodiscard]] http::ClientResponse get(const std::string& path, const std::string& key, http::Headers headers = {}) {
    return ask(http::Method::get, path, key, {}, std::move(headers));
  }
  [[nodiscard]] http::ClientResponse ask(http::Method method, const std::string& path, const std::string& key, std::string body,
                                         http::Headers headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + key);
    http::Client client;
    auto response = client.perform({method, loop_.url() + path, std::move(headers), std::move(body)});
    REQUIRE_MESSAGE(response, (response ? "" : response.error().message));
    return std::move(*response);
  }
  [[nodiscard]] const rest::Views& views() const { return *views_; }
  [[nodiscard]] boost::asio::io_context& io() { return loop_.io(); }

 private:
  void start() {
    const auto add = [this](const std::string& key, app::Access access) {
      const crypto::Sha256Digest digest = crypto::sha256(key);
      access_.add(std::string(digest.begin(), digest.end()), std::move(access));
    };
    directory_.add("w1", 0);
    directory_.add("w2", 0);
    add("operator", {"w1", "operator", "k1", ""});
    add("customer-1", {"w1", "customer", "k2", "customer-1"});
    add("customer-2", {"w1", "customer", "k3", "customer-2"});
    add("nobody", {"w1", "customer", "k4", ""});
    add("other-workshop", {"w2", "admin", "k5", ""});
    api_.emplace(rest::Api{.io = loop_.io(), .files = files_, .commands = commands_, .access = access_, .directory = directory_,
                           .rules = rules_, .shops = shops_,
                           .views = *views_, .limits = limits_, .blobs = blobs_, .circuits = circuits_, .secret = secret_,
                           .public_url = "http://192.0.2.1:8080",
                           .partitions = 1, .stripe_webhook_secrets = {}, .destroy_key = {}, .trouble = {}});
    http::Router router;
    rest::add_routes(router, *api_);
    loop_.serve(std::move(router));
  }

  Folder folder_;
  Loop loop_;
  boost::asio::thread_pool files_{1};
  app::Commands commands_{loop_.io(), [](const std::string&) { return std::nullopt; }};
  app::AccessTable access_;
  app::Directory directory_;
  app::RulesTable rules_;
  app::ShopTable shops_;
  rest::RequestLimits limits_{{.reads_per_minute = 0, .writes_per_minute = 0}};
  blob::BlobStore blobs_ = opened(blob::BlobStore::open(folder_.sub("blobs")));
  circuit::Circuits circuits_;
  const std::string secret_ = "secret";
  std::optional<internal::LocalViews> local_;
  std::optional<internal::RemoteViews> remote_;
  std::optional<rest::Views> views_;
  std::optional<rest::Api> api_;
};

}  // namespace layerline::testing
