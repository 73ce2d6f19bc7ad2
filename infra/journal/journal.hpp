// The journal at work: one thread that owns the owners of all partitions, and one that writes. The first takes submissions from any
// thread, decides and calls back; the second puts what all partitions want to append into one synced write, while the next is decided.
// In a log of one's own all partitions are claimed at the start. In one that others append to too, each partition is followed warm, and
// claimed when the caller says so.
#pragma once

#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "infra/journal/limits.hpp"
#include "infra/journal/log/log.hpp"
#include "infra/journal/owner.hpp"

namespace layerline::journal {

struct JournalOptions {
  std::string owner = {};                                   // a name; in a log of one's own the start time is added to make it unique
  std::string url = {};
  OwnerLimits limits = {};
  std::function<std::int64_t()> clock_ms = {};         // UTC; the system's clock if empty
  // Whether to take a partition over from its holder now; asked again and again on the journal thread, of partitions that are followed
  // up to the end. Not asked in a log of one's own.
  std::function<bool(std::uint32_t partition, const Holder& holder)> may_claim = {};
  // What has to be durable before records are. Called on the writing thread before each append.
  std::function<void()> before_append = {};
};

// Called on the journal thread; they must only enqueue or write something short.
struct JournalHooks {
  // Own commits just accepted, before their callers hear it. One that was settled by reading the log again (after a failed write) does
  // not pass here: `after` always does, so it is the head to store; for every commit, use a Reader.
  std::function<void(const Position& after, std::span<const Recorded> commits)> accepted = {};
  std::function<void()> answered = {};                 // after the callbacks of one write: a place to wake others once
  std::function<void()> leads_changed = {};            // leads() says something else for a partition
};

template <Application App>
class Journal {
 public:
  using Command = App::Command;
  using Outcome = journal::Outcome<typename App::Refusal>;
  using Callback = std::move_only_function<void(Outcome)>;

  // One application per partition, in order; used only by the journal thread once start() was called. All outlive the journal.
  Journal(Log& log, std::vector<App*> apps, JournalOptions options, JournalHooks hooks = {});
  ~Journal() { stop(); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Folds all partitions into their applications, claims them if the log is one's own, and starts the thread. Fails with the first
  // damage found.
  [[nodiscard]] std::expected<void, Damage> start();

  // Any thread. The callback runs once, on the journal thread, and must only enqueue; when the inbox is full it runs here, with Busy;
  // before start() and after stop() with NotOwner.
  void submit(std::uint32_t partition, Command command, Callback callback);

  // Whether this process decides for the partition now. Any thread.
  [[nodiscard]] bool leads(std::uint32_t partition) const { return partition < leads_.size() && leads_[partition].load(); }

  // may_claim may say something else now. Any thread.
  void wake();

  // Settles what was submitted, and ends the thread. Called again it does nothing.
  void stop();

 private:
  using PartitionOwner = Owner<App, Callback>;
  struct Submission {
    std::uint32_t partition;
    Command command;
    Callback callback;
  };
  struct Waiting {
    std::size_t owner;
    std::uint64_t id;
    std::size_t records;
  };
  // What one append takes. It has copies: the owner may give a record up while it is written.
  struct Write {
    std::vector<Waiting> waiting = {};
    std::vector<std::uint32_t> partitions = {};          // of each record
    std::vector<std::string> records = {};
    std::vector<AppendResult> results = {};              // of each record, once it is written
  };

  [[nodiscard]] std::int64_t now_ms() const;
  void run();
  void take_inbox(bool wait);
  bool step();
  bool take_written();
  void follow();
  [[nodiscard]] bool follow(PartitionOwner& owner);
  void claim_some();
  void note_leads();
  bool read_wanted();
  [[nodiscard]] std::expected<void, Damage> damage() const;
  void append_waiting();
  void deliver();
  void write();
  void end_threads();
  void complete(Outcome& outcome) const;

  Log& log_;
  const JournalOptions options_;
  const JournalHooks hooks_;
  const bool exclusive_;
  Moves<typename App::Estate> moves_;
  std::vector<std::unique_ptr<PartitionOwner>> owners_;
  std::vector<std::atomic<bool>> leads_;               // of each partition
  std::vector<bool> at_end_;                           // of each partition: followed up to the end a moment ago
  std::uint64_t followed_ = 0;                         // how many records the log had then
  bool log_ready_ = true;
  bool writing_ = false;                               // handed to the writer, and not taken back
  std::vector<Submission> taken_;

  std::mutex inbox_mutex_;                             // guards the next five
  std::condition_variable inbox_signal_;
  std::vector<Submission> inbox_;
  std::optional<Write> written_;
  bool woken_ = false;
  bool stopping_ = false;
  bool running_ = false;
  std::thread thread_;

  std::mutex outbox_mutex_;                            // guards the next two
  std::condition_variable outbox_signal_;
  std::optional<Write> outbox_;
  bool writer_ends_ = false;
  std::thread writer_;
};

template <Application App>
Journal<App>::Journal(Log& log, std::vector<App*> apps, JournalOptions options, JournalHooks hooks)
    : log_(log), options_(std::move(options)), hooks_(std::move(hooks)), exclusive_(log.describe().exclusive), leads_(apps.size()),
      at_end_(apps.size(), false) {
  const LogDescription description = log.describe();
  assert(apps.size() == description.partitions);
  const auto started = std::chrono::system_clock::now().time_since_epoch().count();
  for (std::uint32_t partition = 0; partition < apps.size(); ++partition) {
    OwnerIdentity identity{.partition = partition, .journal_id = description.journal_id,
                           .owner = exclusive_ ? options_.owner + "@" + std::to_string(started) : options_.owner, .url = options_.url,
                           .exclusive = description.exclusive};
    owners_.push_back(std::make_unique<PartitionOwner>(*apps[partition], std::move(identity), moves_, options_.limits));
  }
}

template <Application App>
std::expected<void, Damage> Journal<App>::start() {
  for (const auto& owner : owners_) {
    owner->tick(now_ms());
    if (exclusive_) owner->claim();
  }
  writer_ = std::thread([this] { write(); });
  if (!exclusive_) follow();
  while (exclusive_ && (step() || writing_)) take_inbox(writing_);
  if (auto whole = damage(); !whole) return whole;
  for (const auto& owner : owners_) {
    if (exclusive_ && owner->state() != OwnerState::leading) {
      const auto* why = owner->waits() ? "a workshop that was adopted here was not sealed" : "the log takes no claim";
      return std::unexpected(Damage{owner->position().partition, owner->next_offset(), why});
    }
    if (hooks_.accepted) hooks_.accepted(owner->position(), {});
  }
  note_leads();
  {
    const std::lock_guard lock(inbox_mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

template <Application App>
std::expected<void, Damage> Journal<App>::damage() const {
  for (const auto& owner : owners_) {
    if (owner->state() == OwnerState::stopped) return std::unexpected(owner->damage());
  }
  return {};
}

template <Application App>
void Journal<App>::wake() {
  const std::lock_guard lock(inbox_mutex_);
  woken_ = true;
  inbox_signal_.notify_one();
}

template <Application App>
void Journal<App>::submit(std::uint32_t partition, Command command, Callback callback) {
  bool full = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    full = running_ && !stopping_ && inbox_.size() >= options_.limits.queue;
    if (running_ && !stopping_ && !full && partition < owners_.size()) {
      inbox_.push_back({partition, std::move(command), std::move(callback)});
      if (inbox_.size() == 1) inbox_signal_.notify_one();
      return;
    }
  }
  callback(full ? Outcome(Busy{}) : Outcome(NotOwner{}));
}

template <Application App>
void Journal<App>::stop() {
  {
    const std::lock_guard lock(inbox_mutex_);
    stopping_ = true;
    inbox_signal_.notify_one();
  }
  end_threads();
}

template <Application App>
void Journal<App>::end_threads() {
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(outbox_mutex_);
    writer_ends_ = true;
    outbox_signal_.notify_one();
  }
  if (writer_.joinable()) writer_.join();
}

template <Application App>
std::int64_t Journal<App>::now_ms() const {
  using namespace std::chrono;
  return options_.clock_ms ? options_.clock_ms() : duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

template <Application App>
void Journal<App>::run() {
  for (bool more = false; true;) {
    take_inbox(!more);
    {
      const std::lock_guard lock(inbox_mutex_);
      if (stopping_ && taken_.empty() && inbox_.empty() && !more && !writing_) break;
    }
    const std::int64_t now = now_ms();
    for (const auto& owner : owners_) owner->tick(now);
    for (Submission& submission : taken_) {
      owners_[submission.partition]->submit(std::move(submission.command), std::move(submission.callback));
    }
    taken_.clear();
    if (!exclusive_) {
      follow();
      claim_some();
    }
    more = step();
    note_leads();
  }
  for (const auto& owner : owners_) owner->resign();
  deliver();
  note_leads();
}

template <Application App>
void Journal<App>::take_inbox(bool wait) {
  std::unique_lock lock(inbox_mutex_);
  const auto ready = [this] { return (stopping_ && !writing_) || woken_ || written_ || !inbox_.empty(); };
  if (wait) inbox_signal_.wait_for(lock, std::chrono::milliseconds(idle_wait_ms), ready);
  woken_ = false;
  std::swap(taken_, inbox_);
}

// What others appended. An owner that is busy reads only where it has to.
template <Application App>
void Journal<App>::follow() {
  const std::uint64_t appended = log_.wait(~std::uint64_t{0}, std::chrono::milliseconds(0));
  const bool nothing_new = std::exchange(followed_, appended) == appended;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    if (!nothing_new || !at_end_[i]) at_end_[i] = follow(*owners_[i]);
  }
}

// True: up to the end.
template <Application App>
bool Journal<App>::follow(PartitionOwner& owner) {
  while (!owner.waits() && (owner.state() == OwnerState::following || (owner.state() == OwnerState::leading && owner.idle()))) {
    const auto records = log_.read(owner.position().partition, owner.next_offset(), read_batch_records);
    if (!records) {
      owner.on_read_error(records.error());
      return false;
    }
    if (records->empty()) return true;
    owner.on_records(*records, false);
  }
  return false;
}

template <Application App>
void Journal<App>::claim_some() {
  if (!options_.may_claim) return;
  {
    const std::lock_guard lock(inbox_mutex_);
    if (stopping_) return;
  }
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i]->state() != OwnerState::following || !at_end_[i]) continue;
    if (options_.may_claim(static_cast<std::uint32_t>(i), owners_[i]->holder())) owners_[i]->claim();
  }
}

template <Application App>
void Journal<App>::note_leads() {
  bool changed = false;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const bool now = owners_[i]->state() == OwnerState::leading;
    changed = leads_[i].exchange(now) != now || changed;
  }
  if (changed && hooks_.leads_changed) hooks_.leads_changed();
}

// One round: take what was written, read where an owner has to, decide, hand over one write for all partitions, answer. False when
// nothing is left to do now.
template <Application App>
bool Journal<App>::step() {
  bool more = take_written();
  if (!log_ready_ && !writing_) log_ready_ = log_.reopen();
  if (log_ready_) {
    more = read_wanted() || more;
    for (const auto& owner : owners_) owner->pump();
    if (!writing_) append_waiting();
  }
  deliver();
  return more && log_ready_;
}

template <Application App>
bool Journal<App>::take_written() {
  std::optional<Write> write;
  {
    const std::lock_guard lock(inbox_mutex_);
    write.swap(written_);
  }
  if (!write) return false;
  writing_ = false;
  std::span<const AppendResult> rest = write->results;
  for (const AppendResult& result : rest) log_ready_ = log_ready_ && result.kind == AppendResult::Kind::stored;
  for (const Waiting& waiting : write->waiting) {
    owners_[waiting.owner]->on_appended(waiting.id, rest.first(waiting.records));
    rest = rest.subspan(waiting.records);
  }
  return true;
}

template <Application App>
bool Journal<App>::read_wanted() {
  bool any = false;
  for (const auto& owner : owners_) {
    while (owner->wants_read()) {
      const auto records = log_.read(owner->position().partition, owner->next_offset(), read_batch_records);
      any = true;
      if (!records) {
        owner->on_read_error(records.error());
        log_ready_ = records.error().damaged;          // else it may come back
        break;
      }
      owner->on_records(*records, records->empty());
    }
  }
  return any;
}

template <Application App>
void Journal<App>::append_waiting() {
  Write write;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    while (auto outgoing = owners_[i]->take_append()) {
      write.waiting.push_back({i, outgoing->id, outgoing->records.size()});
      for (const std::string_view bytes : outgoing->records) {
        write.partitions.push_back(static_cast<std::uint32_t>(i));
        write.records.emplace_back(bytes);
      }
    }
  }
  if (write.waiting.empty()) return;
  writing_ = true;
  const std::lock_guard lock(outbox_mutex_);
  outbox_ = std::move(write);
  outbox_signal_.notify_one();
}

// The writer's thread.
template <Application App>
void Journal<App>::write() {
  std::vector<Append> appends;
  while (true) {
    std::optional<Write> write;
    {
      std::unique_lock lock(outbox_mutex_);
      outbox_signal_.wait(lock, [this] { return writer_ends_ || outbox_; });
      if (!outbox_) return;
      write.swap(outbox_);
    }
    if (options_.before_append) options_.before_append();
    appends.clear();
    for (std::size_t i = 0; i < write->records.size(); ++i) appends.push_back({write->partitions[i], write->records[i]});
    write->results = log_.append(appends);
    const std::lock_guard lock(inbox_mutex_);
    written_ = std::move(write);
    inbox_signal_.notify_one();
  }
}

template <Application App>
void Journal<App>::deliver() {
  bool any = false;
  for (const auto& owner : owners_) {
    const std::vector<Recorded> recorded = owner->take_recorded();
    if (!recorded.empty() && hooks_.accepted) hooks_.accepted(owner->position(), recorded);
    for (auto& answer : owner->take_answers()) {
      any = true;
      complete(answer.outcome);
      answer.token(std::move(answer.outcome));
    }
  }
  if (any && hooks_.answered) hooks_.answered();
}

// A repeated command hears what the first one did.
template <Application App>
void Journal<App>::complete(Outcome& outcome) const {
  auto* repeated = std::get_if<Repeated>(&outcome);
  if (repeated == nullptr) return;
  const auto records = log_.read(repeated->partition, repeated->offset, 1);
  Commit commit;
  const Frame frame = records && !records->empty() ? decode_frame(records->front().bytes) : Frame{FrameFault::length, {}, {}};
  if (frame.fault != FrameFault::none || !commit.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size()))) {
    outcome = Unknown{};
    return;
  }
  repeated->answer = commit.answer();
  repeated->versions = versions_of(commit);
}

}  // namespace layerline::journal
