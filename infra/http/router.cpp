#include "infra/http/router.hpp"

#include <algorithm>
#include <cassert>

namespace layerline::http {

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;
  std::vector<std::unique_ptr<Route>> routes;   // one per method; their addresses stay

  Node* literal(std::string_view text) const {
    const auto found = std::ranges::find(literals, text, &decltype(literals)::value_type::first);
    return found == literals.end() ? nullptr : found->second.get();
  }

  // The deepest match of the segments from `depth` on; a branch without routes is no match, so that the search goes back and tries {}.
  const Node* match(const std::vector<std::string_view>& segments, std::size_t depth, std::vector<std::string_view>& captured) const {
    if (depth == segments.size()) return routes.empty() ? nullptr : this;
    if (const Node* next = literal(segments[depth])) {
      if (const Node* found = next->match(segments, depth + 1, captured)) return found;
    }
    if (!parameter || segments[depth].empty()) return nullptr;
    captured.push_back(segments[depth]);
    if (const Node* found = parameter->match(segments, depth + 1, captured)) return found;
    captured.pop_back();
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  assert(pattern.starts_with('/') && handler);
  auto route = std::make_unique<Route>(Route{.method = method,
                                             .pattern = std::string(pattern),
                                             .parameter_names = {},
                                             .handler = std::move(handler),
                                             .options = options});
  Node* node = root_.get();
  for (std::string_view rest = pattern.substr(1); !rest.empty();) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    assert(!segment.empty());
    if (segment.starts_with('{') && segment.ends_with('}')) {
      route->parameter_names.emplace_back(segment.substr(1, segment.size() - 2));
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    } else {
      Node* next = node->literal(segment);
      if (!next) next = node->literals.emplace_back(segment, std::make_unique<Node>()).second.get();
      node = next;
    }
  }
  assert(std::ranges::none_of(node->routes, [&](const auto& other) { return other->method == method; }));
  node->routes.push_back(std::move(route));
}

void Router::add_otherwise(Handler handler, RouteOptions options) {
  assert(handler && !otherwise_);
  otherwise_ = std::make_unique<Route>(Route{.method = Method::get,
                                             .pattern = "*",
                                             .parameter_names = {},
                                             .handler = std::move(handler),
                                             .options = options});
}

const Route* Router::find(Request& request, std::vector<Method>& allowed) const {
  std::vector<std::string_view> captured;
  const Node* node = root_->match(request.segments(), 0, captured);
  if (!node) {
    if (otherwise_) request.route_ = otherwise_->pattern;
    return otherwise_.get();
  }

  const auto of_method = [&](Method method) -> const Route* {
    const auto found = std::ranges::find(node->routes, method, [](const auto& route) { return route->method; });
    return found == node->routes.end() ? nullptr : found->get();
  };
  const Route* route = of_method(request.method());
  if (!route && request.method() == Method::head) route = of_method(Method::get);
  if (route) {
    request.route_ = route->pattern;
    for (std::size_t i = 0; i < captured.size(); ++i) request.parameters_.emplace_back(route->parameter_names[i], captured[i]);
    return route;
  }
  for (const auto& other : node->routes) {
    allowed.push_back(other->method);
    if (other->method == Method::get) allowed.push_back(Method::head);
  }
  allowed.push_back(Method::options);
  return nullptr;
}

std::vector<Route*> Router::all() const {
  std::vector<Route*> all;
  std::vector<const Node*> open = {root_.get()};
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const auto& route : node->routes) all.push_back(route.get());
    for (const auto& [text, next] : node->literals) open.push_back(next.get());
    if (node->parameter) open.push_back(node->parameter.get());
  }
  return all;
}

std::vector<const Route*> Router::routes() const {
  const std::vector<Route*> found = all();
  return {found.begin(), found.end()};
}

void Router::wrap(const std::function<Handler(const Route&)>& wrapped) {
  for (Route* route : all()) route->handler = wrapped(*route);
}

boost::asio::awaitable<Response> Router::handle(Request& request) const {
  std::vector<Method> allowed;
  const Route* route = find(request, allowed);
  Response response = route ? co_await route->handler(request) : not_routed(request.method(), allowed);
  request.complete(response);
  co_return response;
}

Response not_routed(Method method, const std::vector<Method>& allowed) {
  if (allowed.empty()) return problem(404, "no-such-path", "There is nothing at this path.");
  std::string names;
  for (const Method each : allowed) names.append(names.empty() ? "" : ", ").append(name_of(each));
  Response response = method == Method::options ? Response{.status = 204}
                                                : problem(405, "method-not-allowed", "This path does not take this method.");
  response.headers.emplace_back("Allow", std::move(names));
  return response;
}

}  // namespace layerline::http
