#include "workers/effects/effect_worker.hpp"

#include <chrono>

#include "infra/crypto/digest.hpp"
#include "workers/effects/limits.hpp"

namespace layerline::effects {
namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

bool definite(const app::Outcome& outcome) {
  return !std::holds_alternative<journal::Busy>(outcome) && !std::holds_alternative<journal::Unknown>(outcome) &&
         !std::holds_alternative<journal::NotOwner>(outcome);
}

bool applied(const app::Outcome& outcome) {
  return std::holds_alternative<journal::Accepted>(outcome) || std::holds_alternative<journal::Repeated>(outcome);
}

}  // namespace

EffectWorker::EffectWorker(app::Commands& commands, std::string name, std::map<Action, Perform> handlers, std::size_t threads)
    : commands_(commands), name_(std::move(name)), handlers_(std::move(handlers)), thread_count_(threads) {}

const std::vector<std::string>& EffectWorker::fact_types() {
  static const std::vector<std::string> types = {"effect.requested", "effect.attempted", "effect.succeeded", "effect.failed",
                                                 "effect.unknown",   "effect.parked",    "effect.retried"};
  return types;
}

void EffectWorker::fold(const app::Fact& fact) {
  using K = events::Event;
  const std::lock_guard lock(mutex_);
  const auto entry = [&](const std::string& id) -> Entry* {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
  };
  const K& event = fact.event;
  if (event.has_effect_requested()) {
    const events::EffectRequested& request = event.effect_requested();
    if (!handlers_.contains(request.action_case())) return;
    entries_[request.effect()] = {{fact.workshop, request.effect(), 0, request}, fact.time_ms, false, false};
  } else if (event.has_effect_attempted()) {
    if (Entry* e = entry(event.effect_attempted().effect())) e->effect.attempt = event.effect_attempted().attempt();
  } else if (event.has_effect_succeeded()) {
    entries_.erase(event.effect_succeeded().effect());
  } else if (event.has_effect_failed()) {
    if (Entry* e = entry(event.effect_failed().effect())) e->due_ms = event.effect_failed().retry_at_ms(), e->running = false;
  } else if (event.has_effect_unknown()) {
    if (Entry* e = entry(event.effect_unknown().effect())) e->due_ms = event.effect_unknown().retry_at_ms(), e->running = false;
  } else if (event.has_effect_parked()) {
    if (Entry* e = entry(event.effect_parked().effect())) e->parked = true, e->running = false;
  } else if (event.has_effect_retried()) {
    if (Entry* e = entry(event.effect_retried().effect())) e->parked = false, e->due_ms = fact.time_ms;
  }
  if (fact.live) changed_.notify_all();
}

void EffectWorker::start() {
  for (std::size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
}

void EffectWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void EffectWorker::run() {
  while (const std::optional<OpenEffect> effect = take()) perform(*effect);
}

std::optional<OpenEffect> EffectWorker::take() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::int64_t now = now_ms();
    for (auto& [id, entry] : entries_) {
      if (entry.running || entry.parked || entry.due_ms > now) continue;
      entry.running = true;
      OpenEffect effect = entry.effect;
      effect.attempt += 1;
      return effect;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(limits::poll_ms));
  }
  return std::nullopt;
}

void EffectWorker::perform(const OpenEffect& effect) {
  const app::Outcome attempted = tell(effect, "attempt", AttemptEffect{EffectId(effect.id), effect.attempt, name_});
  if (!applied(attempted)) return rest(effect.id, now_ms() + limits::owner_retry_ms);
  const app::Outcome told = tell(effect, "result", handlers_.at(effect.request.action_case())(effect));
  if (applied(told)) return;   // the fold of what was told says how it goes on
  // The owner refused the result: it must not be tried without end.
  const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&told);
  const std::string why = rejected != nullptr ? "result refused: " + rejected->refusal.type : "result not taken";
  const app::Outcome parked = tell(effect, "refused", FinishEffect{EffectId(effect.id), Outcome::failed_for_good, why});
  if (!applied(parked)) rest(effect.id, now_ms() + limits::owner_retry_ms);
}

// Repeats itself under the same key until the owner has decided, or the process stops.
app::Outcome EffectWorker::tell(const OpenEffect& effect, std::string_view step, Command command) {
  app::Envelope envelope;
  envelope.workshop = effect.workshop;
  envelope.command_id = "effect:" + effect.id + ":" + std::to_string(effect.attempt) + ":" + std::string(step);
  const crypto::Sha256Digest digest = crypto::sha256(envelope.command_id);
  envelope.payload_hash.assign(digest.begin(), digest.end());   // the key alone says what it is for
  envelope.actor = "worker:" + name_;
  envelope.cause = "effect:" + effect.id;
  envelope.command = std::move(command);
  while (true) {
    app::Outcome outcome = commands_.execute_blocking(envelope);
    std::unique_lock lock(mutex_);
    if (definite(outcome) || stopping_) return outcome;
    changed_.wait_for(lock, std::chrono::milliseconds(limits::owner_retry_ms));
    if (stopping_) return outcome;
  }
}

void EffectWorker::rest(const std::string& id, std::int64_t due_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second.running = false;
  found->second.due_ms = due_ms;
}

}  // namespace layerline::effects
