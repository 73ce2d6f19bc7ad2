#include "infra/app/commands.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <memory>

namespace layerline::app {

void Commands::submit(Envelope envelope, journal::Journal<Business>::Callback callback) {
  const std::optional<std::uint32_t> partition = partition_of_(envelope.workshop);
  if (!partition) {
    callback(Outcome(journal::Rejected<Rejection>{not_found("workshop").error()}));
    return;
  }
  journal_->submit(*partition, std::move(envelope), std::move(callback));
}

boost::asio::awaitable<Outcome> Commands::execute(Envelope envelope) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Outcome)>(
      [this](auto handler, Envelope command) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        submit(std::move(command), [this, shared](Outcome outcome) {
          const std::lock_guard lock(mutex_);
          ready_.push_back({[shared](Outcome result) { std::move (*shared)(std::move(result)); }, std::move(outcome)});
          // A refusal at the door comes on the io thread itself, with no write to wake it.
          if (ready_.size() == 1) boost::asio::post(io_, [this] { resume_all(); });
        });
      },
      boost::asio::use_awaitable, std::move(envelope));
}

void Commands::resume_all() {
  std::vector<Ready> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(ready_);
  }
  for (Ready& one : ready) one.resume(std::move(one.outcome));
}

Outcome Commands::execute_blocking(Envelope envelope) {
  std::promise<Outcome> promise;
  std::future<Outcome> future = promise.get_future();
  submit(std::move(envelope), [promise = std::move(promise)](Outcome outcome) mutable { promise.set_value(std::move(outcome)); });
  return future.get();
}

}  // namespace layerline::app
