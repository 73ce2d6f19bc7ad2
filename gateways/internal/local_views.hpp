// Answers questions from the projections of this process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "gateways/internal/question.hpp"
#include "projections/projector.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

class LocalViews {
 public:
  LocalViews(boost::asio::io_context& io, const projections::Queries& queries, projections::Projector& projector)
      : io_(io), queries_(queries), projector_(projector) {}

  // Any thread. nullopt: something has to be waited for first.
  [[nodiscard]] std::optional<Answer> at_once(const Question& question) const;
  // On the io thread.
  [[nodiscard]] boost::asio::awaitable<Answer> answer(Question question) const;

 private:
  [[nodiscard]] Answer read(const Question& question) const;

  boost::asio::io_context& io_;
  const projections::Queries& queries_;
  projections::Projector& projector_;
};

}  // namespace layerline::internal
