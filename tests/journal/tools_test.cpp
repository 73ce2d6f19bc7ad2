// Reader and verify on a log that was altered behind their back.
#include "infra/journal/tools.hpp"

#include <doctest/doctest.h>

#include "infra/journal/log/sim/sim.hpp"
#include "infra/journal/owner.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using namespace test;

// Genesis, claim and four commits; offset 4 is a dead record between them.
std::vector<std::string> good_records() {
  CounterApp app;
  Moves<CounterApp::Estate> moves;
  Owner<CounterApp, int> owner(app, {.partition = 0, .journal_id = "sim", .owner = "me"}, moves);
  std::vector<std::string> log;
  const auto round = [&] {
    while (auto outgoing = owner.take_append()) {
      std::vector<AppendResult> results;
      for (const std::string_view record : outgoing->records) {
        results.push_back({AppendResult::Kind::stored, log.size()});
        log.emplace_back(record);
      }
      owner.on_appended(outgoing->id, results);
    }
    std::vector<StoredRecord> records;
    for (std::uint64_t i = owner.next_offset(); i < log.size(); ++i) records.push_back({i, log[i]});
    owner.on_records(records, true);
  };
  owner.claim();
  for (int i = 0; i < 4; ++i) round();
  for (int i = 0; i < 4; ++i) {
    if (i == 2) log.push_back(log[2]);
    round();
    owner.submit(add("farm", std::to_string(i), 1), i);
    owner.pump();
    round();
  }
  return log;
}

struct Stored {
  VirtualTime time;
  SimLog log{time, 1, {}};
  explicit Stored(const std::vector<std::string>& records) {
    for (const std::string& record : records) REQUIRE(log.append(std::vector<Append>{{0, record}})[0].kind == AppendResult::Kind::stored);
  }
};

// The same log with another byte in the payload of one record; `whole` makes its checksum right again.
std::vector<std::string> altered(std::vector<std::string> records, std::size_t at, bool whole) {
  Commit commit;
  const Frame frame = decode_frame(records[at]);
  REQUIRE(commit.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
  commit.set_actor("somebody else");
  if (whole) records[at] = encode(commit);
  else records[at].back() = static_cast<char>(records[at].back() ^ 1);
  return records;
}

Position end_of(const Log& log) {
  Reader reader(log, start_of(0));
  while (reader.poll([](const Commit&, std::uint64_t) { return true; }).value() > 0) {
  }
  return reader.position();
}

TEST_CASE("journal: verify: a good log has no finding, and a head that was stored on the way fits") {
  const Stored stored(good_records());
  const Position end = end_of(stored.log);
  CHECK(end.number == 4);
  const VerifyReport report = verify(stored.log, std::vector{end, start_of(0)});
  CHECK(report.findings.empty());
  CHECK(report.partitions[0].dead == 1);
  CHECK(report.partitions[0].accepted == 6);
}

TEST_CASE("journal: verify: the first bad record is named, whether accepted, dead or last") {
  const auto records = good_records();
  const std::vector heads = {end_of(Stored(records).log)};
  const std::size_t last = records.size() - 1;
  for (const std::size_t at : {std::size_t{3}, std::size_t{4}, last}) {
    const auto report = verify(Stored(altered(records, at, false)).log, {});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].offset == at);
  }
  // With its checksum made right again: the commit behind it shows it, or the head that was stored behind the last one.
  CHECK(verify(Stored(altered(records, 3, true)).log, {}).findings.at(0).offset == 3);
  CHECK(verify(Stored(altered(records, last, true)).log, {}).findings.empty());
  CHECK(verify(Stored(altered(records, last, true)).log, heads).findings.at(0).offset == last);
}

TEST_CASE("journal: verify: a log that lost its end names the last record that can be read") {
  auto records = good_records();
  const std::vector heads = {end_of(Stored(records).log)};
  records.resize(records.size() - 2);
  const auto report = verify(Stored(records).log, heads);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].offset == records.size() - 1);
}

TEST_CASE("journal: reader: hands out each accepted commit once and in order, from any stored position") {
  const Stored stored(good_records());
  std::vector<std::uint64_t> numbers;
  Reader first(stored.log, start_of(0));
  REQUIRE(first.check());
  const auto until_third = [&](const Commit& commit, std::uint64_t) { return numbers.push_back(commit.number()), commit.number() < 3; };
  CHECK(first.poll(until_third).value() > 0);
  Reader second(stored.log, first.position());          // stopped before the third commit
  REQUIRE(second.check());
  CHECK(second.poll([&](const Commit& commit, std::uint64_t) { return numbers.push_back(commit.number()), true; }).value() > 0);
  CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 3, 4});
}

TEST_CASE("journal: reader: refuses a log that is shorter than its position, and one with another record there") {
  auto records = good_records();
  const Position end = end_of(Stored(records).log);
  const auto stop_of = [&](const std::vector<std::string>& log) {
    const Stored stored(log);
    return Reader(stored.log, end).check().error().kind;
  };
  CHECK(stop_of(altered(records, records.size() - 1, true)) == ReadStop::Kind::other_head);
  CHECK(stop_of(altered(records, records.size() - 1, false)) == ReadStop::Kind::damaged);
  records.pop_back();
  CHECK(stop_of(records) == ReadStop::Kind::ahead_of_log);
}

TEST_CASE("journal: tools: export has each accepted record, tail also the dead one") {
  const Stored stored(good_records());
  std::vector<std::string> lines;
  const Line keep = [&](std::string_view line) { lines.emplace_back(line); };
  REQUIRE(export_json(stored.log, keep));
  CHECK(lines.size() == 6);
  CHECK(lines.front().starts_with(R"({"partition":0,"offset":0,"kind":"genesis","record":{"journal_id":"sim")"));
  CHECK(lines.back().find(R"("type":"counter.added")") != std::string::npos);
  lines.clear();
  Position position = start_of(0);
  REQUIRE(tail(stored.log, position, keep));
  REQUIRE(lines.size() == 7);
  CHECK(lines[4].find("dead") != std::string::npos);
  CHECK(lines[6].find("counter.added counter/farm@4") != std::string::npos);
  lines.clear();
  REQUIRE(tail(stored.log, position, keep));
  CHECK(lines.empty());
}

}  // namespace
}  // namespace layerline::journal
