#include "gateways/internal/remote_views.hpp"

#include <algorithm>
#include <chrono>

#include "gateways/internal/limits.hpp"
#include "gateways/internal/token.hpp"
#include "gateways/internal/views_endpoint.hpp"

namespace layerline::internal {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::int64_t left_ms(Clock::time_point deadline) {
  return std::max<std::int64_t>(0, std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count());
}

}  // namespace

boost::asio::awaitable<std::optional<Answer>> RemoteViews::ask(Question question) {
  const auto deadline = Clock::now() + milliseconds(question.wait_ms);
  http::AsyncClient& client = question.wait_ms > 0 ? patient_ : prompt_;
  std::string failed;
  for (int asked = 0; asked < limits::projectors_asked; ++asked) {
    const auto url = find_(failed);
    if (!url) co_return std::nullopt;
    question.wait_ms = left_ms(deadline);
    std::string bytes = encode(question);
    if (bytes.size() > limits::question_bytes) co_return Answer{};   // nothing has so long a name: not found
    http::ClientRequest request{http::Method::post, *url + std::string(views_path),
                                {authorization(token_), {"Content-Type", "application/octet-stream"}}, std::move(bytes)};
    const http::Timeouts timeouts{limits::connect_time, limits::answer_time + milliseconds(question.wait_ms)};
    const auto response = co_await client.ask(std::move(request), timeouts);
    if (response && response->status == 200)
      if (auto answer = decode_answer(response->body)) co_return answer;
    failed = *url;
  }
  co_return std::nullopt;
}

}  // namespace layerline::internal
