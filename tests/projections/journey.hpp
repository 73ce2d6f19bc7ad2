// Journeys from upload to delivery as accepted commits, for tests and benches of the views: what the owner would have written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "infra/crypto/key_vault.hpp"
#include "projections/projection.hpp"
#include "projections/source.hpp"
#include "schemas/layerline/events.pb.h"
#include "schemas/layerline/journal.pb.h"

namespace layerline::testing {

// One partition's accepted commits, unsealed. Versions and times count up by themselves.
class Journal {
 public:
  explicit Journal(std::uint32_t partition = 0, std::string workshop = "w1") : partition_(partition), workshop_(std::move(workshop)) {}

  // Starts a commit, one second after the last.
  Journal& commit(std::string actor = "operator:1");
  // Adds an event to the current commit.
  events::Event& on(const std::string& stream);
  // Before the next commit, beside its second.
  void pass(std::int64_t ms) { passed_ms_ += ms; }
  void workshop(std::string id) { workshop_ = std::move(id); }

  [[nodiscard]] const std::vector<projections::OwnedCommit>& commits() const { return commits_; }
  [[nodiscard]] std::uint64_t event_count() const;
  // Reads the list at most `most` commits at a time (0: as many as asked for); offset i is commit i.
  [[nodiscard]] projections::Source source(std::size_t most = 0) const;
  // Every subject's personal data as it reads once its key is destroyed.
  void erase_keys(const std::string& subject);

 private:
  std::uint32_t partition_;
  std::string workshop_;
  std::int64_t passed_ms_ = 0;
  std::map<std::string, std::uint64_t> versions_;
  std::vector<projections::OwnedCommit> commits_;
};

// The ids of a journey are "<kind>-<n>".
struct Journey {
  std::int64_t number = 1;
  std::string customer = "customer-1";
};

void open_workshop(Journal& journal);              // 100 kg of PLA-black, one printer
void upload_and_quote(Journal& journal, const Journey& journey);
void accept_and_pay(Journal& journal, const Journey& journey);
void print(Journal& journal, const Journey& journey);
void ship(Journal& journal, const Journey& journey);

// `count` journeys, `abreast` of them interleaved at any time.
[[nodiscard]] Journal many_journeys(std::int64_t count, std::int64_t abreast);

}  // namespace layerline::testing
