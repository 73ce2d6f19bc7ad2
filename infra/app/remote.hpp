// Commands on their way to owners in other processes. What waits for one partition of one process goes as one request, so that the
// requests grow with the load, and a partition that stands still holds up no other.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infra/app/limits.hpp"
#include "infra/app/wire.hpp"
#include "infra/http/async_client.hpp"

namespace layerline::app {

// Why a command came back without an outcome.
enum class Undelivered {
  not_sent,   // nobody took it: another owner may be told
  unknown,    // it may have been received: only a repeat under the same key is safe
};

struct RemoteOptions {
  http::Header authorization;                                                              // of every request
  std::function<void(const std::string& url, const std::string& what)> on_failed = {};     // a request came to nothing; on the io thread
  std::chrono::milliseconds answer_time = limits::peer_answer_time;
};

// On the io thread only.
class Remote {
 public:
  using Reply = std::expected<wire::Outcome, Undelivered>;

  // All outlive the io_context's last run.
  Remote(boost::asio::io_context& io, http::AsyncClient& client, RemoteOptions options)
      : io_(io), client_(client), options_(std::move(options)) {}

  // One encoded envelope. Busy if too many wait. While there is no answer, `given_up(sent)` is asked now and then: if it says so, the
  // command is taken back, or left to its fate when it is sent.
  [[nodiscard]] boost::asio::awaitable<Reply> tell(std::string url, std::uint32_t partition, std::string envelope,
                                                   std::function<bool(bool sent)> given_up);

 private:
  struct Waiting {
    Waiting(boost::asio::io_context& io, std::string bytes) : envelope(std::move(bytes)), wake(io) {}
    std::string envelope;
    boost::asio::steady_timer wake;
    bool sent = false;
    std::optional<Reply> reply;
  };
  using Batch = std::vector<std::shared_ptr<Waiting>>;
  struct Lane {
    std::deque<std::shared_ptr<Waiting>> queue;
    std::size_t queue_bytes = 0;
    std::size_t in_flight = 0;
  };
  using Address = std::pair<std::string, std::uint32_t>;   // URL and partition

  boost::asio::awaitable<void> send_all(Address address);
  [[nodiscard]] static Batch take_batch(Lane& lane);
  boost::asio::awaitable<void> send(const Address& address, const Batch& batch);
  void take_back(const Address& address, const std::shared_ptr<Waiting>& waiting);

  boost::asio::io_context& io_;
  http::AsyncClient& client_;
  const RemoteOptions options_;
  std::map<Address, Lane> lanes_;
};

}  // namespace layerline::app
