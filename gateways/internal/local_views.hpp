// Answers questions from the projections of this process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>

#include "gateways/internal/outlook.hpp"
#include "gateways/internal/plans.hpp"
#include "gateways/internal/question.hpp"
#include "projections/projector.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

class LocalViews {
 public:
  LocalViews(boost::asio::io_context& io, const projections::Queries& queries, projections::Projector& projector)
      : io_(io), queries_(queries), projector_(projector), plans_(std::make_unique<Plans>(queries)),
        planning_(std::make_unique<boost::asio::thread_pool>(1)) {}

  // Any thread. nullopt: something has to be waited for first, or it takes long.
  [[nodiscard]] std::optional<Answer> at_once(const Question& question) const;
  // On the io thread.
  [[nodiscard]] boost::asio::awaitable<Answer> answer(Question question) const;

 private:
  [[nodiscard]] Answer read(const Question& question) const;
  [[nodiscard]] boost::asio::awaitable<Answer> read_planning(const Question& question) const;

  boost::asio::io_context& io_;
  const projections::Queries& queries_;
  projections::Projector& projector_;
  mutable Outlooks outlooks_;   // locks itself
  const std::unique_ptr<Plans> plans_;                       // of the thread
  const std::unique_ptr<boost::asio::thread_pool> planning_; // of one thread
};

}  // namespace layerline::internal
