// The other processes of an installation on Kafka, as one of them sees it: who lives, who decides for a partition, who has documents and
// blobs. Any thread, but for open() and attach().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/app/commands.hpp"
#include "infra/app/members.hpp"
#include "infra/app/roles.hpp"
#include "infra/app/start_error.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/kafka/kafka_log.hpp"
#include "infra/journal/owner.hpp"

namespace layerline::app {

class Cluster {
 public:
  struct Self {
    std::string url = {};                                   // where the others reach this process
    Roles roles = {};
    std::uint32_t partitions = 0;                           // of the journal
    std::function<void(std::string_view)> report = {};      // what goes wrong with brokers; any thread, must be quick
  };
  // Announces this process at once.
  [[nodiscard]] static std::expected<std::unique_ptr<Cluster>, std::string> open(const journal::KafkaAddress& journal, Self self);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // The keys that all processes share. The cluster outlives the vault.
  [[nodiscard]] std::expected<crypto::KeyVault, StartError> open_keys() const;

  // Of a process that may own partitions: whether it leads one now, and how to have it look again. Both are called from any thread.
  struct OwnJournal {
    std::function<bool(std::uint32_t partition)> leads;
    std::function<void()> wake;
  };
  void attach(OwnJournal journal);
  void announce() { members_->announce(); }
  // Says that this process goes: what it led is free. The journal is not called any more.
  void leave();

  [[nodiscard]] const std::string& id() const { return members_->id(); }
  [[nodiscard]] bool may_claim(std::uint32_t partition, const journal::Holder& holder) const;
  [[nodiscard]] Owner owner_of(std::uint32_t partition);
  // Of a living projector; of another than `failed` if there are more.
  [[nodiscard]] std::optional<std::string> projector_url(std::string_view failed);
  [[nodiscard]] std::vector<std::string> urls_of_others() const;
  // False only of a process that is known to be dead.
  [[nodiscard]] bool lives(const std::string& id) const { return members_->life_of(id) != Life::dead; }
  [[nodiscard]] Lead lead(Role role) const { return members_->lead(name(role)); }
  [[nodiscard]] bool in_touch() const { return members_->in_touch(); }

  // What is missing for the work of this process; empty: nothing.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] bool brokers_away() const { return !key_table_->trouble().empty(); }

 private:
  explicit Cluster(Self self) : self_(std::move(self)) {}
  [[nodiscard]] std::vector<std::uint32_t> led_partitions() const;

  const Self self_;
  std::unique_ptr<kafka::Table> key_table_;
  OwnJournal journal_;
  std::atomic<bool> has_journal_ = false;                   // journal_ is there
  std::mutex waking_;                                       // held while the journal is woken
  std::atomic<std::size_t> next_projector_ = 0;
  std::mutex owners_mutex_;                                 // guards the next two
  std::map<std::uint32_t, std::string> owners_;             // of partitions that are led elsewhere, by URL
  std::chrono::steady_clock::time_point owners_at_{};
  std::unique_ptr<Members> members_;                        // calls back, so it goes first
};

}  // namespace layerline::app
