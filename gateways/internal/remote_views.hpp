// Asks a projector's process, for gateways without projections of their own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateways/internal/question.hpp"
#include "infra/http/async_client.hpp"

namespace layerline::internal {

// The URL of a live projector's process ("http://127.0.0.1:8080"), if there is one; of another than `failed` if there are more.
using FindProjector = std::function<std::optional<std::string>(std::string_view failed)>;

class RemoteViews {
 public:
  // The token is that of token.hpp.
  RemoteViews(boost::asio::io_context& io, FindProjector find, std::string token)
      : prompt_(io), patient_(io), find_(std::move(find)), token_(std::move(token)) {}

  // On the io thread. A projector that does not answer is left for another one, once; nullopt: none answered.
  [[nodiscard]] boost::asio::awaitable<std::optional<Answer>> ask(Question question);

 private:
  // Questions that wait keep their connection for seconds; the others do not wait behind them.
  http::AsyncClient prompt_;
  http::AsyncClient patient_;
  const FindProjector find_;
  const std::string token_;
};

}  // namespace layerline::internal
