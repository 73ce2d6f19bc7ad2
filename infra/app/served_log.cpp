#include "infra/app/served_log.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infra/app/checkpoint.hpp"
#include "infra/app/journal_place.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::app {
namespace {

using Opened = std::expected<std::unique_ptr<journal::Log>, std::string>;

std::optional<std::string> refuse_marked(const ServeOptions& options, const JournalPlace& place) {
  const auto mark = read_mark(place);
  if (!mark) return mark.error();
  if (mark->kind == JournalMark::Kind::none) return std::nullopt;
  if (mark->kind != JournalMark::Kind::moved_to || !options.resume) return describe(*mark);
  const auto taken_back = write_mark(place, {});
  return taken_back ? std::nullopt : std::optional(taken_back.error());
}

Opened open_embedded_log(const ServeOptions& options, const Settings& settings, const DataFolder& folder) {
  if (!options.roles.is_all())
    return std::unexpected("the embedded journal serves one process with all roles; --roles needs --journal kafka://...");
  if (auto why = refuse_marked(options, folder.root)) return std::unexpected(*why);
  auto log = journal::open_embedded(folder.journal(), {.partitions = settings.partitions, .sync = settings.sync});
  if (!log) return std::unexpected(fmt::format("the journal can't be opened: {}", log.error().reason));
  return std::move(*log);
}

// Only who shows or does what others decide has to see it at once: an owner sees its own, and takes over from who is silent for seconds.
journal::Follow follow_of(const Roles& roles) {
  const bool waited_for = !roles.has(Role::owner) && (roles.has(Role::projector) || roles.any_worker());
  return waited_for ? journal::Follow::at_once : journal::Follow::gathered;
}

Opened open_kafka_log(const ServeOptions& options, store::Store& state, Report report) {
  const auto address = journal::parse_kafka_address(options.journal);
  if (!address) return std::unexpected(address.error());
  if (options.port == 0 && options.url.empty())
    return std::unexpected("on Kafka the other processes have to reach this one: --port or --url is needed");
  if (auto why = refuse_marked(options, *address)) return std::unexpected(*why);
  const JournalSeen seen = journal_seen(state);
  auto log = journal::open_kafka(*address, {.recorded_journal_id = seen.journal_id, .recorded_partitions = seen.partitions,
                                            .follow = follow_of(options.roles), .report = std::move(report)});
  if (!log)
    return std::unexpected(fmt::format("the journal {} can't be used:\n  {}", options.journal, fmt::join(log.error().reasons, "\n  ")));
  const journal::LogDescription description = (*log)->describe();
  note_journal(state, {description.journal_id, description.partitions});
  return std::move(*log);
}

}  // namespace

Opened open_served_log(const ServeOptions& options, const Settings& settings, const DataFolder& folder, store::Store& state,
                       Report report) {
  return options.journal.empty() ? open_embedded_log(options, settings, folder) : open_kafka_log(options, state, std::move(report));
}

}  // namespace layerline::app
