#include "workers/effects/effect_worker.hpp"

#include <chrono>

#include "infra/crypto/digest.hpp"
#include "workers/effects/limits.hpp"

namespace layerline::effects {
namespace {

bool definite(const app::Outcome& outcome) {
  return !std::holds_alternative<journal::Busy>(outcome) && !std::holds_alternative<journal::Unknown>(outcome) &&
         !std::holds_alternative<journal::NotOwner>(outcome);
}

// Earlier journals name no process.
std::string process_of(const std::string& worker) {
  const std::size_t at = worker.find('@');
  return at == std::string::npos ? std::string() : worker.substr(at + 1);
}

bool applied(const app::Outcome& outcome) {
  return std::holds_alternative<journal::Accepted>(outcome) || std::holds_alternative<journal::Repeated>(outcome);
}

}  // namespace

EffectWorker::EffectWorker(app::Commands& commands, std::map<Action, Perform> handlers, WorkerOptions options)
    : commands_(commands), handlers_(std::move(handlers)), options_(std::move(options)),
      worker_(options_.name + "@" + options_.colleagues.process) {}

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
  const auto over = [](Entry& attempted) {
    attempted.running = false;
    attempted.holder.clear();
    attempted.attempted_ms = 0;
  };
  // The outcome of the last attempt is open for good.
  const auto doubt = [](Entry& attempted) {
    if (attempted.effect.in_doubt_since_ms == 0) attempted.effect.in_doubt_since_ms = attempted.attempted_ms;
  };
  const K& event = fact.event;
  if (event.has_effect_requested()) {
    const events::EffectRequested& request = event.effect_requested();
    if (!handlers_.contains(request.action_case())) return;
    entries_[request.effect()] = {.effect = {fact.workshop, request.effect(), 0, 0, request}, .due_ms = fact.time_ms};
  } else if (event.has_effect_attempted()) {
    const events::EffectAttempted& made = event.effect_attempted();
    if (Entry* e = entry(made.effect()))
      doubt(*e), e->effect.attempt = made.attempt(), e->holder = process_of(made.worker()), e->attempted_ms = fact.time_ms;
  } else if (event.has_effect_succeeded()) {
    entries_.erase(event.effect_succeeded().effect());
  } else if (event.has_effect_failed()) {
    if (Entry* e = entry(event.effect_failed().effect())) over(*e), e->due_ms = event.effect_failed().retry_at_ms();
  } else if (event.has_effect_unknown()) {
    if (Entry* e = entry(event.effect_unknown().effect())) doubt(*e), over(*e), e->due_ms = event.effect_unknown().retry_at_ms();
  } else if (event.has_effect_parked()) {
    if (Entry* e = entry(event.effect_parked().effect())) over(*e), e->parked = true;
  } else if (event.has_effect_retried()) {
    if (Entry* e = entry(event.effect_retried().effect())) e->parked = false, e->due_ms = fact.time_ms, e->effect.in_doubt_since_ms = 0;
  }
  if (fact.live) changed_.notify_all();
}

void EffectWorker::start() {
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
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
  while (std::optional<Taken> taken = take()) perform(*taken);
}

std::optional<EffectWorker::Taken> EffectWorker::take() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (options_.on_duty())
      if (std::optional<Taken> taken = choose(options_.now_ms())) return taken;
    changed_.wait_for(lock, std::chrono::milliseconds(limits::poll_ms));
  }
  return std::nullopt;
}

// The oldest of those that were tried least: one that fails for ever must not be every probe of its service.
std::optional<EffectWorker::Taken> EffectWorker::choose(std::int64_t now_ms) {
  std::multimap<std::int64_t, Entry*> tried;   // by attempts, the older first among equals
  for (auto& [id, entry] : entries_) {
    if (!is_free(entry, now_ms)) continue;
    if (entry.effect.attempt > 0) tried.emplace(entry.effect.attempt, &entry);
    else if (std::optional<Taken> taken = try_take(entry)) return taken;
  }
  for (const auto& [attempts, entry] : tried)
    if (std::optional<Taken> taken = try_take(*entry)) return taken;
  return std::nullopt;
}

// Nothing: its service is to be left alone now.
std::optional<EffectWorker::Taken> EffectWorker::try_take(Entry& entry) {
  const std::optional<circuit::Name> service = options_.circuits == nullptr ? std::nullopt : options_.service_of(entry.effect);
  std::optional<circuit::Call> call = service ? options_.circuits->begin(*service) : std::nullopt;
  if (service && !call) return std::nullopt;
  entry.running = true;
  Taken taken{entry.effect, std::move(call)};
  taken.effect.attempt += 1;
  if (taken.effect.in_doubt_since_ms == 0) taken.effect.in_doubt_since_ms = entry.attempted_ms;
  return taken;
}

bool EffectWorker::is_free(const Entry& entry, std::int64_t now_ms) const {
  if (entry.running || entry.parked || entry.due_ms > now_ms) return false;
  const Colleagues& colleagues = options_.colleagues;
  return entry.holder.empty() || entry.holder == colleagues.process || !colleagues.lives(entry.holder);
}

// A process that stood still, or was cut off, may have been taken for dead: then another has made the next attempt meanwhile.
bool EffectWorker::still_ours(const OpenEffect& effect) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !options_.colleagues.in_touch()) changed_.wait_for(lock, std::chrono::milliseconds(limits::touch_check_ms));
  const auto found = entries_.find(effect.id);
  return !stopping_ && found != entries_.end() && found->second.effect.attempt <= effect.attempt;
}

void EffectWorker::perform(Taken& taken) {
  const OpenEffect& effect = taken.effect;
  // The name is in the key: what one worker was given is nothing that another may do as well.
  const app::Outcome attempted = tell(effect, "attempt:" + worker_, AttemptEffect{EffectId(effect.id), effect.attempt, worker_});
  if (!applied(attempted) || !still_ours(effect)) return rest(effect.id, options_.now_ms() + limits::owner_retry_ms);
  const app::Outcome told = tell(effect, "result", result(taken, handlers_.at(effect.request.action_case())(effect)));
  if (applied(told)) return;   // the fold of what was told says how it goes on
  // The owner refused the result: it must not be tried without end.
  const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&told);
  const std::string why = rejected != nullptr ? "result refused: " + rejected->refusal.type : "result not taken";
  const app::Outcome parked = tell(effect, "refused", FinishEffect{EffectId(effect.id), Outcome::failed_for_good, why});
  if (!applied(parked)) rest(effect.id, options_.now_ms() + limits::owner_retry_ms);
}

// A failure that is the service's own counts against the effect only if the service has answered others since it failed last: then it
// works, but not for this one.
Command EffectWorker::result(Taken& taken, Performed performed) {
  const std::uint64_t answers = taken.call ? taken.call->end(performed.service) : 0;
  auto* finish = std::get_if<FinishEffect>(&performed.command);
  if (finish == nullptr || !finish->service_away) return std::move(performed.command);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(taken.effect.id);
  finish->service_away = taken.call && found != entries_.end() && found->second.answers == answers;
  if (found != entries_.end()) found->second.answers = answers;
  return std::move(performed.command);
}

// Repeats itself under the same key until the owner has decided, or the process stops.
app::Outcome EffectWorker::tell(const OpenEffect& effect, std::string_view step, Command command) {
  app::Envelope envelope;
  envelope.workshop = effect.workshop;
  envelope.command_id = "effect:" + effect.id + ":" + std::to_string(effect.attempt) + ":" + std::string(step);
  const crypto::Sha256Digest digest = crypto::sha256(envelope.command_id);
  envelope.payload_hash.assign(digest.begin(), digest.end());   // the key alone says what it is for
  envelope.actor = "worker:" + options_.name;
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
