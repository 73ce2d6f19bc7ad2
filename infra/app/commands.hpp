// How gateways and workers hand commands to the owner: from a coroutine of the io thread, or from a worker's own thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "infra/app/business.hpp"
#include "infra/journal/journal.hpp"

namespace layerline::app {

using Outcome = journal::Outcome<Rejection>;
using Executor = boost::asio::io_context::executor_type;

class Commands {
 public:
  using Finder = std::function<std::optional<std::uint32_t>(const std::string& workshop)>;   // thread-safe

  Commands(boost::asio::io_context& io, Finder partition_of) : io_(io), partition_of_(std::move(partition_of)) {}

  void attach(journal::Journal<Business>& journal) { journal_ = &journal; }

  // On the io thread. An unknown workshop is a rejection "not-found".
  boost::asio::awaitable<Outcome> execute(Envelope envelope);
  // On any other thread; blocks until the answer.
  [[nodiscard]] Outcome execute_blocking(Envelope envelope);
  // Any thread; the callback runs on the journal's thread and must only enqueue.
  void submit(Envelope envelope, journal::Journal<Business>::Callback callback);

 private:
  struct Ready {
    std::move_only_function<void(Outcome)> resume;
    Outcome outcome;
  };
  void resume_all();

  boost::asio::io_context& io_;
  const Finder partition_of_;
  journal::Journal<Business>* journal_ = nullptr;
  std::mutex mutex_;              // guards the next one
  std::vector<Ready> ready_;
};

}  // namespace layerline::app
