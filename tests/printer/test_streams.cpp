// The recorded streams of real printers, replayed: what TIMELINES.md lists must come out, and nothing else.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/printer/session_harness.hpp"

using namespace layerline::printer;
using namespace layerline::printer::testing;

namespace {

struct Recorded {
  std::int64_t at_ms = 0;
  std::string json;
};

std::filesystem::path fixtures() {
  const char* folder = std::getenv("LAYERLINE_FIXTURES");
  return std::filesystem::path(folder != nullptr ? folder : LAYERLINE_SOURCE_DIR "/../shared/fixtures") / "bambu";
}

bool have_fixtures() {
  if (std::filesystem::exists(fixtures())) return true;
  MESSAGE("skipped: no recorded streams at " << fixtures().string());
  return false;
}

std::int64_t parse_time(const std::string& text) {   // "2025-12-19 08:03:31"
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  REQUIRE(std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &y, &mo, &d, &h, &mi, &s) == 6);
  const std::chrono::sys_days day = std::chrono::year{y} / mo / d;
  return std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count() + ((h * 60LL + mi) * 60 + s) * 1000;
}

std::string clock_of(std::int64_t at_ms) {
  const std::int64_t s = at_ms / 1000 % 86'400;
  return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

// The prints become ours: their names are replaced by the one that we would have given.
std::vector<Recorded> load_a1(const std::string& name) {
  std::ifstream file(fixtures() / "a1_openspoolman" / (name + ".jsonl"));
  std::vector<Recorded> messages;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element root = parser.parse(line);
    std::string json = simdjson::minify(root["m"]);
    for (const char* theirs : {"Würfel", "W\\u00fcrfel", "W\\u00FCrfel", "Testqube_Mulitcolor", "Christmas Tree With Star; Size_ M"}) {
      replace_all(json, theirs, "job-7-1");
    }
    messages.push_back({parse_time(std::string(std::string_view(root["t"]))), std::move(json)});
  }
  REQUIRE(!messages.empty());
  return messages;
}

// The source kept about fifteen fields of each message and no `msg`; a P2S always sends full reports.
std::vector<Recorded> load_p2s() {
  std::ifstream file(fixtures() / "p2s_snapcon" / "start_pause_stop.jsonl");
  std::vector<Recorded> messages;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element root = parser.parse(line);
    const std::string section{root["section"].get_string().value()};
    const bool status = std::string_view(root["command"]) == "push_status";
    std::string body = simdjson::minify(root);
    if (status) body.insert(1, "\"msg\":0,");
    messages.push_back({std::int64_t(root["ms"]) + 1'000'000, fmt::format(R"({{"{}":{}}})", section, body)});
  }
  REQUIRE(!messages.empty());
  return messages;
}

bool is_full(const std::string& json) { return json.find("\"msg\":0") != std::string::npos; }

enum class Whose { ours, foreign };

// Connects shortly before the first full report, as its pushall would bring it, starts our print at `start_clock`, then replays.
std::vector<std::string> replay(const std::vector<Recorded>& messages, Whose whose, const std::string& start_clock, std::int32_t id) {
  std::size_t first = 0;
  while (first < messages.size() && !is_full(messages[first].json)) ++first;
  if (first == messages.size()) first = 0;
  Harness harness(messages[first].at_ms - 1000);
  harness.tick();
  bool started = whose == Whose::foreign;
  for (std::size_t i = first; i < messages.size(); ++i) {
    while (harness.now_ms < messages[i].at_ms) {
      harness.now_ms = std::min(harness.now_ms + 1000, messages[i].at_ms);
      harness.tick();
    }
    if (!started && clock_of(harness.now_ms) >= start_clock) {
      started = true;
      PrintRequest request = our_request();
      request.subtask_id = id;
      request.layer_count = 0;
      harness.perform(harness.session.start(request, harness.now_ms));
      harness.perform(harness.session.upload_finished(request.attempt, harness.now_ms));
    }
    harness.say(messages[i].json);
  }
  harness.pass(12'000);
  std::vector<std::string> lines;
  for (const Observation& observation : harness.observations) {
    const std::string line = describe(observation.fact);
    if (!line.empty() && !line.starts_with("progress")) lines.push_back(clock_of(observation.at_ms) + " " + line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("printer: streams: the recorded A1 prints give the events of TIMELINES.md") {
  if (!have_fixtures()) return;
  CHECK(replay(load_a1("testqube_cloud"), Whose::ours, "08:03:29", 626732162) ==
        Lines{"08:03:31 started", "08:14:35 completed 100% 50/50"});
  CHECK(replay(load_a1("testqube_local"), Whose::ours, "11:07:49", 7) == Lines{"11:07:53 started", "11:18:43 completed 100% 50/50"});
  CHECK(replay(load_a1("testqube_multicolor_cloud"), Whose::ours, "17:44:53", 627521184) ==
        Lines{"17:44:55 started", "17:56:37 paused 1200-8006", "17:57:09 resumed", "17:57:24 paused 1200-8006", "17:58:09 resumed",
              "18:00:28 completed 100% 50/50"});
  CHECK(replay(load_a1("testqube_multicolor_local"), Whose::ours, "18:24:05", 7) ==
        Lines{"18:24:10 started", "18:31:31 paused 1200-8006", "18:34:03 resumed", "18:35:16 paused 1200-8006", "18:41:42 resumed",
              "18:41:55 paused 1200-8006", "18:42:19 resumed", "18:45:25 paused 1200-8006", "18:45:47 resumed",
              "18:48:09 completed 100% 50/50"});
  CHECK(replay(load_a1("session_20251218a"), Whose::ours, "12:02:22", 625003395) == Lines{"12:02:28 started"});
  CHECK(replay(load_a1("session_20251218b"), Whose::ours, "18:46:00", 7) == Lines{"18:46:04 started"});
}

TEST_CASE("printer: streams: deltas without one full report give nothing") {
  if (!have_fixtures()) return;
  CHECK(replay(load_a1("session_20251218c"), Whose::foreign, "", 0).empty());
}

TEST_CASE("printer: streams: the same prints started by somebody else are foreign, once each, and have no outcome") {
  if (!have_fixtures()) return;
  CHECK(replay(load_a1("testqube_cloud"), Whose::foreign, "", 0) == Lines{"08:03:31 foreign"});
  CHECK(replay(load_a1("testqube_local"), Whose::foreign, "", 0) == Lines{"11:07:53 foreign"});
  CHECK(replay(load_a1("testqube_multicolor_local"), Whose::foreign, "", 0) == Lines{"18:24:10 foreign"});
}

TEST_CASE("printer: streams: a stop at the printer is one cancellation, although FAILED comes 4.65 s before its code") {
  if (!have_fixtures()) return;
  std::vector<Recorded> messages = load_p2s();
  for (Recorded& message : messages) replace_all(message.json, "\"subtask_name\":\"ams", "\"subtask_name\":\"job-7-1");
  Harness harness(messages.front().at_ms - 1000);
  harness.tick();
  harness.say(messages.front().json);
  harness.begin_our_print();
  for (std::size_t i = 1; i < messages.size(); ++i) {
    for (; harness.now_ms + 250 < messages[i].at_ms; harness.now_ms += 250) harness.tick();
    harness.now_ms = messages[i].at_ms;
    harness.say(messages[i].json);
  }
  harness.pass(12'000);
  CHECK(harness.facts() == Lines{"started", "paused 0500-803C", "cancelled at printer"});
}

TEST_CASE("printer: streams: every message delivered twice changes nothing") {
  if (!have_fixtures()) return;
  std::vector<Recorded> doubled;
  for (const Recorded& message : load_a1("testqube_multicolor_local")) doubled.insert(doubled.end(), 2, message);
  CHECK(replay(doubled, Whose::ours, "18:24:05", 7).size() == 10);
}

TEST_CASE("printer: streams: a third of the messages lost costs progress, never the outcome") {
  if (!have_fixtures()) return;
  std::vector<Recorded> messages = load_a1("testqube_cloud"), some;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool edge = messages[i].json.find("gcode_state") != std::string::npos;   // QoS 1 brings these again as a full report
    if (edge || i % 3 != 0) some.push_back(messages[i]);
  }
  CHECK(replay(some, Whose::ours, "08:03:29", 626732162).back() == "08:14:35 completed 100% 50/50");
}

TEST_CASE("printer: streams: progress comes at five percent only") {
  if (!have_fixtures()) return;
  const std::vector<Recorded> messages = load_a1("testqube_cloud");
  Harness harness(messages.front().at_ms);
  harness.perform(harness.session.believe(our_belief(BelievedPhase::start_sent, harness.now_ms), harness.now_ms));
  std::size_t first = 0;
  while (!is_full(messages[first].json)) ++first;
  for (std::size_t i = first; i < messages.size(); ++i) {
    harness.now_ms = messages[i].at_ms;
    harness.tick();
    harness.say(messages[i].json);
  }
  const std::vector<std::string> facts = harness.facts();
  const auto progress = std::ranges::count_if(facts, [](const std::string& line) { return line.starts_with("progress"); });
  CHECK(progress > 5);
  CHECK(progress <= 20);
}

TEST_CASE("printer: streams: trays, nozzle and model are read from the full reports of four models") {
  if (!have_fixtures()) return;
  struct Expected {
    const char* file;
    std::size_t trays;
    const char* nozzle_mm;
  };
  for (const Expected& expected : {Expected{"a1mini_bambu-rs/pushall-n1-idle.json", 5, "0.4"},
                                   Expected{"p2s_snapcon/pushall_idle.json", 3, "0.4"}, Expected{"x1c_x1plus/mqtt_sample.json", 5, "0.4"},
                                   Expected{"p1_bambu-farm/fullstatus.json", 4, ""}}) {
    simdjson::dom::parser parser;
    simdjson::dom::element root = parser.load((fixtures() / expected.file).string());
    simdjson::dom::element message;
    if (root["message"].get(message) != simdjson::SUCCESS) message = root;
    Harness harness;
    harness.tick();
    harness.say(simdjson::minify(message));
    CAPTURE(expected.file);
    CHECK(harness.session.state().health == Health::live);
    CHECK(harness.session.state().trays.size() == expected.trays);
    CHECK(harness.session.state().nozzle_mm == expected.nozzle_mm);
  }
}
