// The circuits of a process, one for each outside service that it calls. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "infra/circuit/circuit.hpp"

namespace layerline::circuit {

struct Name {
  std::string service;                    // "payments", "mail", "shops"
  std::string workshop = {};              // of a shop
  std::string shop = {};
  friend auto operator<=>(const Name&, const Name&) = default;
};

struct Standing {
  Name name;
  Circuit circuit;
};

[[nodiscard]] std::int64_t clock_ms();    // since 1970

struct CircuitsOptions {
  std::function<void(const Standing&)> turned = {};   // a circuit was opened or closed; must not ask the circuits
  std::function<std::int64_t()> now_ms = clock_ms;
  Pauses pauses = {};
};

class Circuits;

// A call under way. Whoever drops it without a word has not called.
class Call {
 public:
  Call(Circuits& circuits, Name name, Permit permit) : circuits_(&circuits), name_(std::move(name)), permit_(permit) {}
  Call(Call&& other) noexcept;
  Call& operator=(Call&&) = delete;
  ~Call();

  // How many calls the service has answered so far.
  std::uint64_t end(const Ending& ending);

 private:
  Circuits* circuits_;                    // null: it has ended
  Name name_;
  Permit permit_;
};

class Circuits {
 public:
  explicit Circuits(CircuitsOptions options = {}) : options_(std::move(options)) {}

  // Shows it from now on, closed.
  void watch(const Name& name);
  void forget(const Name& name);

  // Nothing: the service is to be left alone now.
  [[nodiscard]] std::optional<Call> begin(const Name& name);
  [[nodiscard]] std::vector<Standing> all() const;

 private:
  friend class Call;
  std::uint64_t end(const Name& name, Permit permit, const Ending& ending);
  Circuit& of(const Name& name);

  const CircuitsOptions options_;
  mutable std::mutex mutex_;
  std::map<Name, Circuit> circuits_;
};

}  // namespace layerline::circuit
