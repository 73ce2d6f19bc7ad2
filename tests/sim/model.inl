// Implementation of model.hpp; include that one.
#pragma once

namespace layerline::journal::sim {

template <class Rule>
Model<Rule>::Model(std::uint64_t seed) : random_(seed * 2 + 1), log_(time_, seed, {}, partitions) {
  const auto some = [this](int most) { return chance(500) ? 0 : static_cast<int>(random(static_cast<std::uint64_t>(most))); };
  // Swarm: half of the faults are off in each seed, so that the others get room.
  log_.set_faults({.lost = some(60), .not_sent = some(60), .answer_lost = some(60), .late = some(80), .duplicated = some(80),
                   .reordered = some(200), .delay_ms = 1 + random_ms(8), .timeout_ms = 20 + random_ms(40), .late_ms = 50 + random_ms(600)});
  limits_.batches_in_flight = 1 + random(3);
  limits_.batch_commands = 1 + random(7);
  limits_.queue = 2 + random(30);
  limits_.answer_timeout_ms = 100 + random_ms(400);
  limits_.retry_ms = 5 + random_ms(30);
  move_every_ms_ = chance(250) ? 0 : 20 + random_ms(400);
  for (std::size_t i = 0; i < gateways; ++i) gateways_.emplace_back(log_);
}

template <class Rule>
SeedResult Model<Rule>::run() {
  for (std::size_t i = 0; i < processes; ++i) {
    start(i);
    tick(i);
  }
  for (std::size_t i = 0; i < gateways; ++i) poll(i);
  if (move_every_ms_ > 0) time_.at(random_ms(move_every_ms_), [this] { move_something(); });
  for (std::size_t i = 0; i < clients; ++i) {
    clients_[i].node = random(processes - 1);
    time_.at(random_ms(50), [this, i] { next_operation(i); });
  }
  time_.at(random_ms(200), [this] { break_things(); });
  time_.at(faults_end_ms, [this] { log_.set_faults({}); });
  time_.run_until(end_ms);

  SeedResult result;
  for (const Client& client : clients_) history_.stuck = history_.stuck || client.done < operations_per_client;
  for (const Operation& operation : history_.operations) result.acked += operation.acked_ms >= 0 ? 1 : 0;
  for (const auto& gateway : gateways_) history_.follower_in_order = history_.follower_in_order && gateway.in_order();
  result.moves = history_.acked_seals.size();
  result.violations = check<Rule>(log_, history_);
  return result;
}

// ---------------------------------------------------------------- owners

template <class Rule>
void Model<Rule>::start(std::size_t index) {
  Node& node = nodes_[index];
  ++node.life;
  node.moves = {};
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    OwnerIdentity identity{.partition = partition, .journal_id = "journal-of-" + std::to_string(index),
                           .owner = std::to_string(index) + "." + std::to_string(node.life)};
    node.seats.push_back(std::make_unique<Seat>(partition, std::move(identity), node.moves, limits_));
    node.seats.back()->heard_ms = time_.now_ms();
  }
}

template <class Rule>
void Model<Rule>::crash(std::size_t index) {
  nodes_[index].seats.clear();
  time_.at(time_.now_ms() + 1 + random_ms(200), [this, index] { start(index); });
}

template <class Rule>
void Model<Rule>::break_things() {
  if (calm()) return;
  const std::size_t index = random(processes - 1);
  if (nodes_[index].lives() && chance(400)) crash(index);
  if (chance(600)) nodes_[random(processes - 1)].paused_until_ms = time_.now_ms() + random_ms(300);
  time_.at(time_.now_ms() + 20 + random_ms(250), [this] { break_things(); });
}

// Runs an event at a process: not before its pause ends, and never in another life than the one it was meant for.
template <class Rule>
void Model<Rule>::later(std::size_t index, std::int64_t delay_ms, std::function<void(Node&)> event) {
  time_.at(time_.now_ms() + delay_ms, [this, index, life = nodes_[index].life, event = std::move(event)]() mutable {
    Node& node = nodes_[index];
    if (!node.lives() || node.life != life) return;
    if (node.paused_until_ms > time_.now_ms()) return later(index, node.paused_until_ms - time_.now_ms(), std::move(event));
    for (const auto& seat : node.seats) seat->owner.tick(time_.now_ms());
    event(node);
    carry_out(index, node);
  });
}

template <class Rule>
void Model<Rule>::tick(std::size_t index) {
  later(index, 0, [this, index](Node& node) {
    for (std::uint32_t partition = 0; partition < partitions; ++partition) tick(index, node, partition);
  });
  time_.at(time_.now_ms() + 4 + random_ms(12), [this, index] { tick(index); });
}

template <class Rule>
void Model<Rule>::tick(std::size_t index, Node& node, std::uint32_t partition) {
  read(index, node, partition);
  Seat& seat = *node.seats[partition];
  const OwnerState state = seat.owner.state();
  if (state == OwnerState::leading) heartbeat(index, partition);
  const std::int64_t patience_ms = 60 + 40 * static_cast<std::int64_t>((index + partition) % processes);
  const bool quiet = seat.heard_ms + patience_ms < time_.now_ms();
  if (state == OwnerState::following && (quiet || (!calm() && chance(3)))) seat.owner.claim();
}

// The tail: what the log held a moment ago.
template <class Rule>
void Model<Rule>::read(std::size_t index, Node& node, std::uint32_t partition) {
  Seat& seat = *node.seats[partition];
  const std::uint64_t from = seat.owner.next_offset();
  const bool wanted = seat.owner.wants_read() || log_.end(partition).value() > from;
  if (seat.reading || seat.owner.waits() || !wanted) return;
  seat.reading = true;
  const std::size_t limit = 5 + random(60);
  auto records = log_.read(partition, from, limit);
  const bool at_end = records->size() < limit;
  later(index, random_ms(6), [this, index, partition, at_end, records = std::move(*records)](Node& reader) {
    reader.seats[partition]->reading = false;
    reader.seats[partition]->owner.on_records(records, at_end);
    read(index, reader, partition);
  });
}

template <class Rule>
void Model<Rule>::carry_out(std::size_t index, Node& node) {
  for (std::uint32_t partition = 0; partition < partitions; ++partition) carry_out(index, *node.seats[partition], partition);
}

template <class Rule>
void Model<Rule>::carry_out(std::size_t index, Seat& seat, std::uint32_t partition) {
  ToyOwner& owner = seat.owner;
  owner.pump();
  while (auto outgoing = owner.take_append()) {
    const std::vector<std::string> records(outgoing->records.begin(), outgoing->records.end());
    const auto sender = static_cast<std::uint32_t>(index * partitions + partition + 1);
    log_.send(sender, partition, records,
              [this, index, partition, life = nodes_[index].life, id = outgoing->id](const std::vector<AppendResult>& results) {
                if (nodes_[index].life != life) return;
                later(index, 0, [partition, id, results](Node& node) { node.seats[partition]->owner.on_appended(id, results); });
              });
  }
  history_.see_head({partition, owner.position().offset}, owner.position().head);
  history_.stuck = history_.stuck || owner.state() == OwnerState::stopped;
  for (const auto& answer : owner.take_answers()) on_answer(answer.token, answer.outcome);
}

template <class Rule>
void Model<Rule>::heartbeat(std::size_t from, std::uint32_t partition) {
  for (std::size_t i = 0; i < processes; ++i) {
    if (i == from || !nodes_[i].lives() || (!calm() && chance(100))) continue;
    nodes_[i].seats[partition]->heard_ms = time_.now_ms();
  }
}

// ---------------------------------------------------------------- moves

template <class Rule>
void Model<Rule>::poll(std::size_t gateway) {
  gateways_[gateway].poll(static_cast<std::uint32_t>(random(partitions - 1)), 1 + random(40));
  time_.at(time_.now_ms() + 1 + random_ms(15), [this, gateway] { poll(gateway); });
}

// One asks for a move, perhaps twice, and does not care what comes of it.
template <class Rule>
void Model<Rule>::move_something() {
  if (time_.now_ms() > moves_end_ms) return;
  ToyCommand command;
  command.workshop = std::to_string(random(workshops - 1));
  command.command_id = "move/" + std::to_string(time_.now_ms());
  command.payload_hash = command.command_id;
  const std::uint32_t home = gateways_[random(gateways - 1)].home_of(command.workshop);
  command.leaves_for = (home + 1) % partitions;
  for (int i = chance(300) ? 2 : 1; i > 0; --i) {
    const std::size_t index = random(processes - 1);
    later(index, random_ms(10), [command, home](Node& asked) { asked.seats[home]->owner.submit(command, Token{.client = clients}); });
  }
  time_.at(time_.now_ms() + random_ms(2 * move_every_ms_), [this] { move_something(); });
}

// ---------------------------------------------------------------- clients

template <class Rule>
void Model<Rule>::next_operation(std::size_t index) {
  Client& client = clients_[index];
  if (client.done == operations_per_client) return;
  client.operation = history_.operations.size();
  ToyCommand& command = client.command = {};
  command.command_id = std::to_string(index) + "/" + std::to_string(client.done);
  command.target = random(registers - 1);
  command.workshop = std::to_string(workshop_of(command.target));
  command.kind = chance(350) ? ToyKind::put : chance(850) ? ToyKind::swap : ToyKind::ensure;
  command.expected = client.seen[command.target];
  command.payload_hash = command.command_id;
  history_.operations.push_back({.id = command.command_id, .target = command.target, .first_sent_ms = time_.now_ms()});
  client.attempt = 0;
  attempt(index);
}

template <class Rule>
void Model<Rule>::attempt(std::size_t index) {
  Client& client = clients_[index];
  const Token token{*client.operation, index, ++client.attempt, time_.now_ms()};
  ++history_.operations[token.operation].attempts;
  // The client's patience: it asks again under the same key, perhaps somebody else.
  time_.at(time_.now_ms() + 80 + random_ms(300), [this, index, token] {
    Client& waiting = clients_[index];
    if (waiting.operation != token.operation || waiting.attempt != token.attempt) return;
    waiting.node = random(processes - 1);
    attempt(index);
  });
  Node& node = nodes_[client.node];
  if (!node.lives()) return;                             // nobody there: no answer
  const std::uint32_t home = gateways_[index % gateways].home_of(client.command.workshop);
  later(client.node, 0, [command = client.command, token, home](Node& asked) { asked.seats[home]->owner.submit(command, token); });
}

// The caller never heard the answer, or somebody delivers twice.
template <class Rule>
void Model<Rule>::repeat(const Token& token) {
  time_.at(time_.now_ms() + random_ms(400), [this, token, command = clients_[token.client].command] {
    const std::size_t index = random(processes - 1);
    const std::uint32_t home = gateways_[token.client % gateways].home_of(command.workshop);
    ++history_.operations[token.operation].attempts;
    later(index, 0, [token, home, command](Node& asked) { asked.seats[home]->owner.submit(command, token); });
  });
}

template <class Rule>
void Model<Rule>::on_answer(const Token& token, const ToyOwner::Outcome& outcome) {
  if (token.client == clients) return on_moved(outcome);
  Operation& operation = history_.operations[token.operation];
  Client& client = clients_[token.client];
  const bool waits = client.operation == token.operation;
  const auto acked = [&](std::uint32_t partition, std::uint64_t offset) {
    if (operation.acked_ms < 0) operation.acked_ms = time_.now_ms();
    operation.acked_partition = partition;
    operation.acked_offset = offset;
    if (!waits) return;
    if (chance(200)) repeat(token);
    finish(token.client, random_ms(10));
  };
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    const std::size_t space = accepted->answer.find(' ');
    const Seen seen{std::stoull(accepted->answer), space == std::string::npos ? operation.id : accepted->answer.substr(space + 1)};
    operation.changed_nothing = space != std::string::npos;
    if (operation.changed_nothing) history_.observations.push_back({operation.target, seen, token.sent_ms});
    client.seen[operation.target] = seen.version;
    return acked(accepted->partition, accepted->offset);
  }
  if (const auto* repeated = std::get_if<Repeated>(&outcome)) return acked(repeated->partition, repeated->offset);
  if (std::holds_alternative<Unknown>(outcome)) return;  // asks again when its patience ends
  ++operation.answered_no;
  if (const auto* rejected = std::get_if<Rejected<Seen>>(&outcome)) {
    client.seen[operation.target] = rejected->refusal.version;
    history_.observations.push_back({operation.target, rejected->refusal, token.sent_ms});
  } else {
    client.node = random(processes - 1);
  }
  // A refusal ends the command, and so does a no to every attempt; else another one may still be on its way, so it asks again.
  if (!waits) return;
  if (std::holds_alternative<Rejected<Seen>>(outcome) || operation.attempts == operation.answered_no) {
    finish(token.client, 10 + random_ms(40));
  } else if (client.attempt == token.attempt) {
    time_.at(time_.now_ms() + 5 + random_ms(30), [this, index = token.client, token] {
      if (clients_[index].operation == token.operation && clients_[index].attempt == token.attempt) attempt(index);
    });
  }
}

template <class Rule>
void Model<Rule>::on_moved(const ToyOwner::Outcome& outcome) {
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) history_.acked_seals.push_back({accepted->partition, accepted->offset});
  if (const auto* repeated = std::get_if<Repeated>(&outcome)) history_.acked_seals.push_back({repeated->partition, repeated->offset});
}

template <class Rule>
void Model<Rule>::finish(std::size_t index, std::int64_t pause_ms) {
  Client& client = clients_[index];
  client.operation.reset();
  ++client.done;
  time_.at(time_.now_ms() + pause_ms, [this, index] { next_operation(index); });
}

}  // namespace layerline::journal::sim
