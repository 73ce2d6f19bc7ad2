#include "infra/app/business.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "infra/app/tables.hpp"
#include "infra/sealing/sealing.hpp"

namespace layerline::app {
namespace {

// Without its keys a workshop can't be decided about: the events are folded already, or are known to be accepted. A restart folds them
// again.
[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "layerline: the keys of personal data can't be used: {}\n", why);
  std::abort();
}

}  // namespace

void make_keys_durable(crypto::KeyVault& keys) {
  if (auto synced = keys.sync(); !synced) give_up(synced.error());
}

std::expected<journal::Draft, Rejection> Business::decide(const Envelope& envelope, std::int64_t time_ms) {
  if (envelope.leaves_for) return decide_to_leave(envelope.workshop, *envelope.leaves_for);
  const bool opens = std::holds_alternative<settings::OpenWorkshop>(envelope.command);
  const auto known = workshops_.find(envelope.workshop);
  if (known == workshops_.end() && !opens) return not_found("workshop");
  Workshop& workshop = known == workshops_.end() ? workshops_[envelope.workshop] : known->second;
  if (envelope.expected_version) {
    const auto version = workshop.versions.find(envelope.expected_stream);
    const std::uint64_t current = version == workshop.versions.end() ? 0 : version->second;
    if (current != *envelope.expected_version)
      return std::unexpected(Rejection{.refusal = layerline::Refusal::stale, .type = "version-conflict",
                                       .detail = "It has changed since you read it.", .data = {{"version", std::to_string(current)}}});
  }

  // Versions before the command, so that each of its entries gets the next one of its stream.
  std::unordered_map<std::string, std::uint64_t> added;
  Decided decided = decide_all(envelope.command, workshop, Time{time_ms}, ids_, envelope.actor);
  if (!decided) return std::unexpected(std::move(decided.error()));

  journal::Draft draft;
  draft.entries.reserve(decided->size());
  for (const NewEvent& event : decided->list()) added[event.stream] += 1;
  for (NewEvent& event : decided->list()) {
    journal::Entry& entry = draft.entries.emplace_back();
    std::uint64_t& left = added[event.stream];
    entry.set_version(workshop.versions[event.stream] - left + 1);
    left -= 1;
    entry.set_type(event_type(event.event));
    entry.set_schema(1);
    if (auto sealed = sealing::seal(event.event, event.stream, entry.type(), keys_); !sealed) give_up(sealed.error().message);
    event.event.SerializeToString(entry.mutable_data());
    entry.set_stream(std::move(event.stream));
  }
  draft.answer = answer_of(envelope.command, workshop);
  return draft;
}

std::expected<journal::Draft, Rejection> Business::decide_to_leave(const std::string& workshop, std::uint32_t to) const {
  if (!workshops_.contains(workshop)) return not_found("workshop");
  if (workshop == platform) {
    return std::unexpected(Rejection{.refusal = layerline::Refusal::refused, .type = "platform-stays",
                                     .detail = "The platform always lives on partition 0.", .data = {}});
  }
  if (to >= partitions_) {
    return std::unexpected(Rejection{.refusal = layerline::Refusal::refused, .type = "bad-partition",
                                     .detail = "There is no such partition.", .data = {{"partitions", std::to_string(partitions_)}}});
  }
  journal::Draft draft;
  draft.answer = fmt::format(R"({{"workshop":"{}","from":{},"to":{}}})", workshop, partition_, to);
  if (to != partition_) draft.leaves_for = to;
  return draft;
}

Workshop Business::take_out(const std::string& workshop) {
  auto node = workshops_.extract(workshop);
  return node ? std::move(node.mapped()) : Workshop{};
}

journal::Hash Business::digest(const Workshop& workshop) {
  const std::map<std::string, std::uint64_t> sorted(workshop.versions.begin(), workshop.versions.end());
  std::string text;
  for (const auto& [stream, version] : sorted) text += fmt::format("{}@{}\n", stream, version);
  return journal::sha256(text);
}

void Business::apply(const journal::Commit& commit, std::uint64_t) {
  if (commit.entries().empty()) return;
  Workshop& workshop = workshops_[commit.workshop()];
  events::Event event;
  for (const journal::Entry& entry : commit.entries()) {
    if (auto decoded = sealing::decode(entry, keys_, event); !decoded) give_up(decoded.error().message);
    evolve(workshop, entry.stream(), event, Time{commit.time_ms()});
  }
}

}  // namespace layerline::app
