#include "infra/app/members.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "infra/app/limits.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "infra/json/writer.hpp"

namespace layerline::app {
namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The elements of an array, if they all are what they should be.
template <class T, class Kept>
bool read_array(const simdjson::dom::element& object, std::string_view name, std::vector<Kept>& out) {
  simdjson::dom::array array;
  if (object[name].get(array) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::element element : array) {
    T value;
    if (element.get(value) != simdjson::SUCCESS) return false;
    out.push_back(Kept(value));
  }
  return true;
}

}  // namespace

std::string encode(const Member& member) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("id", member.id).member("url", member.url).key("roles").begin_array();
  for (const std::string& role : member.roles) writer.value(role);
  writer.end().key("partitions").begin_array();
  for (const std::uint32_t partition : member.partitions) writer.value(partition);
  writer.end().member("time_ms", member.time_ms).member("since_ms", member.since_ms).end();
  return out;
}

std::optional<Member> decode_member(std::string_view text) {
  if (text.size() > limits::heartbeat_bytes) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  std::string_view id;
  std::string_view url;
  Member member;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) return std::nullopt;
  if (object["id"].get(id) != simdjson::SUCCESS || object["url"].get(url) != simdjson::SUCCESS) return std::nullopt;
  if (object["time_ms"].get(member.time_ms) != simdjson::SUCCESS) return std::nullopt;
  static_cast<void>(object["since_ms"].get(member.since_ms));   // an earlier build does not say it, and counts as the oldest
  if (!read_array<std::string_view>(object, "roles", member.roles)) return std::nullopt;
  if (!read_array<std::uint64_t>(object, "partitions", member.partitions)) return std::nullopt;
  member.id = id;
  member.url = url;
  return member;
}

// ---------------------------------------------------------------- the roster

bool Roster::hears(std::int64_t now_ms) const { return heard_self_ms_ && now_ms - *heard_self_ms_ <= limits::deaf_after_ms; }
bool Roster::was_away(std::int64_t now_ms) const { return !heard_self_ms_ || now_ms - *heard_self_ms_ > limits::silence_ms; }

std::vector<MemberChange> Roster::hear(Member member, std::int64_t now_ms) {
  if (gone_.contains(member.id)) return {};
  if (member.id == self_) {
    if (!hears(now_ms)) hearing_since_ms_ = now_ms;
    heard_self_ms_ = now_ms;
  }
  const auto known = heard_.find(member.id);
  if (known != heard_.end()) {
    known->second = {std::move(member), now_ms};
    return {};
  }
  heard_.emplace(member.id, Heard{member, now_ms});
  return {{MemberChange::Kind::appeared, std::move(member)}};
}

std::vector<MemberChange> Roster::hear_gone(const std::string& id) {
  if (gone_.size() >= limits::gone_members) gone_.clear();
  gone_.insert(id);
  const auto known = heard_.find(id);
  if (known == heard_.end()) return {};
  MemberChange change{MemberChange::Kind::left, std::move(known->second.member)};
  heard_.erase(known);
  return {std::move(change)};
}

std::vector<MemberChange> Roster::tick(std::int64_t now_ms) {
  std::vector<MemberChange> changes;
  if (!hears(now_ms)) return changes;
  std::erase_if(heard_, [&](const auto& entry) {
    const Heard& heard = entry.second;
    if (now_ms - std::max(heard.at_ms, hearing_since_ms_) <= limits::silence_ms) return false;
    changes.push_back({MemberChange::Kind::left, heard.member});
    return true;
  });
  return changes;
}

std::vector<Member> Roster::live() const {
  std::vector<Member> members;
  for (const auto& [id, heard] : heard_) members.push_back(heard.member);
  return members;
}

Life Roster::life_of(const std::string& id, std::int64_t now_ms) const {
  if (heard_.contains(id)) return Life::alive;
  if (gone_.contains(id)) return Life::dead;
  return hears(now_ms) && now_ms - hearing_since_ms_ > limits::silence_ms ? Life::dead : Life::unknown;
}

Lead Roster::lead(std::string_view role, std::int64_t now_ms) const {
  // An older one that was not heard yet would have been by then.
  if (!hears(now_ms) || now_ms - hearing_since_ms_ <= limits::silence_ms) return Lead::unknown;
  const Member* oldest = nullptr;
  for (const auto& [id, heard] : heard_) {
    if (std::ranges::find(heard.member.roles, role) == heard.member.roles.end()) continue;
    if (oldest == nullptr || heard.member.since_ms < oldest->since_ms) oldest = &heard.member;
  }
  return oldest != nullptr && oldest->id == self_ ? Lead::ours : Lead::others;
}

// ---------------------------------------------------------------- the process

std::expected<std::unique_ptr<Members>, std::string> Members::open(const kafka::TableAddress& owners, MemberOptions options) {
  kafka::TableOptions table_options = options.table;
  std::unique_ptr<Members> members(new Members(crypto::hex(crypto::random_bytes(limits::member_id_bytes)), std::move(options)));
  table_options.changed = [self = members.get()](const kafka::TableChange& change) { self->hear(change); };
  table_options.remembers = false;
  table_options.put_time = std::chrono::milliseconds(limits::announce_time_ms);
  auto table = kafka::Table::open(owners, std::move(table_options));
  if (!table) return std::unexpected(std::move(table.error()));
  members->table_ = std::move(*table);
  members->thread_ = std::thread([self = members.get()] { self->run(); });
  return members;
}

Members::~Members() { stop(); }

// On the table's thread. Of what was said before this process listened only a farewell still counts.
void Members::hear(const kafka::TableChange& change) {
  std::vector<MemberChange> changes;
  {
    const std::lock_guard lock(mutex_);
    if (!change.value) {
      changes = roster_.hear_gone(std::string(change.key));
    } else if (auto member = decode_member(*change.value); member && !change.earlier && member->id == change.key) {
      if (member->id == id_ && roster_.was_away(steady_ms())) since_ms_ = clock_ms();
      changes = roster_.hear(std::move(*member), steady_ms());
    }
  }
  report(changes);
}

void Members::run() {
  std::int64_t next_ms = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto changes = roster_.tick(steady_ms());
    const bool due = announce_now_ || steady_ms() >= next_ms;
    announce_now_ = false;
    lock.unlock();
    report(changes);
    if (due) {
      next_ms = steady_ms() + limits::heartbeat_ms;
      static_cast<void>(table_->put(id_, encode(self())));   // one that is lost is followed by the next; trouble() tells of more
    }
    lock.lock();
    woken_.wait_for(lock, std::chrono::milliseconds(limits::member_tick_ms), [this] { return stopping_ || announce_now_; });
  }
}

// Who was away comes back as the youngest.
Member Members::self() const {
  Member member{id_, options_.url, options_.roles, options_.partitions ? options_.partitions() : std::vector<std::uint32_t>{}, clock_ms()};
  const std::lock_guard lock(mutex_);
  member.since_ms = roster_.was_away(steady_ms()) ? member.time_ms : since_ms_;
  return member;
}

void Members::report(const std::vector<MemberChange>& changes) const {
  if (!options_.changed) return;
  for (const MemberChange& change : changes) options_.changed(change);
}

std::vector<Member> Members::live() const {
  const std::lock_guard lock(mutex_);
  return roster_.live();
}

std::vector<Member> Members::find_by_role(std::string_view role) const {
  std::vector<Member> members = live();
  std::erase_if(members, [&](const Member& member) { return std::ranges::find(member.roles, role) == member.roles.end(); });
  return members;
}

Life Members::life_of(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return roster_.life_of(id, steady_ms());
}

Lead Members::lead(std::string_view role) const {
  const std::lock_guard lock(mutex_);
  return roster_.lead(role, steady_ms());
}

bool Members::in_touch() const {
  const std::lock_guard lock(mutex_);
  return roster_.hears(steady_ms());
}

void Members::announce() {
  {
    const std::lock_guard lock(mutex_);
    announce_now_ = true;
  }
  woken_.notify_all();
}

void Members::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Members::leave() {
  stop();
  static_cast<void>(table_->remove(id_));        // if it can't be said, the silence says it
}

}  // namespace layerline::app
