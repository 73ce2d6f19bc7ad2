#include "infra/app/cluster.hpp"

#include <utility>

#include "infra/app/limits.hpp"
#include "infra/kafka/keys.hpp"

namespace layerline::app {

std::expected<std::unique_ptr<Cluster>, std::string> Cluster::open(const journal::KafkaAddress& journal, Self self) {
  const kafka::TopicsBeside topics = kafka::topics_beside(journal.topic);
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(self)));
  kafka::TableOptions options;
  options.report = cluster->self_.report;
  auto keys = kafka::Table::open({journal.bootstrap, topics.keys}, options);
  if (!keys) return std::unexpected(keys.error());
  cluster->key_table_ = std::move(*keys);

  MemberOptions member{.url = cluster->self_.url, .roles = cluster->self_.roles.names()};
  member.partitions = [here = cluster.get()] { return here->led_partitions(); };
  // Whoever leaves may have left partitions behind.
  member.changed = [here = cluster.get()](const MemberChange&) {
    const std::lock_guard lock(here->waking_);
    if (here->has_journal_) here->journal_.wake();
  };
  member.table = options;
  auto members = Members::open({journal.bootstrap, topics.owners}, std::move(member));
  if (!members) return std::unexpected(members.error());
  cluster->members_ = std::move(*members);
  return cluster;
}

std::expected<crypto::KeyVault, StartError> Cluster::open_keys() const {
  if (auto there = key_table_->catch_up(limits::key_table_wait); !there) return std::unexpected(StartError(there.error(), true));
  auto keys = crypto::KeyVault::open_shared(kafka::key_table(*key_table_));
  if (!keys) return std::unexpected(StartError(keys.error()));
  return std::move(*keys);
}

void Cluster::attach(OwnJournal journal) {
  journal_ = std::move(journal);
  has_journal_ = true;
}

void Cluster::leave() {
  {
    const std::lock_guard lock(waking_);
    has_journal_ = false;
  }
  members_->leave();
}

std::vector<std::uint32_t> Cluster::led_partitions() const {
  std::vector<std::uint32_t> led;
  for (std::uint32_t partition = 0; has_journal_ && partition < self_.partitions; ++partition)
    if (journal_.leads(partition)) led.push_back(partition);
  return led;
}

// Partitions without a living holder go to the living owners in turn.
bool Cluster::may_claim(std::uint32_t partition, const journal::Holder& holder) const {
  const bool free = holder.owner.empty() || holder.owner == id() || members_->life_of(holder.owner) == Life::dead;
  if (!free) return false;
  const std::vector<Member> owners = members_->find_by_role(name(Role::owner));
  return !owners.empty() && owners[partition % owners.size()].id == id();
}

// Asked for every command, so what the heartbeats say is looked at now and then only.
Owner Cluster::owner_of(std::uint32_t partition) {
  if (has_journal_ && journal_.leads(partition)) return OwnedHere{};
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(owners_mutex_);
  if (now - owners_at_ > std::chrono::milliseconds(limits::owners_age_ms)) {
    owners_at_ = now;
    owners_.clear();
    for (const Member& member : members_->live())
      for (const std::uint32_t owned : member.partitions)
        if (member.id != id()) owners_[owned] = member.url;
  }
  const auto found = owners_.find(partition);
  return found == owners_.end() ? Owner(NoOwner{}) : Owner(OwnedAt{found->second});
}

std::optional<std::string> Cluster::projector_url(std::string_view failed) {
  std::vector<Member> projectors = members_->find_by_role(name(Role::projector));
  if (projectors.size() > 1) std::erase_if(projectors, [&](const Member& member) { return member.url == failed; });
  if (projectors.empty()) return std::nullopt;
  return projectors[next_projector_++ % projectors.size()].url;
}

std::vector<std::string> Cluster::urls_of_others() const {
  std::vector<std::string> urls;
  for (const Member& member : members_->live())
    if (member.id != id()) urls.push_back(member.url);
  return urls;
}

std::string Cluster::trouble() const {
  if (std::string why = members_->trouble(); !why.empty()) return why;
  if (!self_.roles.has(Role::gateway)) return "";
  if (!self_.roles.has(Role::projector) && members_->find_by_role(name(Role::projector)).empty()) return "no projector lives";
  std::size_t owned = led_partitions().size();
  for (const Member& member : members_->live()) owned += member.id == id() ? 0 : member.partitions.size();
  return owned < self_.partitions ? "some partitions have no owner now" : "";
}

}  // namespace layerline::app
