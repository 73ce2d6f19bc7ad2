// Keeps all views up to date with the journal, on one thread of its own, and tells requests when what they wait for is there.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <condition_variable>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "infra/store/store.hpp"
#include "projections/keyspaces.hpp"
#include "projections/projection.hpp"
#include "projections/source.hpp"

namespace layerline::projections {

// "<journal_id>.<partition>:<offset>[,<partition>:<offset>…]": the headers Layerline-Position and Layerline-Min-Position.
struct PositionToken {
  std::string journal_id;
  std::map<std::uint32_t, std::uint64_t> offsets;   // of the last record that is needed
};
[[nodiscard]] std::string format_token(const PositionToken& token);
[[nodiscard]] std::optional<PositionToken> parse_token(std::string_view text);

class Projector {
 public:
  // Both outlive the projector; nobody else writes the store meanwhile.
  Projector(store::Store& store, Source source);
  ~Projector() { stop(); }
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  // Loads the positions, folds what is there already, and goes on on its own thread.
  [[nodiscard]] std::expected<void, std::string> start();
  // Returns soon: at most one batch is finished.
  void stop();

  // The keyspaces that queries read; stable after start().
  [[nodiscard]] const Keyspaces& keyspaces() const { return keyspaces_; }

  // The next offset that every view of the partition is at. Any thread.
  [[nodiscard]] std::uint64_t next_offset(std::uint32_t partition) const;
  // Any thread. True: the record at `offset` is in every view; false: the time is over, or the projector stopped.
  [[nodiscard]] bool wait_for(std::uint32_t partition, std::uint64_t offset, std::int64_t timeout_ms);
  // The same for callers that must not block: the callback runs once, here if it is there already, else on the projector's thread, and must
  // only enqueue. It never runs after cancel() returned. nullopt: too many wait, or there is no such partition.
  using Callback = std::function<void()>;
  using Ticket = std::uint64_t;
  [[nodiscard]] std::optional<Ticket> when(std::uint32_t partition, std::uint64_t offset, Callback callback);
  void cancel(Ticket ticket);

  // Views that stand still, and why; and why the journal can't be read, if so.
  [[nodiscard]] std::vector<Stopped> stopped() const;
  [[nodiscard]] std::string trouble() const;

 private:
  struct Waiting {
    std::uint32_t partition;
    std::uint64_t offset;
    Callback callback;
  };

  void run();
  void gather();
  [[nodiscard]] bool pass(std::uint32_t partition);
  [[nodiscard]] const Mark* slowest(std::uint32_t partition) const;
  void fold(const Reading& reading, std::uint32_t partition);
  void publish(std::uint32_t partition);
  void note_trouble(std::string text);

  store::Store& store_;
  const Source source_;
  Keyspaces keyspaces_;
  std::vector<Projection> projections_;     // of the projector's thread once it runs
  std::vector<bool> standing_;              // by projection: it stopped
  std::atomic<bool> stopping_ = false;
  std::thread thread_;

  mutable std::mutex mutex_;                // guards the rest
  std::condition_variable moved_;
  std::condition_variable awaited_;         // somebody waits for a commit, or it is to stop
  std::size_t blocked_ = 0;                 // callers of wait_for that wait
  std::vector<std::uint64_t> passed_;       // by partition
  std::map<Ticket, Waiting> waiting_;
  Ticket last_ticket_ = 0;
  std::vector<Stopped> stopped_;
  std::string trouble_;
  bool over_ = false;                       // it will not go on
};

}  // namespace layerline::projections
