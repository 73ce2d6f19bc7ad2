// The session's rules one by one: start, stop, endings, reconciliation, liveness, and the mutations that printers' networks make.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/printer/session_harness.hpp"
#include "workers/printer/commands.hpp"
#include "workers/printer/limits.hpp"

using namespace layerline::printer;
using namespace layerline::printer::testing;
using Lines = std::vector<std::string>;

namespace {

// Connected, idle after somebody's old print.
Harness connected_harness() {
  Harness harness;
  harness.tick();
  harness.say(old_finish());
  return harness;
}

Harness printing_harness(int percent = 60) {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(ours("PREPARE", 0));
  harness.say(ours("RUNNING", 0));
  harness.say(ours("RUNNING", percent));
  return harness;
}

void reconnect(Harness& harness, const std::string& first_report) {
  harness.drop();
  harness.pass(3000);
  harness.say(first_report);
}

std::string last(const Harness& harness) {
  const Lines facts = harness.facts();
  return facts.empty() ? "" : facts.back();
}

}  // namespace

TEST_CASE("printer: session: on connect it subscribes and asks for version and status before anything else") {
  Harness harness;
  harness.tick();
  CHECK(harness.sent("get_version") == 1);
  CHECK(harness.sent("pushall") == 1);
  CHECK(harness.session.state().health == Health::connecting);
  harness.say(old_finish());
  CHECK(harness.session.state().health == Health::live);
  CHECK(harness.session.state().activity == Activity::idle);
}

TEST_CASE("printer: session: observations carry printer, session and a sequence without gaps") {
  const Harness harness = printing_harness();
  for (std::size_t i = 0; i < harness.observations.size(); ++i) {
    CHECK(harness.observations[i].sequence == i + 1);
    CHECK(harness.observations[i].session == 7);
    CHECK(harness.observations[i].printer == "p1");
  }
}

TEST_CASE("printer: start: the printer is told which plate of the file it prints") {
  PrintRequest request;
  CHECK(project_file_command(1, request, "ftp:///").find(R"("param":"Metadata/plate_1.gcode")") != std::string::npos);
  request.plate_path = path_of_plate(3);
  CHECK(project_file_command(1, request, "ftp:///").find(R"("param":"Metadata/plate_3.gcode")") != std::string::npos);
}

TEST_CASE("printer: start: the accepted command is no start; the state for our name is, and only once") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  const std::string ack = fmt::format(R"({{"print":{{"command":"project_file","sequence_id":"{}","result":"success"}}}})",
                                      harness.last_sequence("project_file"));
  harness.say(ack);
  harness.say(ack);
  CHECK(harness.facts().empty());
  harness.say(ours("PREPARE", 0));
  harness.say(ours("PREPARE", 0));
  harness.say(ours("RUNNING", 0));
  CHECK(harness.facts() == Lines{"started"});
}

TEST_CASE("printer: start: refused with `verify failed` fails at once and blocks the printer") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(fmt::format(R"({{"print":{{"command":"project_file","sequence_id":"{}","result":"failed",)"
                          R"("reason":"mqtt message verify failed"}}}})",
                          harness.last_sequence("project_file")));
  CHECK(last(harness).starts_with("failed to start 4"));
  CHECK(harness.session.state().blocked == Blocked::control_refused);
  harness.perform(harness.session.start(our_request(), harness.now_ms));
  CHECK(harness.uploads == 1);
}

TEST_CASE("printer: start: acks of others with the same command are not ours") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(R"({"print":{"command":"project_file","sequence_id":"20001","result":"failed","reason":"no"}})");
  CHECK(harness.facts().empty());
}

TEST_CASE("printer: start: accepted and then nothing is uncertain after one more full report, and never sent twice") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  for (int i = 0; i < 300; ++i) {
    harness.pass(1000);
    harness.say(delta(R"("bed_temper":20.1)"));
  }
  CHECK(harness.outcomes() == Lines{"start uncertain"});
  CHECK(harness.sent("project_file") == 1);
  SUBCASE("a late start is still ours") {
    harness.say(ours("PREPARE", 0));
    CHECK(last(harness) == "started late");
  }
}

TEST_CASE("printer: start: a name shown over the old FINISH is waited for, three minutes long") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(delta(R"("subtask_name":"job-7-1","subtask_id":"1893001")"));
  for (int i = 0; i < 150; ++i) {
    harness.pass(1000);
    harness.say(delta(R"("bed_temper":20.1)"));
  }
  CHECK(harness.facts().empty());
  harness.say(delta(R"("gcode_state":"PREPARE")"));
  CHECK(harness.facts() == Lines{"started"});
}

TEST_CASE("printer: start: what the printer says against the file is the reason") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  SUBCASE("unreadable, without any state") {
    harness.say(delta(R"("print_error":83902467)"));
    CHECK(last(harness) == "failed to start 5 0500-4003");
  }
  SUBCASE("unreadable, after it began to prepare") {
    harness.say(ours("PREPARE", 0));
    harness.say(delta(R"("gcode_state":"FAILED","print_error":83902467)"));
    harness.pass(11'000);
    CHECK(last(harness) == "failed to start 5 0500-4003");
  }
  SUBCASE("busy") {
    harness.say(delta(R"("print_error":83902468)"));
    CHECK(last(harness) == "failed to start 1 0500-4004");
  }
}

TEST_CASE("printer: start: a busy, silent or updating printer gets no upload") {
  SUBCASE("busy") {
    Harness harness;
    harness.tick();
    harness.say(full("RUNNING", "theirs", 0, 10));
    harness.perform(harness.session.start(our_request(), harness.now_ms));
    CHECK(harness.facts() == Lines{"foreign", "failed to start 1 the printer is printing"});
    CHECK(harness.uploads == 0);
  }
  SUBCASE("not connected") {
    Harness harness;
    harness.perform(harness.session.start(our_request(), harness.now_ms));
    CHECK(last(harness).starts_with("failed to start 0"));
  }
  SUBCASE("updating") {
    Harness harness = connected_harness();
    harness.say(delta(R"("upgrade_state":{"status":"DOWNLOADING"})"));
    harness.perform(harness.session.start(our_request(), harness.now_ms));
    CHECK(harness.session.state().blocked == Blocked::updating);
    CHECK(harness.uploads == 0);
  }
}

TEST_CASE("printer: start: a print begun at the screen during our upload makes it a refusal, not a second start") {
  Harness harness = connected_harness();
  harness.perform(harness.session.start(our_request(), harness.now_ms));
  harness.say(full("PREPARE", "theirs", 0, 0));
  harness.perform(harness.session.upload_finished("attempt-1", harness.now_ms));
  CHECK(harness.facts() == Lines{"foreign", "failed to start 1 the printer is printing"});
  CHECK(harness.sent("project_file") == 0);
}

TEST_CASE("printer: end: FINISH seen as an edge completes once; the next FINISH reports say nothing") {
  Harness harness = printing_harness(98);
  harness.say(ours("FINISH", 100));
  harness.say(ours("FINISH", 100));
  harness.say(delta(R"("gcode_state":"IDLE")"));
  CHECK(harness.outcomes() == Lines{"started", "completed 100% 50/50"});
}

TEST_CASE("printer: end: a FINISH far from the end is marked suspicious and counts the layers reached") {
  Harness harness = printing_harness(40);
  harness.say(ours("FINISH", 40));
  CHECK(last(harness) == "completed 40% 20/50 suspicious");
}

TEST_CASE("printer: end: the old job's 100 % and layers are not our progress") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(full("RUNNING", "job-7-1", our_id, 100));
  CHECK(harness.facts() == Lines{"started"});
  harness.say(ours("RUNNING", 0));
  harness.say(ours("RUNNING", 6));
  CHECK(harness.facts() == Lines{"started", "progress 6%"});
}

TEST_CASE("printer: end: the cancel code a second before, with or five seconds after FAILED is a cancellation, never a failure first") {
  for (const int code_at_ms : {-1000, 0, 5000}) {
    CAPTURE(code_at_ms);
    Harness harness = printing_harness();
    if (code_at_ms < 0) harness.say(delta(R"("print_error":50348044)")), harness.pass(1000);
    harness.say(delta(code_at_ms == 0 ? R"("gcode_state":"FAILED","print_error":50348044)" : R"("gcode_state":"FAILED","print_error":0)"));
    if (code_at_ms > 0) harness.pass(code_at_ms), harness.say(delta(R"("print_error":50348044)"));
    harness.pass(12'000);
    CHECK(harness.outcomes() == Lines{"started", "cancelled at printer"});
  }
}

TEST_CASE("printer: end: FAILED without a cancel code is a failure with the last error, after ten seconds of grace") {
  Harness harness = printing_harness();
  harness.say(delta(R"("gcode_state":"FAILED","print_error":50364417,"mc_percent":0,"layer_num":0)"));
  harness.pass(9000);
  CHECK(harness.outcomes() == Lines{"started"});
  harness.pass(2000);
  CHECK(last(harness) == "failed 60% 30/50 0300-8001");
}

TEST_CASE("printer: end: our stop is sent once, and its FAILED is ours") {
  Harness harness = printing_harness();
  harness.perform(harness.session.stop(harness.now_ms));
  harness.say(ours("RUNNING", 61));
  CHECK(harness.sent("stop") == 1);
  harness.say(delta(R"("gcode_state":"FAILED")"));
  CHECK(last(harness) == "cancelled by us");
}

TEST_CASE("printer: end: a stop during the upload aborts it and starts nothing") {
  Harness harness = connected_harness();
  harness.perform(harness.session.start(our_request(), harness.now_ms));
  harness.perform(harness.session.stop(harness.now_ms));
  CHECK(harness.aborts == 1);
  harness.perform(harness.session.upload_finished("attempt-1", harness.now_ms));
  CHECK(harness.facts() == Lines{"cancelled by us"});
  CHECK(harness.sent("project_file") == 0);
}

TEST_CASE("printer: end: a stop never goes to somebody else's print") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(full("RUNNING", "theirs", 0, 10));
  harness.perform(harness.session.stop(harness.now_ms));
  CHECK(harness.sent("stop") == 0);
}

TEST_CASE("printer: end: IDLE for one report is a glitch, IDLE for good is an unknown end") {
  Harness harness = printing_harness();
  harness.say(delta(R"("gcode_state":"IDLE")"));
  harness.pass(1000);
  harness.say(ours("RUNNING", 61));
  harness.pass(5000);
  CHECK(harness.outcomes() == Lines{"started"});
  harness.say(delta(R"("gcode_state":"IDLE")"));
  harness.pass(2000);
  harness.say(delta(R"("bed_temper":20)"));
  harness.pass(2000);
  CHECK(last(harness) == "unknown end 0");
}

TEST_CASE("printer: end: another job where ours was is an unknown end and a foreign print") {
  Harness harness = printing_harness();
  harness.say(full("RUNNING", "theirs", 0, 3));
  CHECK(harness.outcomes() == Lines{"started", "unknown end 1", "foreign"});
}

TEST_CASE("printer: pause: the reason may follow the state by two seconds") {
  Harness harness = printing_harness();
  SUBCASE("it comes") {
    harness.say(delta(R"("gcode_state":"PAUSE")"));
    harness.pass(1000);
    harness.say(delta(R"("print_error":302022662)"));
    CHECK(last(harness) == "paused 1200-8006");
  }
  SUBCASE("it does not") {
    harness.say(delta(R"("gcode_state":"PAUSE")"));
    harness.pass(3000);
    CHECK(last(harness) == "paused ");
  }
  SUBCASE("the pause is over before") {
    harness.say(delta(R"("gcode_state":"PAUSE")"));
    harness.say(delta(R"("gcode_state":"RUNNING")"));
    CHECK(harness.outcomes() == Lines{"started", "paused ", "resumed"});
  }
}

TEST_CASE("printer: reconnect: a finish that we missed completes our print once, inferred") {
  Harness harness = printing_harness();
  reconnect(harness, ours("FINISH", 100));
  harness.say(ours("FINISH", 100));
  reconnect(harness, ours("FINISH", 100));
  CHECK(harness.outcomes() == Lines{"started", "completed 100% 50/50 inferred"});
}

TEST_CASE("printer: reconnect: a finish missed until the next job runs is an unknown end") {
  Harness harness = printing_harness();
  reconnect(harness, full("RUNNING", "theirs", 0, 3));
  CHECK(harness.outcomes() == Lines{"started", "unknown end 1", "foreign"});
}

TEST_CASE("printer: reconnect: our print that still runs goes on, with the pause that happened meanwhile") {
  Harness harness = printing_harness();
  reconnect(harness, full("PAUSE", "job-7-1", our_id, 70, R"(,"print_error":302022662)"));
  reconnect(harness, ours("RUNNING", 75));
  CHECK(harness.outcomes() == Lines{"started", "paused ", "resumed"});
}

TEST_CASE("printer: reconnect: power loss shows IDLE without a name: unknown; FAILED with our name: failed") {
  Harness idle = printing_harness();
  reconnect(idle, full("IDLE", "", 0, 0));
  CHECK(last(idle) == "unknown end 2");
  Harness failed = printing_harness();
  reconnect(failed, ours("FAILED", 0));
  CHECK(last(failed) == "failed 60% 30/50  inferred");
}

TEST_CASE("printer: reconnect: nothing is decided while the printer is away or has sent deltas only") {
  Harness harness = printing_harness();
  harness.reachable = false;
  harness.drop();
  harness.pass(600'000);
  harness.reachable = true;
  harness.pass(60'000);
  harness.say(delta(R"("gcode_state":"IDLE")"));
  CHECK(harness.outcomes() == Lines{"started"});
}

TEST_CASE("printer: belief: after a restart the first full report decides about what the journal knows") {
  struct Row {
    BelievedPhase phase;
    std::int64_t sent_ago_s;
    std::string report;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {BelievedPhase::start_sent, 20, ours("RUNNING", 0), "started late"},
      {BelievedPhase::start_sent, 400, ours("FINISH", 100), "completed 100% 50/50 inferred"},
      {BelievedPhase::start_sent, 100, ours("FINISH", 100), "unknown end 2"},
      {BelievedPhase::start_sent, 20, old_finish(), ""},
      {BelievedPhase::start_sent, 20, ours("FAILED", 0), "failed 0% 0/50  inferred"},
      {BelievedPhase::running, 100, ours("RUNNING", 30), "progress 30%"},
      {BelievedPhase::running, 100, ours("FINISH", 100), "completed 100% 50/50 inferred"},
      {BelievedPhase::paused, 100, ours("RUNNING", 30), "progress 30%"},
      {BelievedPhase::running, 100, full("IDLE", "", 0, 0), "unknown end 2"},
      {BelievedPhase::running, 100, old_finish(), "unknown end 2"},
      {BelievedPhase::running, 100, full("RUNNING", "theirs", 0, 5), "foreign"}};
  for (const Row& row : rows) {
    CAPTURE(row.report);
    CAPTURE(row.sent_ago_s);
    Harness harness;
    harness.perform(harness.session.believe(our_belief(row.phase, harness.now_ms - row.sent_ago_s * 1000), harness.now_ms));
    harness.tick();
    harness.say(row.report);
    CHECK(last(harness) == row.expected);
  }
}

TEST_CASE("printer: belief: a start recorded before a crash that the printer never saw becomes uncertain, and is not repeated") {
  Harness harness;
  harness.perform(harness.session.believe(our_belief(BelievedPhase::start_sent, harness.now_ms - 300'000), harness.now_ms));
  harness.tick();
  for (int i = 0; i < 20; ++i) harness.say(old_finish()), harness.pass(1000);
  CHECK(harness.facts() == Lines{"start uncertain"});
  CHECK(harness.sent("project_file") == 0);
}

TEST_CASE("printer: belief: nothing believed and a finished print of ours on the screen gives nothing; a ghost of it is foreign") {
  Harness harness;
  harness.tick();
  harness.say(ours("FINISH", 100));
  CHECK(harness.facts().empty());
  harness.say(ours("RUNNING", 0));
  CHECK(harness.facts() == Lines{"foreign"});
}

TEST_CASE("printer: delivery: a retained report from a broker is the past") {
  Harness harness;
  harness.tick();
  harness.say(full("RUNNING", "theirs", 0, 5), true);
  CHECK(harness.facts().empty());
  CHECK(harness.session.state().health == Health::connecting);
}

TEST_CASE("printer: identity: a rewritten name with ids 0 is still ours, a calibration is nobody's") {
  Harness harness = connected_harness();
  harness.begin_our_print();
  harness.say(full("PREPARE", "job-7-1.gcode.3mf", 0, 100));
  CHECK(harness.facts() == Lines{"started"});
  Harness calibrating = connected_harness();
  calibrating.say(delta(R"("gcode_state":"RUNNING","print_type":"system","subtask_name":"cali")"));
  CHECK(calibrating.facts().empty());
  CHECK(calibrating.session.state().activity == Activity::busy);
}

TEST_CASE("printer: liveness: silence is asked about after a minute and ends the connection twenty seconds later") {
  Harness harness = connected_harness();
  harness.pass(60'000);
  CHECK(harness.session.state().health == Health::stale);
  CHECK(harness.sent("pushall") == 2);
  harness.pass(20'000);
  CHECK(harness.closes == 1);
  CHECK(harness.session.state().health == Health::offline);
  harness.pass(31'000);
  CHECK(harness.connects == 2);
}

TEST_CASE("printer: liveness: no report within 15 s of connecting is shown as such (a wrong serial)") {
  Harness harness;
  harness.tick();
  harness.pass(16'000);
  CHECK(harness.session.state().health == Health::no_data);
}

TEST_CASE("printer: liveness: a printer that stays off is reported once, not with every attempt") {
  Harness harness;
  harness.reachable = false;
  harness.pass(600'000);
  CHECK(harness.connects > 10);
  CHECK(harness.observations.size() == 1);
}

TEST_CASE("printer: liveness: a wrong access code or certificate is not tried again for five minutes") {
  for (const ConnectFailure why : {ConnectFailure::refused_credentials, ConnectFailure::certificate_mismatch}) {
    Harness harness;
    harness.reachable = false;
    (void)harness.session.tick(harness.now_ms);
    harness.perform(harness.session.connect_failed(why, harness.now_ms));
    const bool wrong_code = why == ConnectFailure::refused_credentials;
    CHECK(harness.session.state().health == (wrong_code ? Health::auth_failed : Health::certificate_mismatch));
    harness.pass(299'000);
    CHECK(harness.connects == 0);
    harness.pass(2'000);
    CHECK(harness.connects == 1);
  }
}

TEST_CASE("printer: liveness: reconnects back off and fifty printers do not come back together") {
  std::set<std::int64_t> fourth_attempts;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    BambuSession session({.printer = "p", .serial = "s", .session = 1, .seed = seed});
    std::int64_t now_ms = 0;
    for (int failures = 0; failures < 4; now_ms += 10) {
      for (const Action& action : session.tick(now_ms)) {
        if (!std::holds_alternative<Connect>(action)) continue;
        ++failures;
        (void)session.connect_failed(ConnectFailure::unreachable, now_ms);
      }
    }
    fourth_attempts.insert(now_ms / 100);
  }
  CHECK(fourth_attempts.size() > 15);
}

TEST_CASE("printer: liveness: two commands without an answer make one reconnect, two more a printer that does not listen") {
  Harness harness = printing_harness();
  harness.perform(harness.session.stop(harness.now_ms));
  const auto keep_running = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) harness.pass(1000), harness.say(ours("RUNNING", 61));
  };
  keep_running(60);
  CHECK(harness.closes == 1);
  keep_running(90);
  CHECK(harness.closes == 1);
  CHECK(harness.session.state().blocked == Blocked::control_not_answering);
  CHECK(harness.outcomes() == Lines{"started"});
}

TEST_CASE("printer: time: a clock that jumps back rearms nothing") {
  Harness harness = printing_harness();
  harness.say(delta(R"("gcode_state":"FAILED","print_error":0)"));
  harness.pass(11'000);
  harness.now_ms -= 3'600'000;
  harness.tick();
  CHECK(harness.outcomes() == Lines{"started", "failed 60% 30/50 "});
}
