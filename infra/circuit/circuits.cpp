#include "infra/circuit/circuits.hpp"

#include <chrono>
#include <utility>

namespace layerline::circuit {

std::int64_t clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Call::Call(Call&& other) noexcept
    : circuits_(std::exchange(other.circuits_, nullptr)), name_(std::move(other.name_)), permit_(other.permit_) {}

Call::~Call() {
  if (circuits_ != nullptr) end(NotCalled{});
}

std::uint64_t Call::end(const Ending& ending) {
  Circuits* circuits = std::exchange(circuits_, nullptr);
  return circuits == nullptr ? 0 : circuits->end(name_, permit_, ending);
}

Circuit& Circuits::of(const Name& name) {
  const auto [found, is_new] = circuits_.try_emplace(name);
  if (is_new) found->second.since_ms = options_.now_ms();
  return found->second;
}

void Circuits::watch(const Name& name) {
  const std::lock_guard lock(mutex_);
  of(name);
}

void Circuits::forget(const Name& name) {
  const std::lock_guard lock(mutex_);
  circuits_.erase(name);
}

std::optional<Call> Circuits::begin(const Name& name) {
  const std::lock_guard lock(mutex_);
  Circuit& circuit = of(name);
  auto begun = circuit::begin(circuit, options_.now_ms());
  if (!begun) return std::nullopt;
  circuit = std::move(begun->circuit);
  return std::optional<Call>(std::in_place, *this, name, begun->permit);
}

std::uint64_t Circuits::end(const Name& name, Permit permit, const Ending& ending) {
  const std::lock_guard lock(mutex_);
  const auto found = circuits_.find(name);
  if (found == circuits_.end()) return 0;   // forgotten meanwhile
  const bool was_closed = found->second.state == State::closed;
  found->second = circuit::end(std::move(found->second), permit, ending, options_.now_ms(), options_.pauses);
  const bool is_closed = found->second.state == State::closed;
  if (was_closed != is_closed && options_.turned) options_.turned({name, found->second});
  return found->second.answers;
}

std::vector<Standing> Circuits::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Standing> out;
  for (const auto& [name, circuit] : circuits_) out.push_back({name, circuit});
  return out;
}

}  // namespace layerline::circuit
