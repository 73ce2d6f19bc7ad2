// Finds the handler of a method and a path. Literal segments win over {parameters}; both are matched whole and case-sensitive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "infra/http/message.hpp"

namespace layerline::http {

enum class BodyMode {
  buffered,   // the handler finds the whole body in request.body()
  streamed,   // the handler pulls it with request.read_body_some()
};

struct RouteOptions {
  BodyMode body_mode = BodyMode::buffered;
  std::uint64_t body_bytes = limits::body_bytes;   // more is answered 413
};

struct Route {
  Method method;
  std::string pattern;      // "/orders/{id}/lines"
  std::vector<std::string> parameter_names;
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // Patterns are ours, so a bad or a repeated one is a bug (assertion).
  void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});

  // For every path that has no route.
  void add_otherwise(Handler handler, RouteOptions options = {});

  // Puts another handler in the place of each that is there by now: what stands between the requests and all of them.
  void wrap(const std::function<Handler(const Route&)>& wrapped);

  // The route, its parameters set in the request; or null, and `allowed` has the methods of that path (none: 404).
  // HEAD finds the route of GET unless it has one of its own.
  const Route* find(Request& request, std::vector<Method>& allowed) const;

  // All of them, in no order; for what describes them.
  [[nodiscard]] std::vector<const Route*> routes() const;

  // Finds and calls: 404, 405 with Allow, OPTIONS and HEAD included (a HEAD answer still has its body; the server leaves it out).
  // Takes a whole request; for tests and calls inside the process.
  boost::asio::awaitable<Response> handle(Request& request) const;

 private:
  struct Node;
  [[nodiscard]] std::vector<Route*> all() const;

  std::unique_ptr<Node> root_;
  std::unique_ptr<Route> otherwise_;
};

[[nodiscard]] Response not_routed(Method method, const std::vector<Method>& allowed);

}  // namespace layerline::http
