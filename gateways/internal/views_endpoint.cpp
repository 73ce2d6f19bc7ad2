#include "gateways/internal/views_endpoint.hpp"

#include "gateways/internal/limits.hpp"
#include "gateways/internal/token.hpp"

namespace layerline::internal {
namespace {

boost::asio::awaitable<http::Response> answer(const LocalViews& views, const std::string& token, http::Request& request) {
  if (!authorized(request, token)) co_return nothing_here();
  const auto question = decode_question(request.body());
  if (!question) co_return http::problem(400, "malformed-question", "The body is not a question to the views.");
  auto answer = views.at_once(*question);
  if (!answer) answer = co_await views.answer(*question);
  co_return http::Response{200, {{"Content-Type", "application/octet-stream"}}, encode(*answer)};
}

}  // namespace

void add_views(http::Router& router, const LocalViews& views, std::string token) {
  router.add(
      http::Method::post, views_path,
      [&views, token = std::move(token)](http::Request& request) { return answer(views, token, request); },
      {http::BodyMode::buffered, limits::question_bytes});
}

}  // namespace layerline::internal
