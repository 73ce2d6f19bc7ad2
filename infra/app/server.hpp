// `layerline serve`: all roles in one process on the embedded journal, or some of them on Kafka. The composition root: the only place
// that knows every part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "gateways/rest/request_limits.hpp"
#include "infra/app/roles.hpp"

namespace layerline::app {

struct ServeOptions {
  std::filesystem::path data;            // the folder that holds everything
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;             // 0: the system picks one
  std::filesystem::path config;          // JSON; empty: defaults and environment
  std::string journal = {};              // kafka://HOST:PORT[,…]/TOPIC; empty: embedded, in the data folder
  Roles roles = Roles::all();
  std::string url = {};                  // where the other processes reach this one; empty: http://address:port
  rest::LimitOptions limits = {};        // of strangers and customers at the gateway
  bool resume = false;                   // serve a journal that was moved elsewhere all the same
};

// Runs until SIGINT or SIGTERM. Returns the exit status; says on standard error why it could not start.
[[nodiscard]] int serve(const ServeOptions& options);

// The parts of a data folder.
struct DataFolder {
  std::filesystem::path root;
  [[nodiscard]] std::filesystem::path journal() const { return root / "journal"; }
  [[nodiscard]] std::filesystem::path keys() const { return root / "keys"; }
  [[nodiscard]] std::filesystem::path blobs() const { return root / "blobs"; }
  [[nodiscard]] std::filesystem::path documents() const { return root / "documents"; }
  [[nodiscard]] std::filesystem::path state() const { return root / "state"; }
  [[nodiscard]] std::filesystem::path access() const { return root / "access"; }
  [[nodiscard]] std::filesystem::path scratch() const { return root / "scratch"; }
};

}  // namespace layerline::app
