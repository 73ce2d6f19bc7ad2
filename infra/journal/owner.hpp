// The owner of one partition: decides commands, chains their commits, and answers when the log has arbitrated. Sans-I/O: a shell
// feeds it commands, append results, records of the log and the clock, and carries out what it asks for. Not thread-safe.
//
//   following --claim()--> catching_up --end of log--> claiming --own claim accepted--> leading
//       ^                       ^                                                          |
//       |                       +------- an append without an offset, or a dead one -------+
//       +------- a foreign claim accepted (from claiming and leading) ---------------------+
//
// The application's memory holds the decisions that are still on their way (its overlay). When one of them dies, the owner resets the
// application, folds the log from its start again and decides again; each open command then ends as applied or not applied.
//
// A workshop moves in two commits: a seal in its partition, asked for by a command, and behind it an adoption in the other one, which the
// owner of that partition appends by itself for every accepted seal that has none. A fold that meets an adoption waits() until the fold
// of the other partition, in the same process, has passed the seal.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstdint>
#include <deque>
#include <expected>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "infra/journal/dedup.hpp"
#include "infra/journal/limits.hpp"
#include "infra/journal/log/log.hpp"
#include "infra/journal/moves.hpp"
#include "infra/journal/outcome.hpp"
#include "infra/journal/rule.hpp"

namespace layerline::journal {

// What the owner needs to know of the business. A Command has the strings workshop, command_id (empty: no idempotency), payload_hash
// (32 bytes), actor and cause. decide() applies the events of a success to the application's memory at once; time_ms never goes back.
// An Estate is all that is known of one workshop.
template <class App>
concept Application = requires(App app, const App::Command& command, const Commit& commit, std::int64_t time_ms, std::uint64_t offset,
                               const std::string& workshop, App::Estate estate) {
  typename App::Refusal;
  { app.decide(command, time_ms) } -> std::same_as<std::expected<Draft, typename App::Refusal>>;
  app.apply(commit, offset);       // an accepted commit that was not decided here, or that is folded again after reset()
  app.reset();                     // forget everything
  { app.take_out(workshop) } -> std::same_as<typename App::Estate>;      // and forget it
  app.put_in(workshop, std::move(estate));
  { App::digest(estate) } -> std::same_as<Hash>;                         // equal for equal estates
  { command.workshop } -> std::convertible_to<std::string>;
  { command.command_id } -> std::convertible_to<std::string>;
  { command.payload_hash } -> std::convertible_to<std::string>;
  { command.actor } -> std::convertible_to<std::string>;
  { command.cause } -> std::convertible_to<std::string>;
};

struct OwnerIdentity {
  std::uint32_t partition = 0;
  std::string journal_id = {};          // for the genesis of an empty partition
  std::string owner = {};               // unique to this start of this process: a restarted process is another owner
  std::string url = {};                 // where other processes forward to
  bool exclusive = false;          // LogDescription::exclusive
};

// Who took the partition over last.
struct Holder {
  std::string owner = {};               // OwnerIdentity::owner; empty: nobody ever did
  std::string url = {};
  std::uint64_t epoch = 0;
};

enum class OwnerState { following, catching_up, claiming, leading, stopped };

// A commit of this owner that was accepted, as stored.
struct Recorded {
  std::uint64_t offset = 0;
  std::string bytes = {};
  Commit commit = {};
};

template <Application App, class Token, class Rule = RightRule>
class Owner {
 public:
  using Command = App::Command;
  using Outcome = journal::Outcome<typename App::Refusal>;
  struct Answer {
    Token token;
    Outcome outcome;
  };
  // Records to append in this order; the views hold until the result of `id` was given, or the owner is gone.
  struct Outgoing {
    std::uint64_t id = 0;
    std::vector<std::string_view> records;
  };

  // `moves` is shared with the owners of the other partitions, which fold them in this process.
  Owner(App& app, OwnerIdentity identity, Moves<typename App::Estate>& moves, OwnerLimits limits = {})
      : app_(app), identity_(std::move(identity)), moves_(moves), limits_(limits), position_(start_of(identity_.partition)),
        dedup_(identity_.partition) {}

  // ---- inputs ----
  void tick(std::int64_t now_ms);                                          // UTC; before the other inputs of a round
  void claim();                                                            // take the partition over
  void submit(Command command, Token token);
  void pump();                                                             // decide what waits, as one batch
  void on_appended(std::uint64_t id, std::span<const AppendResult> results);
  void on_records(std::span<const StoredRecord> records, bool at_end);     // from next_offset() on; known ones are ignored
  void on_read_error(const LogError& error);
  void resign();                                                           // the process ends: open commands are unknown

  // ---- outputs ----
  [[nodiscard]] std::optional<Outgoing> take_append();
  [[nodiscard]] std::vector<Answer> take_answers() { return std::exchange(answers_, {}); }
  [[nodiscard]] std::vector<Recorded> take_recorded() { return std::exchange(recorded_, {}); }
  [[nodiscard]] bool wants_read() const { return wants_read_ && !waits(); }
  // Nothing is read on before another partition's fold has passed this place.
  [[nodiscard]] bool waits() const { return waits_for_ && moves_.find(*waits_for_) == nullptr; }
  [[nodiscard]] std::uint64_t next_offset() const { return position_.offset; }

  [[nodiscard]] OwnerState state() const { return state_; }
  [[nodiscard]] const Holder& holder() const { return holder_; }           // as far as it was read
  [[nodiscard]] const Position& position() const { return position_; }     // accepted, not speculative
  [[nodiscard]] const Damage& damage() const { return damage_; }           // when stopped
  [[nodiscard]] bool idle() const { return queue_.empty() && in_flight_.empty() && open_.empty(); }

 private:
  // A command on its way from submit() to its answer.
  struct Item {
    Command command;
    std::optional<Token> token;              // empty once answered
    std::int64_t since_ms = 0;
    ShortHash key{};
    std::optional<Outcome> reply;            // decided without a commit; else:
    std::string bytes = {};
    Commit commit;
    Hash head{};                             // of the chain after the commit
    std::optional<std::uint64_t> stored_at;
    std::optional<Accepted> applied;         // found in the log while recovering
  };
  struct Batch {
    std::uint64_t id = 0;
    std::vector<Item> items;
    std::size_t settled = 0;                 // items before this one are replies or accepted commits
    std::size_t commits = 0;
    std::size_t bytes = 0;
  };
  // The genesis or claim on its way.
  struct Control {
    std::uint64_t id = 0;
    std::string bytes = {};
    std::optional<std::uint64_t> stored_at;
    bool is_claim = false;
  };

  void answer(Item& item, Outcome outcome);
  void adopt_what_arrived();
  void decide(Batch& batch, Item item);
  void add_reply(Batch& batch, Item item, Outcome outcome);
  void add_commit(Batch& batch, Item item, Draft draft);
  void add_empty_commit(Batch& batch);
  void add_adoption(Batch& batch, SealPlace place);
  void chain(Item& item);
  void send(Batch batch);
  void settle();
  void accept(Item& item, std::uint64_t offset);
  void answer_replies(Batch& batch);
  [[nodiscard]] const Item* first_unsettled() const;
  void on_control(std::span<const AppendResult> results);
  [[nodiscard]] bool must_wait(const StoredRecord& record);
  void on_record(const StoredRecord& record);
  void on_claim(const Claim& claim);
  void on_commit(const StoredRecord& record);
  void fold_move(const Commit& commit, std::uint64_t offset);
  void depart(const Commit& commit, std::uint64_t offset, const Position& behind, bool own);
  [[nodiscard]] bool arrive(const Commit& commit);
  void on_caught_up();
  void append_control();
  void lead();
  void step_down();
  void recover();
  void refold();
  void stop(Damage damage);
  void hand_back(std::deque<Item>& items, const Outcome& outcome);
  void take_in_flight();
  void expire(std::deque<Item>& items, const Outcome& outcome);

  App& app_;
  const OwnerIdentity identity_;
  Moves<typename App::Estate>& moves_;
  const OwnerLimits limits_;
  OwnerState state_ = OwnerState::following;
  Position position_;                        // what is accepted
  Holder holder_;
  Position ahead_;                           // position_ and the commits in flight; offsets are not kept in it
  Decoded decoded_;
  Dedup dedup_;
  std::set<std::string> sealed_;             // workshops that left, or will if a seal in flight is accepted
  std::set<SealPlace> adopted_;              // likewise, of those that came
  std::optional<SealPlace> waits_for_;
  std::deque<Item> queue_;                   // not decided
  std::deque<Batch> in_flight_;              // decided, appended, not settled
  std::deque<Item> open_;                    // taken from in_flight_ by recover(); resolved by the next accepted claim
  boost::unordered_flat_map<std::string_view, std::size_t> open_heads_;   // chain head after an open commit -> its place in open_
  std::optional<Control> control_;
  bool control_waits_ = false;               // control_ was not taken yet
  std::size_t batches_waiting_ = 0;          // of in_flight_, at its end, not taken yet
  std::uint64_t next_id_ = 1;
  std::uint64_t led_epoch_ = 0;              // 0: this owner did not lead since it followed last
  std::uint64_t claim_epoch_ = 0;            // of the claim whose acceptance would make it lead
  std::uint64_t claimed_ = 0;                // highest epoch it ever asked for
  std::int64_t now_ms_ = 0;
  std::int64_t retry_at_ms_ = 0;
  bool wants_read_ = false;
  Damage damage_;
  std::vector<Answer> answers_;
  std::vector<Recorded> recorded_;
};

}  // namespace layerline::journal

#include "infra/journal/owner.inl"
#include "infra/journal/owner_moves.inl"
