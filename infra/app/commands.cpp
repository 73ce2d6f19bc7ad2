#include "infra/app/commands.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <memory>

#include "infra/app/limits.hpp"
#include "infra/app/wire.hpp"

namespace layerline::app {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Whether this is the end of it. To a caller one of whose earlier tries may have been received, a refusal at the door says nothing.
bool settles(const Outcome& outcome, bool open) {
  if (std::holds_alternative<journal::NotOwner>(outcome)) return false;
  return !open || !(std::holds_alternative<journal::Busy>(outcome) || std::holds_alternative<journal::TooLarge>(outcome));
}

}  // namespace

void Commands::submit_here(std::optional<std::uint32_t> partition, Envelope envelope, Callback callback) {
  if (!partition) return callback(Outcome(journal::Rejected<Rejection>{not_found("workshop").error()}));
  // A partition of a shared log that is not led now may wait for brokers that are away: who is told so can come again.
  const bool led = journal_ != nullptr && (remote_ == nullptr || journal_->leads(*partition));
  if (!led) return callback(Outcome(journal::NotOwner{}));
  journal_->submit(*partition, std::move(envelope), std::move(callback));
}

void Commands::submit(Envelope envelope, Callback callback) {
  const std::optional<std::uint32_t> partition = partition_of_(envelope.workshop);
  if (remote_ == nullptr || !partition || std::holds_alternative<OwnedHere>(owner_of_(*partition)))
    return submit_here(partition, std::move(envelope), std::move(callback));
  asio::co_spawn(io_, route(std::move(envelope)), [callback = std::move(callback)](const std::exception_ptr& bug, Outcome outcome) mutable {
    if (bug) std::rethrow_exception(bug);
    callback(std::move(outcome));
  });
}

asio::awaitable<Outcome> Commands::execute(Envelope envelope) { return route(std::move(envelope)); }

asio::awaitable<Outcome> Commands::decide_here(std::optional<std::uint32_t> partition, Envelope envelope) {
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(Outcome)>(
      [this, partition](auto handler, Envelope command) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        submit_here(partition, std::move(command), [this, shared](Outcome outcome) {
          const std::lock_guard lock(mutex_);
          ready_.push_back({[shared](Outcome result) { std::move (*shared)(std::move(result)); }, std::move(outcome)});
          // A refusal at the door comes on the io thread itself, with no write to wake it.
          if (ready_.size() == 1) asio::post(io_, [this] { resume_all(); });
        });
      },
      asio::use_awaitable, std::move(envelope));
}

void Commands::resume_all() {
  std::vector<Ready> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(ready_);
  }
  for (Ready& one : ready) one.resume(std::move(one.outcome));
}

asio::awaitable<std::vector<Outcome>> Commands::decide_here(std::uint32_t partition, std::vector<Envelope> envelopes) {
  if (envelopes.empty()) co_return std::vector<Outcome>();
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::vector<Outcome>)>(
      [this, partition](auto handler, std::vector<Envelope> commands) {
        struct Gathered {
          explicit Gathered(decltype(handler) to, std::size_t count) : resume(std::move(to)), outcomes(count), open(count) {}
          decltype(handler) resume;
          std::vector<Outcome> outcomes;
          std::atomic<std::size_t> open;
        };
        auto gathered = std::make_shared<Gathered>(std::move(handler), commands.size());
        for (std::size_t i = 0; i < commands.size(); ++i) {
          submit_here(partition, std::move(commands[i]), [this, gathered, i](Outcome outcome) {
            gathered->outcomes[i] = std::move(outcome);
            if (gathered->open.fetch_sub(1) > 1) return;
            asio::post(io_, [gathered] { std::move(gathered->resume)(std::move(gathered->outcomes)); });
          });
        }
      },
      asio::use_awaitable, std::move(envelopes));
}

// Tells the owner until one has decided, or there was none for too long; a workshop that moves has none for a moment.
asio::awaitable<Outcome> Commands::route(Envelope envelope) {
  std::string encoded;
  bool open = false;   // an earlier try may have been received
  std::optional<Clock::time_point> until;
  auto pause = std::chrono::duration_cast<Clock::duration>(limits::owner_retry_first);
  asio::steady_timer timer(io_);
  while (true) {
    const std::optional<std::uint32_t> partition = partition_of_(envelope.workshop);
    if (!partition) co_return open ? Outcome(journal::Unknown{}) : co_await decide_here(partition, std::move(envelope));
    Remote::Reply reply = co_await tell(*partition, envelope, encoded);
    if (reply && settles(*reply, open)) co_return std::move(*reply);
    if (!reply && reply.error() == Undelivered::unknown) open = true;
    if (open && envelope.command_id.empty()) co_return Outcome(journal::Unknown{});
    if (!until) until = Clock::now() + limits::owner_wait;
    if (Clock::now() + pause > *until) co_return open ? Outcome(journal::Unknown{}) : Outcome(journal::NotOwner{});
    timer.expires_after(pause);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    pause = std::min<Clock::duration>(pause * 2, limits::owner_retry_longest);
  }
}

// One try.
asio::awaitable<Remote::Reply> Commands::tell(std::uint32_t partition, const Envelope& envelope, std::string& encoded) {
  const Owner owner = remote_ == nullptr ? Owner(OwnedHere{}) : owner_of_(partition);
  if (std::holds_alternative<OwnedHere>(owner)) co_return co_await decide_here(partition, Envelope(envelope));
  const auto* other = std::get_if<OwnedAt>(&owner);
  if (other == nullptr) co_return std::unexpected(Undelivered::not_sent);
  if (encoded.empty()) encoded = wire::encode(envelope);
  // A process that stands still does not answer: once another one owns the partition, what can be told again is told to that one.
  const auto given_up = [this, &owner, partition, repeatable = !envelope.command_id.empty()](bool sent) {
    return (!sent || repeatable) && owner_of_(partition) != owner;
  };
  co_return co_await remote_->tell(other->url, partition, encoded, given_up);
}

Outcome Commands::execute_blocking(Envelope envelope) {
  std::promise<Outcome> promise;
  std::future<Outcome> future = promise.get_future();
  submit(std::move(envelope), [promise = std::move(promise)](Outcome outcome) mutable { promise.set_value(std::move(outcome)); });
  if (remote_ == nullptr) return future.get();
  // When the process ends, nobody is left to answer what went to others.
  while (future.wait_for(limits::owner_check) != std::future_status::ready) {
    if (io_.stopped()) return journal::Unknown{};
  }
  return future.get();
}

}  // namespace layerline::app
