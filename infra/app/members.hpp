// Who lives: every process says so twice a second, and the others believe it until they have heard nothing for two seconds of their own
// clock. Whoever does not even hear himself can't say that others are silent: then nobody dies, and all get their time anew.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "infra/kafka/table.hpp"

namespace layerline::app {

struct Member {
  std::string id = {};                           // of one start of one process
  std::string url = {};
  std::vector<std::string> roles = {};
  std::vector<std::uint32_t> partitions = {};    // that it owns
  std::int64_t time_ms = 0;                      // of its clock, for people
  std::int64_t since_ms = 0;                     // of its clock: since then it has been there without a break
};

[[nodiscard]] std::string encode(const Member& member);
[[nodiscard]] std::optional<Member> decode_member(std::string_view json);

struct MemberChange {
  enum class Kind { appeared, left };            // left: said so, or fell silent
  Kind kind = Kind::appeared;
  Member member = {};
};

enum class Life {
  alive,
  dead,
  unknown,                                       // nothing heard of it, but not listened for long enough either
};

// Who does what only one may do.
enum class Lead {
  ours,
  others,
  unknown,                                       // nothing is heard, or not for long enough; it may be still as it was
};

// What one process knows of the others: a fold of what it hears and of the time. Times are of one steady clock.
class Roster {
 public:
  explicit Roster(std::string self) : self_(std::move(self)) {}

  // A member appears, or lives on.
  [[nodiscard]] std::vector<MemberChange> hear(Member member, std::int64_t now_ms);
  // It said that it goes; for ever, since ids are not used again.
  [[nodiscard]] std::vector<MemberChange> hear_gone(const std::string& id);
  // Who has been silent for too long leaves.
  [[nodiscard]] std::vector<MemberChange> tick(std::int64_t now_ms);

  [[nodiscard]] std::vector<Member> live() const;   // by id, this process among them
  [[nodiscard]] Life life_of(const std::string& id, std::int64_t now_ms) const;
  // Of those with the role, the one that has been there longest leads: who comes, or comes back, does not disturb it.
  [[nodiscard]] Lead lead(std::string_view role, std::int64_t now_ms) const;
  // This process heard itself a moment ago.
  [[nodiscard]] bool hears(std::int64_t now_ms) const;
  // It has not for so long that the others may have taken it for dead.
  [[nodiscard]] bool was_away(std::int64_t now_ms) const;

 private:
  struct Heard {
    Member member;
    std::int64_t at_ms;
  };

  const std::string self_;
  std::map<std::string, Heard> heard_;
  std::unordered_set<std::string> gone_;
  std::optional<std::int64_t> heard_self_ms_;
  std::int64_t hearing_since_ms_ = 0;            // without a break
};

struct MemberOptions {
  std::string url = {};
  std::vector<std::string> roles = {};
  std::function<std::vector<std::uint32_t>()> partitions = {};       // that this process owns now; any thread
  std::function<void(const MemberChange&)> changed = {};             // any thread; only enqueues
  kafka::TableOptions table = {};                                    // settings and report
};

// Any thread may call.
class Members {
 public:
  // Begins to announce at once; brokers that are away are waited for.
  [[nodiscard]] static std::expected<std::unique_ptr<Members>, std::string> open(const kafka::TableAddress& owners, MemberOptions options);
  ~Members();                                    // without a word, like a crash
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::vector<Member> live() const;
  [[nodiscard]] std::vector<Member> find_by_role(std::string_view role) const;
  [[nodiscard]] Life life_of(const std::string& id) const;
  [[nodiscard]] Lead lead(std::string_view role) const;
  [[nodiscard]] bool in_touch() const;
  [[nodiscard]] std::string trouble() const { return table_->trouble(); }

  void announce();                               // at once, because something changed
  void leave();                                  // says that it goes, and announces no more

 private:
  Members(std::string id, MemberOptions options) : id_(std::move(id)), options_(std::move(options)), roster_(id_) {}
  void hear(const kafka::TableChange& change);
  void run();
  void stop();
  [[nodiscard]] Member self() const;
  void report(const std::vector<MemberChange>& changes) const;

  const std::string id_;
  const MemberOptions options_;
  mutable std::mutex mutex_;                     // guards the next five
  std::condition_variable woken_;
  Roster roster_;
  std::int64_t since_ms_ = 0;
  bool announce_now_ = false;
  bool stopping_ = false;
  std::unique_ptr<kafka::Table> table_;          // calls hear(), so it goes before the rest
  std::thread thread_;
};

}  // namespace layerline::app
