// Implementation of owner.hpp, what moves are about; include that one.
#pragma once

namespace layerline::journal {

// A seal without an adoption is completed by whoever owns its target, whatever became of the owner that wrote it.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::adopt_what_arrived() {
  const std::vector<SealPlace>& arrived = moves_.bound_for(identity_.partition);
  const bool none = arrived.size() == adopted_.size();
  if (none || state_ != OwnerState::leading || in_flight_.size() >= limits_.batches_in_flight) return;
  Batch batch;
  for (const SealPlace& place : arrived) {
    if (!adopted_.contains(place)) add_adoption(batch, place);
  }
  send(std::move(batch));
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::add_adoption(Batch& batch, SealPlace place) {
  const auto& departed = *moves_.find(place);
  Item item;
  item.commit.set_workshop(departed.workshop);
  item.commit.set_actor("owner");
  item.commit.set_cause("move");
  WorkshopAdopted& adopted = *item.commit.mutable_adopted();
  adopted.set_from(place.partition);
  adopted.set_sealed_offset(place.offset);
  adopted.set_head(departed.head.data(), departed.head.size());
  adopted.set_digest(departed.digest.data(), departed.digest.size());
  ahead_.time_ms = std::max(ahead_.time_ms, departed.time_ms);
  [[maybe_unused]] const bool taken_in = arrive(item.commit);
  assert(taken_in && "it was made of what it is compared with");
  chain(item);
  ++batch.commits;
  batch.items.push_back(std::move(item));
}

// The record adopts a workshop whose past was not folded yet.
template <Application App, class Token, class Rule>
bool Owner<App, Token, Rule>::must_wait(const StoredRecord& record) {
  if (!looks_like_move(record.bytes)) return false;
  Position next = position_;
  const Verdict verdict = fold<Rule>(next, record.offset, record.bytes, decoded_);
  if (verdict.kind != Verdict::Kind::accepted || !decoded_.commit.has_adopted()) return false;
  waits_for_ = SealPlace{decoded_.commit.adopted().from(), decoded_.commit.adopted().sealed_offset()};
  wants_read_ = true;
  return waits();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::fold_move(const Commit& commit, std::uint64_t offset) {
  if (commit.has_sealed()) {
    sealed_.insert(commit.workshop());
    depart(commit, offset, position_, false);
  }
  if (commit.has_adopted() && !arrive(commit)) {
    stop({identity_.partition, offset, "the workshop is not the one that was sealed in partition " +
                                           std::to_string(commit.adopted().from())});
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::depart(const Commit& commit, std::uint64_t offset, const Position& behind, bool own) {
  if (!own && !Rule::any_target_completes) return;
  Departed<typename App::Estate> departed{.workshop = commit.workshop(), .to = commit.sealed().to(), .head = behind.head,
                                          .time_ms = behind.time_ms, .estate = app_.take_out(commit.workshop()),
                                          .keys = dedup_.close(commit.workshop())};
  const std::uint64_t keys = departed.keys.size();
  departed.digest = sha256(App::digest(departed.estate), std::to_string(keys));
  moves_.depart({identity_.partition, offset}, std::move(departed));
}

// False: it is not what the adoption says.
template <Application App, class Token, class Rule>
bool Owner<App, Token, Rule>::arrive(const Commit& commit) {
  const WorkshopAdopted& adopted = commit.adopted();
  const SealPlace place{adopted.from(), adopted.sealed_offset()};
  const auto* departed = moves_.find(place);
  const bool same = departed != nullptr && departed->workshop == commit.workshop() && departed->to == identity_.partition &&
                    adopted.head() == view(departed->head) && adopted.digest() == view(departed->digest);
  if (!same) return false;
  app_.put_in(commit.workshop(), departed->estate);
  if (Rule::keys_move_along) dedup_.adopt(commit.workshop(), departed->keys);
  sealed_.erase(commit.workshop());
  adopted_.insert(place);
  return true;
}

}  // namespace layerline::journal
