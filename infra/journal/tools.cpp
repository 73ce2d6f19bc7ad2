#include "infra/journal/tools.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "infra/journal/moves.hpp"

namespace layerline::journal {
namespace {

struct Walked {
  const StoredRecord& record;
  const Verdict& verdict;
  const Decoded& decoded;
};

// Folds from `position` to the end of the partition. Unlike a Reader it shows dead records too.
std::expected<void, ReadStop> walk(const Log& log, Position& position, const std::function<void(const Walked&)>& visit) {
  const bool exclusive = log.describe().exclusive;
  Decoded decoded;
  while (true) {
    const auto records = log.read(position.partition, position.offset, read_batch_records);
    if (!records) {
      const LogError& error = records.error();
      const auto kind = error.damaged ? ReadStop::Kind::damaged : ReadStop::Kind::log_error;
      return std::unexpected(ReadStop{kind, {error.partition, error.offset, error.reason}});
    }
    if (records->empty()) return {};
    for (const StoredRecord& record : *records) {
      Verdict verdict = fold(position, record.offset, record.bytes, decoded);
      if (exclusive && verdict.kind == Verdict::Kind::dead && verdict.death == Death::not_ours) {
        verdict.kind = Verdict::Kind::damaged;
        verdict.damage = {position.partition, record.offset, std::string(describe(verdict.death))};
      }
      if (verdict.kind == Verdict::Kind::damaged) return std::unexpected(ReadStop{ReadStop::Kind::damaged, verdict.damage});
      visit({record, verdict, decoded});
    }
  }
}

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::genesis: return "genesis";
    case Kind::claim: return "claim";
    case Kind::commit:
    case Kind::move: return "commit";
  }
  return "";
}

const google::protobuf::Message& message(Kind kind, const Decoded& decoded) {
  switch (kind) {
    case Kind::genesis: return decoded.genesis;
    case Kind::claim: return decoded.claim;
    case Kind::commit:
    case Kind::move: return decoded.commit;
  }
  return decoded.commit;
}

std::string time_text(std::int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::string tail_line(const Position& after, const Walked& walked) {
  std::string line = fmt::format("{:>3} {:>8}  ", after.partition, walked.record.offset);
  if (walked.verdict.kind == Verdict::Kind::dead) return line + fmt::format("dead      {}", describe(walked.verdict.death));
  line += "accepted  ";
  switch (walked.verdict.record) {
    case Kind::genesis: return line + "genesis journal " + walked.decoded.genesis.journal_id();
    case Kind::claim: return line + fmt::format("claim   epoch {} by {}", walked.decoded.claim.epoch(), walked.decoded.claim.owner());
    case Kind::commit:
    case Kind::move: break;
  }
  const Commit& commit = walked.decoded.commit;
  line += fmt::format("commit  {}.{}  {}  {}  {}", commit.epoch(), commit.number(), time_text(commit.time_ms()), commit.workshop(),
                      commit.command_id().empty() ? "-" : commit.command_id());
  for (const Entry& entry : commit.entries()) line += fmt::format("  {} {}@{}", entry.type(), entry.stream(), entry.version());
  if (commit.has_sealed()) line += fmt::format("  leaves for partition {}", commit.sealed().to());
  if (commit.has_adopted()) line += fmt::format("  comes from {}:{}", commit.adopted().from(), commit.adopted().sealed_offset());
  return line;
}

// The stored heads of one partition in the order in which a walk passes them.
std::vector<Position> heads_of(std::span<const Position> stored, std::uint32_t partition) {
  std::vector<Position> heads;
  std::ranges::copy_if(stored, std::back_inserter(heads), [&](const Position& head) { return head.partition == partition; });
  std::ranges::sort(heads, {}, &Position::offset);
  return heads;
}

bool same_state(const Position& stored, const Position& walked) {
  return stored.head == walked.head && stored.number == walked.number && stored.epoch == walked.epoch &&
         stored.journal_id == walked.journal_id;
}

// The moves of workshops, over all partitions.
struct Seal {
  std::string workshop;
  std::uint32_t to = 0;
  Hash head{};
};
struct Adoption {
  SealPlace at;
  std::string workshop;
  WorkshopAdopted adopted;
};
struct Moved {
  std::map<SealPlace, Seal> seals;
  std::vector<Adoption> adoptions;

  void note(const Position& after, const Walked& step) {
    if (step.verdict.kind != Verdict::Kind::accepted || step.verdict.record != Kind::commit) return;
    const Commit& commit = step.decoded.commit;
    const SealPlace at{after.partition, step.record.offset};
    if (commit.has_sealed()) seals[at] = {commit.workshop(), commit.sealed().to(), after.head};
    if (commit.has_adopted()) adoptions.push_back({at, commit.workshop(), commit.adopted()});
  }
  [[nodiscard]] bool sealed(const Adoption& adoption) const {
    const auto seal = seals.find({adoption.adopted.from(), adoption.adopted.sealed_offset()});
    return seal != seals.end() && seal->second.workshop == adoption.workshop && seal->second.to == adoption.at.partition &&
           view(seal->second.head) == adoption.adopted.head();
  }
};

void verify_partition(const Log& log, std::uint32_t partition, std::span<const Position> stored, Moved& moved, VerifyReport& report) {
  PartitionReport& result = report.partitions.emplace_back();
  result.position = start_of(partition);
  const std::vector<Position> heads = heads_of(stored, partition);
  auto next = heads.begin();
  const auto compare = [&](const Position& walked) {
    for (; next != heads.end() && next->offset == walked.offset; ++next) {
      if (same_state(*next, walked)) continue;
      report.findings.push_back({partition, next->last_offset, "the head that was stored behind this record is not the log's"});
    }
  };
  compare(result.position);
  const auto walked = walk(log, result.position, [&](const Walked& step) {
    ++(step.verdict.kind == Verdict::Kind::dead ? result.dead : result.accepted);
    moved.note(result.position, step);
    compare(result.position);
  });
  if (!walked) {
    report.findings.push_back(walked.error().where);
  } else if (next != heads.end()) {
    const std::uint64_t end = result.position.offset;
    report.findings.push_back({partition, end == 0 ? 0 : end - 1,
                               fmt::format("this is the last record that can be read; a head was stored at {}", heads.back().offset)});
  } else if (!result.position.journal_id.empty() && result.position.journal_id != report.journal_id) {
    report.findings.push_back({partition, 0, "the genesis of another journal"});
  }
}

}  // namespace

VerifyReport verify(const Log& log, std::span<const Position> stored_heads) {
  const LogDescription description = log.describe();
  VerifyReport report{.journal_id = description.journal_id, .partitions = {}, .findings = {}};
  Moved moved;
  for (std::uint32_t i = 0; i < description.partitions; ++i) verify_partition(log, i, stored_heads, moved, report);
  for (const Adoption& adoption : moved.adoptions) {
    if (moved.sealed(adoption)) continue;
    report.findings.push_back({adoption.at.partition, adoption.at.offset, "the workshop that is adopted here was not sealed there"});
  }
  for (const Position& head : stored_heads) {
    if (head.partition < description.partitions) continue;
    report.findings.push_back({head.partition, 0, "a head was stored for a partition that is not there"});
  }
  return report;
}

// What comes before the genesis is dead, whoever wrote it; the rule skips it.
std::expected<std::string, LogError> journal_id_of(const Log& log, std::uint32_t partition) {
  Position position = start_of(partition);
  Decoded decoded;
  const auto records = log.read(partition, 0, genesis_within_records);
  if (!records) return std::unexpected(records.error());
  for (const StoredRecord& record : *records) {
    const Verdict verdict = fold(position, record.offset, record.bytes, decoded);
    const Damage& damage = verdict.damage;
    if (verdict.kind == Verdict::Kind::damaged) return std::unexpected(LogError{partition, damage.offset, true, damage.reason});
    if (!position.journal_id.empty()) break;
  }
  return position.journal_id;
}

std::string describe(const Damage& damage) {
  return fmt::format("partition {}, offset {}: {}", damage.partition, damage.offset, damage.reason);
}

std::expected<void, ReadStop> export_json(const Log& log, const Line& line) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  for (std::uint32_t partition = 0; partition < log.describe().partitions; ++partition) {
    Position position = start_of(partition);
    const auto walked = walk(log, position, [&](const Walked& step) {
      if (step.verdict.kind != Verdict::Kind::accepted) return;
      std::string json;
      if (!MessageToJsonString(message(step.verdict.record, step.decoded), &json, options).ok()) return;
      line(fmt::format(R"({{"partition":{},"offset":{},"kind":"{}","record":{}}})", partition, step.record.offset,
                       name(step.verdict.record), json));
    });
    if (!walked) return walked;
  }
  return {};
}

std::expected<void, ReadStop> tail(const Log& log, Position& position, const Line& line) {
  return walk(log, position, [&](const Walked& step) { line(tail_line(position, step)); });
}

}  // namespace layerline::journal
