#include "infra/app/remote.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace layerline::app {
namespace {

namespace asio = boost::asio;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

using Replies = std::vector<Remote::Reply>;

// The outcomes in an answer, or why there is none. An answer that can't be read says nothing of what was done.
Replies replies_in(const http::ClientResponse& response, std::size_t count) {
  if (response.status != 200) {
    const bool refused = response.status == 503 || (response.status >= 400 && response.status < 500);   // before it was looked into
    return Replies(count, std::unexpected(refused ? Undelivered::not_sent : Undelivered::unknown));
  }
  Replies replies(count, std::unexpected(Undelivered::unknown));
  const auto parts = wire::parts_of(response.body, count);
  if (!parts || parts->size() != count) return replies;
  for (std::size_t i = 0; i < count; ++i) {
    if (auto outcome = wire::decode_outcome((*parts)[i])) replies[i] = std::move(*outcome);
  }
  return replies;
}

}  // namespace

asio::awaitable<Remote::Reply> Remote::tell(std::string url, std::uint32_t partition, std::string envelope,
                                            std::function<bool(bool sent)> given_up) {
  if (envelope.size() > limits::envelope_bytes) co_return wire::Outcome(journal::TooLarge{});
  const Address address(std::move(url), partition);
  Lane& lane = lanes_[address];   // stays while anything is in its queue or in flight
  if (lane.queue.size() >= limits::remote_queue || lane.queue_bytes + envelope.size() > limits::remote_queue_bytes)
    co_return wire::Outcome(journal::Busy{});
  const auto waiting = std::make_shared<Waiting>(io_, std::move(envelope));
  lane.queue_bytes += waiting->envelope.size();
  lane.queue.push_back(waiting);
  if (lane.in_flight < limits::requests_in_flight) {
    lane.in_flight += 1;
    asio::co_spawn(io_, send_all(address), asio::detached);
  }
  while (!waiting->reply) {
    waiting->wake.expires_after(limits::owner_check);
    co_await waiting->wake.async_wait(awaited);
    if (waiting->reply || !given_up(waiting->sent)) continue;
    if (waiting->sent) co_return std::unexpected(Undelivered::unknown);
    take_back(address, waiting);
    co_return std::unexpected(Undelivered::not_sent);
  }
  co_return std::move(*waiting->reply);
}

// One request after the other until nothing waits.
asio::awaitable<void> Remote::send_all(Address address) {
  Lane& lane = lanes_[address];
  co_await asio::post(io_, asio::use_awaitable);   // what comes in the same round of the io thread goes along
  while (!lane.queue.empty()) co_await send(address, take_batch(lane));
  lane.in_flight -= 1;
  if (lane.in_flight == 0) lanes_.erase(address);
}

Remote::Batch Remote::take_batch(Lane& lane) {
  Batch batch;
  for (std::size_t bytes = 0; !lane.queue.empty() && batch.size() < limits::batch_commands && bytes < limits::batch_bytes;) {
    const std::size_t size = lane.queue.front()->envelope.size();
    bytes += size;
    lane.queue_bytes -= size;
    batch.push_back(std::move(lane.queue.front()));
    lane.queue.pop_front();
  }
  return batch;
}

asio::awaitable<void> Remote::send(const Address& address, const Batch& batch) {
  http::ClientRequest request{.method = http::Method::post,
                              .url = address.first + "/internal/commands?partition=" + std::to_string(address.second),
                              .headers = {options_.authorization, {"Content-Type", "application/octet-stream"}}};
  for (const auto& waiting : batch) {
    waiting->sent = true;
    wire::append_part(request.body, waiting->envelope);
  }
  const auto answer = co_await client_.ask(std::move(request), {.connect = limits::peer_connect_time, .total = options_.answer_time});
  const bool not_done = !answer && answer.error().outcome == http::TransportError::Outcome::not_done;
  Replies replies = answer ? replies_in(*answer, batch.size())
                           : Replies(batch.size(), std::unexpected(not_done ? Undelivered::not_sent : Undelivered::unknown));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i]->reply = std::move(replies[i]);
    batch[i]->wake.cancel();
  }
  if (!options_.on_failed || (answer && answer->status == 200)) co_return;
  options_.on_failed(address.first, answer ? "answered " + std::to_string(answer->status) : answer.error().message);
}

void Remote::take_back(const Address& address, const std::shared_ptr<Waiting>& waiting) {
  Lane& lane = lanes_.at(address);   // it is in the queue
  lane.queue_bytes -= waiting->envelope.size();
  std::erase(lane.queue, waiting);
}

}  // namespace layerline::app
