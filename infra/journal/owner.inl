// Implementation of owner.hpp; include that one.
#pragma once

namespace layerline::journal {

// ---------------------------------------------------------------- inputs

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::tick(std::int64_t now_ms) {
  now_ms_ = now_ms;
  if (state_ == OwnerState::catching_up && now_ms_ >= retry_at_ms_) wants_read_ = true;
  expire(queue_, Busy{});
  expire(open_, Unknown{});
  if (in_flight_.empty()) return;
  for (Item& item : in_flight_.front().items) {
    if (item.token && item.since_ms + limits_.answer_timeout_ms < now_ms_) answer(item, Unknown{});
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::claim() {
  if (state_ != OwnerState::following) return;
  state_ = OwnerState::catching_up;
  wants_read_ = true;
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::submit(Command command, Token token) {
  if (state_ == OwnerState::following || state_ == OwnerState::stopped) {
    answers_.push_back({std::move(token), NotOwner{}});
  } else if (queue_.size() >= limits_.queue) {
    answers_.push_back({std::move(token), Busy{}});
  } else {
    Item& item = queue_.emplace_back();
    item.command = std::move(command);
    item.token = std::move(token);
    item.since_ms = now_ms_;
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::pump() {
  adopt_what_arrived();
  while (state_ == OwnerState::leading && !queue_.empty() && in_flight_.size() < limits_.batches_in_flight) {
    Batch batch;
    batch.items.reserve(std::min(queue_.size(), limits_.batch_commands) + 1);
    while (!queue_.empty() && batch.items.size() < limits_.batch_commands && batch.bytes < limits_.batch_bytes) {
      Item item = std::move(queue_.front());
      queue_.pop_front();
      decide(batch, std::move(item));
      if (state_ != OwnerState::leading) return;       // a commit over the limit: everything is decided again
    }
    if (batch.items.empty()) continue;                 // all of their workshops have left
    if (batch.commits == 0 && !identity_.exclusive) add_empty_commit(batch);
    send(std::move(batch));
    settle();                                          // replies on settled state need not wait when nobody else can append
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_appended(std::uint64_t id, std::span<const AppendResult> results) {
  if (control_ && control_->id == id) return on_control(results);
  const auto batch = std::ranges::find(in_flight_, id, &Batch::id);
  if (batch == in_flight_.end()) return;               // of a batch that was given up
  bool all_stored = true;
  std::size_t next = 0;
  for (Item& item : batch->items) {
    if (item.reply) continue;
    const AppendResult& result = results[next++];
    if (result.kind == AppendResult::Kind::stored) {
      if (!item.stored_at) item.stored_at = result.offset;
    } else {
      all_stored = false;
      if (!Rule::unknown_stays_open) answer(item, NotOwner{});
    }
  }
  settle();
  if (state_ != OwnerState::leading) return;
  if (!all_stored) return recover();
  const Item* first = first_unsettled();
  if (first == nullptr || !first->stored_at) return;
  wants_read_ = true;                                  // a gap: the records before ours decide
  if (Rule::gaps_are_read) return;
  for (Item& item : in_flight_.front().items) answer(item, NotOwner{});
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_control(std::span<const AppendResult> results) {
  if (state_ != OwnerState::claiming) return;
  wants_read_ = true;
  if (results[0].kind == AppendResult::Kind::stored) {
    control_->stored_at = results[0].offset;
    return;
  }
  state_ = OwnerState::catching_up;                    // claim_epoch_ stays: the claim may still come, and then it counts
  wants_read_ = false;
  retry_at_ms_ = now_ms_ + limits_.retry_ms;
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_records(std::span<const StoredRecord> records, bool at_end) {
  if (state_ == OwnerState::stopped) return;
  if (at_end) wants_read_ = false;
  const std::uint64_t first = records.empty() ? position_.offset : records.front().offset;
  if (first > position_.offset) {
    // Read before a refold began: not what is wanted now. In a log of one's own it means that a record is gone.
    if (identity_.exclusive) return stop({identity_.partition, position_.offset, "the record is missing"});
    wants_read_ = true;
    return;
  }
  waits_for_.reset();
  for (const StoredRecord& record : records) {
    if (record.offset < position_.offset) continue;
    const bool refolded = record.offset > position_.offset && position_.offset == 0;
    if (refolded) return;                              // this round's records led to a refold: read again from the start
    if (must_wait(record)) return;
    on_record(record);
    if (state_ == OwnerState::stopped) return;
  }
  if (at_end && !wants_read_) on_caught_up();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_read_error(const LogError& error) {
  if (error.damaged) stop({identity_.partition, error.offset, error.reason});
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::resign() {
  if (state_ == OwnerState::stopped) return;
  take_in_flight();
  hand_back(open_, Unknown{});
  step_down();
}

// ---------------------------------------------------------------- deciding

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::answer(Item& item, Outcome outcome) {
  if (item.token) answers_.push_back({std::move(*item.token), std::move(outcome)});
  item.token.reset();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::decide(Batch& batch, Item item) {
  const Command& command = item.command;
  if (!command.command_id.empty()) {
    item.key = Dedup::key(command.workshop, command.command_id);
    if (const auto known = dedup_.find(command.workshop, item.key)) {
      const bool same = known->seen.payload == Dedup::payload(command.payload_hash);
      return add_reply(batch, std::move(item), same ? Outcome{Repeated{}} : Outcome{KeyReused{}});
    }
  }
  if (Rule::seals_end_deciding && sealed_.contains(command.workshop)) return answer(item, NotOwner{});
  auto draft = app_.decide(command, std::max(now_ms_, ahead_.time_ms));
  if (!draft) return add_reply(batch, std::move(item), Rejected<typename App::Refusal>{std::move(draft.error())});
  if (draft->entries.empty() && !draft->leaves_for) return add_reply(batch, std::move(item), Accepted{.answer = std::move(draft->answer)});
  add_commit(batch, std::move(item), std::move(*draft));
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::add_reply(Batch& batch, Item item, Outcome outcome) {
  if (!Rule::rejections_wait_for_acceptance) answer(item, outcome);
  item.reply = std::move(outcome);
  batch.items.push_back(std::move(item));
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::add_commit(Batch& batch, Item item, Draft draft) {
  Commit& commit = item.commit;
  commit.set_workshop(item.command.workshop);
  commit.set_command_id(item.command.command_id);
  commit.set_payload_hash(item.command.payload_hash);
  commit.set_answer(std::move(draft.answer));
  commit.set_actor(item.command.actor);
  commit.set_cause(item.command.cause);
  for (Entry& entry : draft.entries) *commit.add_entries() = std::move(entry);
  if (draft.leaves_for) commit.mutable_sealed()->set_to(*draft.leaves_for);
  chain(item);
  if (item.bytes.size() > frame_header_bytes + record_payload_max_bytes) {
    // Its events are in the application's memory already, so all that was decided on them is decided again without it.
    answer(item, TooLarge{});
    in_flight_.push_back(std::move(batch));
    return recover();
  }
  if (!item.command.command_id.empty()) dedup_.put(commit.workshop(), item.key, {.payload = Dedup::payload(item.command.payload_hash)});
  if (commit.has_sealed()) sealed_.insert(commit.workshop());
  if (commit.has_sealed() && !Rule::adoptions_wait_for_the_seal) depart(commit, position_.offset + batch.commits, ahead_, true);
  if (!Rule::answers_wait_for_acceptance)
    answer(item, Accepted{commit.answer(), identity_.partition, position_.offset, versions_of(commit)});
  batch.bytes += item.bytes.size();
  ++batch.commits;
  batch.items.push_back(std::move(item));
}

// Proves that the state which rejections and repeats were decided on was still the partition's.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::add_empty_commit(Batch& batch) {
  Item item;
  chain(item);
  ++batch.commits;
  batch.items.push_back(std::move(item));
}

// Gives a commit its place behind all that was decided so far.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::chain(Item& item) {
  item.commit.set_epoch(led_epoch_);
  item.commit.set_number(ahead_.number + 1);
  item.commit.set_prev(ahead_.head.data(), ahead_.head.size());
  item.commit.set_time_ms(std::max(now_ms_, ahead_.time_ms));
  item.bytes = encode(item.commit);
  item.head = sha256(ahead_.head, item.bytes);
  ahead_.number = item.commit.number();
  ahead_.head = item.head;
  ahead_.time_ms = item.commit.time_ms();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::send(Batch batch) {
  batch.id = next_id_++;
  if (batch.commits > 0) ++batches_waiting_;
  in_flight_.push_back(std::move(batch));
}

template <Application App, class Token, class Rule>
auto Owner<App, Token, Rule>::take_append() -> std::optional<Outgoing> {
  if (control_waits_) {
    control_waits_ = false;
    return Outgoing{control_->id, {control_->bytes}};
  }
  if (batches_waiting_ == 0) return std::nullopt;
  std::size_t behind = batches_waiting_--;
  auto batch = in_flight_.rbegin();
  while (batch->commits == 0 || --behind > 0) ++batch;
  Outgoing outgoing{batch->id, {}};
  outgoing.records.reserve(batch->commits);
  for (const Item& item : batch->items) {
    if (!item.reply) outgoing.records.push_back(item.bytes);
  }
  return outgoing;
}

// ---------------------------------------------------------------- settling

// Accepts commits in flight for as long as each lies right behind what is accepted: then nobody can have come between.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::settle() {
  while (!in_flight_.empty()) {
    Batch& batch = in_flight_.front();
    for (; batch.settled < batch.items.size(); ++batch.settled) {
      Item& item = batch.items[batch.settled];
      if (item.reply) continue;
      if (!item.stored_at) return;
      if (*item.stored_at < position_.offset) return recover();   // it was read, and is dead
      if (Rule::fast_path_needs_contiguity && *item.stored_at > position_.offset) return;
      accept(item, *item.stored_at);
    }
    answer_replies(batch);
    in_flight_.pop_front();
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::accept(Item& item, std::uint64_t offset) {
  position_.last_prev = position_.head;
  position_.last_offset = offset;
  position_.offset = offset + 1;
  position_.number = item.commit.number();
  position_.head = item.head;
  position_.time_ms = item.commit.time_ms();
  if (!item.commit.command_id().empty()) dedup_.accept(item.commit.workshop(), item.key, offset);
  if (item.commit.has_sealed()) depart(item.commit, offset, position_, true);
  if (item.token) answer(item, Accepted{item.commit.answer(), identity_.partition, offset, versions_of(item.commit)});
  recorded_.push_back({offset, std::move(item.bytes), std::move(item.commit)});
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::answer_replies(Batch& batch) {
  for (Item& item : batch.items) {
    if (!item.reply || !item.token) continue;
    if (auto* repeated = std::get_if<Repeated>(&*item.reply)) {
      const auto first = dedup_.find(item.command.workshop, item.key);
      repeated->partition = first->partition, repeated->offset = first->seen.offset;
    }
    if (auto* already = std::get_if<Accepted>(&*item.reply)) {
      already->partition = identity_.partition, already->offset = position_.last_offset;
    }
    answer(item, std::move(*item.reply));
  }
}

template <Application App, class Token, class Rule>
auto Owner<App, Token, Rule>::first_unsettled() const -> const Item* {
  if (in_flight_.empty()) return nullptr;
  const Batch& batch = in_flight_.front();
  return batch.settled < batch.items.size() ? &batch.items[batch.settled] : nullptr;
}

// ---------------------------------------------------------------- reading the log

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_record(const StoredRecord& record) {
  const Verdict verdict = fold<Rule>(position_, record.offset, record.bytes, decoded_);
  switch (verdict.kind) {
    case Verdict::Kind::damaged: return stop(verdict.damage);
    case Verdict::Kind::dead: {
      if (identity_.exclusive && verdict.death == Death::not_ours) {
        return stop({identity_.partition, record.offset, std::string(describe(verdict.death))});
      }
      return settle();                       // a gap before our next commit may be closed now, or it was this one
    }
    case Verdict::Kind::accepted: break;
  }
  switch (verdict.record) {
    case Kind::genesis: return;
    case Kind::claim: return on_claim(decoded_.claim);
    case Kind::commit:
    case Kind::move: return on_commit(record);
  }
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_claim(const Claim& claim) {
  holder_ = {claim.owner(), claim.url(), claim.epoch()};
  const bool own = claim.owner() == identity_.owner;
  if (own && claim.epoch() == claim_epoch_) return lead();
  if (own) return;                           // one that this owner gave up: a later one of its own is on its way
  const bool led_before_it = led_epoch_ > 0 && claim.epoch() > led_epoch_;
  if (state_ == OwnerState::claiming || claim_epoch_ > 0 || led_before_it) step_down();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_commit(const StoredRecord& record) {
  const Commit& commit = decoded_.commit;
  if (state_ == OwnerState::leading) {
    const Item* first = first_unsettled();
    if (first == nullptr || first->head != position_.head) return recover();   // only a broken rule comes here
    Batch& batch = in_flight_.front();
    accept(batch.items[batch.settled++], record.offset);
    return settle();
  }
  app_.apply(commit, record.offset);
  if (!commit.command_id().empty()) {
    const ShortHash key = Dedup::key(commit.workshop(), commit.command_id());
    dedup_.put(commit.workshop(), key, {Dedup::payload(commit.payload_hash()), record.offset});
  }
  fold_move(commit, record.offset);
  if (open_heads_.empty()) return;
  const auto found = open_heads_.find(view(position_.head));
  if (found == open_heads_.end()) return;
  open_[found->second].applied = Accepted{commit.answer(), identity_.partition, record.offset, versions_of(commit)};
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::on_caught_up() {
  if (state_ == OwnerState::catching_up && now_ms_ >= retry_at_ms_) return append_control();
  if (state_ != OwnerState::claiming || !control_->stored_at) return;
  if (*control_->stored_at >= position_.offset) {
    wants_read_ = true;                      // this read was older than the append
  } else {
    state_ = OwnerState::catching_up;        // the genesis is there, or the claim came too late: the next control record
    wants_read_ = true;
  }
}

// ---------------------------------------------------------------- leading, and no longer

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::append_control() {
  control_.emplace().id = next_id_++;
  if (position_.journal_id.empty()) {
    Genesis genesis;
    genesis.set_journal_id(identity_.journal_id);
    genesis.set_partition(identity_.partition);
    control_->bytes = encode(genesis);
  } else {
    claimed_ = claim_epoch_ = std::max(claimed_, position_.epoch) + 1;
    Claim claim;
    claim.set_journal_id(position_.journal_id);
    claim.set_partition(identity_.partition);
    claim.set_epoch(claim_epoch_);
    claim.set_owner(identity_.owner);
    claim.set_url(identity_.url);
    control_->bytes = encode(claim);
    control_->is_claim = true;
  }
  control_waits_ = true;
  state_ = OwnerState::claiming;
}

// An own claim is accepted: every commit before it that was not read is dead for ever, so each open command is applied or never will be.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::lead() {
  state_ = OwnerState::leading;
  led_epoch_ = position_.epoch;
  claim_epoch_ = 0;
  control_.reset();
  control_waits_ = false;
  ahead_ = position_;
  for (auto item = open_.rbegin(); item != open_.rend(); ++item) {
    if (item->applied) {
      answer(*item, std::move(*item->applied));
    } else if (item->token) {
      Item again;
      again.command = std::move(item->command);
      again.token = std::move(item->token);
      again.since_ms = item->since_ms;
      queue_.push_front(std::move(again));
    }
  }
  open_heads_.clear();
  open_.clear();
}

// A foreign claim is accepted: what is in flight here is dead for ever.
template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::step_down() {
  const bool overlay = !in_flight_.empty();
  take_in_flight();
  hand_back(open_, NotOwner{});
  hand_back(queue_, NotOwner{});
  state_ = OwnerState::following;
  led_epoch_ = claim_epoch_ = 0;
  control_.reset();
  control_waits_ = false;
  if (overlay) refold();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::recover() {
  take_in_flight();
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (!open_[i].bytes.empty()) open_heads_.emplace(view(open_[i].head), i);
  }
  state_ = OwnerState::catching_up;
  claim_epoch_ = 0;
  refold();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::refold() {
  app_.reset();
  dedup_.clear();
  sealed_.clear();
  adopted_.clear();
  waits_for_.reset();
  position_ = start_of(identity_.partition);
  wants_read_ = true;
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::stop(Damage damage) {
  state_ = OwnerState::stopped;
  damage_ = std::move(damage);
  wants_read_ = false;
  control_waits_ = false;
  take_in_flight();
  hand_back(open_, Unknown{});
  hand_back(queue_, NotOwner{});
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::hand_back(std::deque<Item>& items, const Outcome& outcome) {
  for (Item& item : items) {
    if (item.applied) {
      answer(item, std::move(*item.applied));
    } else {
      answer(item, outcome);
    }
  }
  if (&items == &open_) open_heads_.clear();
  items.clear();
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::take_in_flight() {
  for (Batch& batch : in_flight_) {
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
      Item& item = batch.items[i];
      const bool accepted = i < batch.settled && !item.reply;
      if (!accepted) open_.push_back(std::move(item));
    }
  }
  in_flight_.clear();
  batches_waiting_ = 0;
}

template <Application App, class Token, class Rule>
void Owner<App, Token, Rule>::expire(std::deque<Item>& items, const Outcome& outcome) {
  for (Item& item : items) {
    if (item.since_ms + limits_.answer_timeout_ms >= now_ms_) break;
    answer(item, outcome);
  }
  if (&items != &queue_) return;
  while (!items.empty() && !items.front().token) items.pop_front();
}

}  // namespace layerline::journal
