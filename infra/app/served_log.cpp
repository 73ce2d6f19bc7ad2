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

std::optional<StartError> refuse_marked(const ServeOptions& options, const JournalPlace& place) {
  const bool on_kafka = std::holds_alternative<journal::KafkaAddress>(place);
  const auto mark = read_mark(place);
  if (!mark) return StartError(mark.error(), on_kafka);
  if (mark->kind == JournalMark::Kind::none) return std::nullopt;
  if (mark->kind != JournalMark::Kind::moved_to || !options.resume) return describe(*mark);
  const auto taken_back = write_mark(place, {});
  return taken_back ? std::nullopt : std::optional(StartError(taken_back.error(), on_kafka));
}

ServedLog open_embedded_log(const ServeOptions& options, const Settings& settings, const DataFolder& folder) {
  if (!options.roles.is_all())
    return std::unexpected(StartError("the embedded journal serves one process with all roles; --roles needs --journal kafka://..."));
  if (auto why = refuse_marked(options, folder.root)) return std::unexpected(*why);
  auto log = journal::open_embedded(folder.journal(), {.partitions = settings.partitions, .sync = settings.sync});
  if (!log) return std::unexpected(StartError(fmt::format("the journal can't be opened: {}", log.error().reason)));
  return std::move(*log);
}

// Only who shows or does what others decide has to see it at once: an owner sees its own, and takes over from who is silent for seconds.
journal::Follow follow_of(const Roles& roles) {
  const bool waited_for = !roles.has(Role::owner) && (roles.has(Role::projector) || roles.any_worker());
  return waited_for ? journal::Follow::at_once : journal::Follow::gathered;
}

ServedLog open_kafka_log(const ServeOptions& options, store::Store& state, Report report) {
  const auto address = journal::parse_kafka_address(options.journal);
  if (!address) return std::unexpected(StartError(address.error()));
  if (options.port == 0 && options.url.empty())
    return std::unexpected(StartError("on Kafka the other processes have to reach this one: --port or --url is needed"));
  const JournalSeen seen = journal_seen(state);
  auto log = journal::open_kafka(*address, {.recorded_journal_id = seen.journal_id, .recorded_partitions = seen.partitions,
                                            .follow = follow_of(options.roles), .report = std::move(report)});
  if (!log) {
    // An unfinished copy looks like a journal that was never begun.
    if (auto marked = log.error().may_pass ? std::nullopt : refuse_marked(options, *address)) return std::unexpected(*marked);
    const std::string why = fmt::format("the journal {} can't be used:\n  {}", options.journal, fmt::join(log.error().reasons, "\n  "));
    return std::unexpected(StartError(why, log.error().may_pass));
  }
  if (auto why = refuse_marked(options, *address)) return std::unexpected(*why);
  const journal::LogDescription description = (*log)->describe();
  note_journal(state, {description.journal_id, description.partitions});
  return std::move(*log);
}

}  // namespace

ServedLog open_served_log(const ServeOptions& options, const Settings& settings, const DataFolder& folder, store::Store& state,
                          Report report) {
  return options.journal.empty() ? open_embedded_log(options, settings, folder) : open_kafka_log(options, state, std::move(report));
}

}  // namespace layerline::app
