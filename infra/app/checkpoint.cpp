#include "infra/app/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "projections/projection.hpp"

namespace layerline::app {
namespace {

std::string key_of(std::uint32_t partition) { return fmt::format("head/{:05}", partition); }

constexpr std::string_view seen_key = "journal";

}  // namespace

JournalSeen journal_seen(const store::Store& state) {
  const auto stored = state.get(seen_key);
  if (!stored || !*stored) return {};
  const std::string& text = **stored;
  const std::size_t colon = text.find(':');
  JournalSeen seen;
  std::from_chars(text.data(), text.data() + std::min(colon, text.size()), seen.partitions);
  if (colon != std::string::npos) seen.journal_id = text.substr(colon + 1);
  return seen;
}

void note_journal(store::Store& state, const JournalSeen& seen) {
  store::Batch batch;
  batch.put(seen_key, fmt::format("{}:{}", seen.partitions, seen.journal_id));
  (void)state.write(batch);      // what is missing is noted at the next start
}

void store_head(store::Store& state, const journal::Position& after) {
  store::Batch batch;
  batch.put(key_of(after.partition), journal::encode(after));
  // An older head checks less of the journal, and is right as well.
  (void)state.write(batch);
}

std::expected<std::vector<journal::Position>, std::string> stored_heads(const store::Store& state, const store::Store& documents,
                                                                        std::uint32_t partitions) {
  std::vector<journal::Position> heads;
  const auto add = [&](const std::string& bytes) {
    const auto position = journal::decode_position(bytes);
    if (position && !position->journal_id.empty()) heads.push_back(*position);
    return position.has_value();
  };
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    const auto stored = state.get(key_of(partition));
    if (!stored) return std::unexpected("the stored heads can't be read: " + stored.error().message);
    if (*stored && !add(**stored)) return std::unexpected(fmt::format("the stored head of partition {} can't be read", partition));
  }
  const auto marks = projections::stored_marks(documents, partitions);
  if (!marks) return std::unexpected("the projections' positions can't be read: " + marks.error().message);
  for (const projections::StoredMark& mark : *marks)
    if (!mark.mark.whole.empty() && !add(mark.mark.whole))
      return std::unexpected(fmt::format("the position of {} in partition {} can't be read", mark.view, mark.partition));
  return heads;
}

}  // namespace layerline::app
