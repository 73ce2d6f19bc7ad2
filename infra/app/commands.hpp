// How gateways and workers hand commands to the owner, in this process or another: from a coroutine of the io thread, or from a worker's
// own thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "infra/app/business.hpp"
#include "infra/app/remote.hpp"
#include "infra/journal/journal.hpp"

namespace layerline::app {

using Outcome = journal::Outcome<Rejection>;
using Executor = boost::asio::io_context::executor_type;

// Who decides for a partition, as far as this process knows.
struct OwnedHere {
  friend bool operator==(const OwnedHere&, const OwnedHere&) = default;
};
struct OwnedAt {
  std::string url;
  friend bool operator==(const OwnedAt&, const OwnedAt&) = default;
};
struct NoOwner {
  friend bool operator==(const NoOwner&, const NoOwner&) = default;
};
using Owner = std::variant<OwnedHere, OwnedAt, NoOwner>;

class Commands {
 public:
  using Finder = std::function<std::optional<std::uint32_t>(const std::string& workshop)>;   // thread-safe
  using OwnerOf = std::function<Owner(std::uint32_t partition)>;                             // thread-safe
  using Callback = journal::Journal<Business>::Callback;

  // All partitions are owned here.
  Commands(boost::asio::io_context& io, Finder partition_of) : Commands(io, std::move(partition_of), {}, nullptr) {}
  // Each partition is owned here, by another process, or by none for the moment.
  Commands(boost::asio::io_context& io, Finder partition_of, OwnerOf owner_of, Remote* remote)
      : io_(io), partition_of_(std::move(partition_of)), owner_of_(std::move(owner_of)), remote_(remote) {}

  // Of a process that may own partitions.
  void attach(journal::Journal<Business>& journal) { journal_ = &journal; }

  // On the io thread. An unknown workshop is a rejection "not-found". A command whose partition has no owner, or whose workshop is on its
  // way to another partition, waits a while, and is then answered NotOwner; one that may have been received but was not answered is
  // repeated if it has a command_id, else Unknown.
  boost::asio::awaitable<Outcome> execute(Envelope envelope);
  // On any other thread; blocks until the answer. Needs the io thread for partitions that are not owned here.
  [[nodiscard]] Outcome execute_blocking(Envelope envelope);
  // Any thread; the callback runs on the journal's or the io thread and must only enqueue.
  void submit(Envelope envelope, Callback callback);

  // What another process sent, on the io thread: decided here or not at all, and answered when all are decided.
  boost::asio::awaitable<std::vector<Outcome>> decide_here(std::uint32_t partition, std::vector<Envelope> envelopes);

 private:
  struct Ready {
    std::move_only_function<void(Outcome)> resume;
    Outcome outcome;
  };
  boost::asio::awaitable<Outcome> decide_here(std::optional<std::uint32_t> partition, Envelope envelope);
  void submit_here(std::optional<std::uint32_t> partition, Envelope envelope, Callback callback);
  void resume_all();
  boost::asio::awaitable<Outcome> route(Envelope envelope);
  boost::asio::awaitable<Remote::Reply> tell(std::uint32_t partition, const Envelope& envelope, std::string& encoded);

  boost::asio::io_context& io_;
  const Finder partition_of_;
  const OwnerOf owner_of_;
  Remote* const remote_;          // null: all partitions are owned here
  journal::Journal<Business>* journal_ = nullptr;
  std::mutex mutex_;              // guards the next one
  std::vector<Ready> ready_;
};

}  // namespace layerline::app
