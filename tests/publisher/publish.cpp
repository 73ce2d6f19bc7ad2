// publish make FOLDER JOURNEYS            writes a journal of finished orders, two partitions with a workshop each
// publish run FOLDER BOOTSTRAP PREFIX     publishes it; says when it is at work, and counts at the end
// publish expect FOLDER PREFIX            what has to be in the topics: TOPIC <tab> CLOUDEVENT, one a line
// publish shapes                          one CloudEvent of every public type, all fields filled: TOPIC <tab> CLOUDEVENT
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "infra/journal/log/embedded/embedded.hpp"
#include "tests/golden/filled_event.hpp"
#include "tests/publisher/journal_of_journeys.hpp"
#include "workers/publisher/publisher.hpp"

using namespace layerline;

namespace {

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "publish: {}\n", why);
  std::exit(1);
}

std::unique_ptr<journal::Log> open(const char* folder) {
  auto log = journal::open_embedded_read_only(folder);
  if (!log) fail(log.error().reason);
  return std::move(*log);
}

int run(const char* folder, const char* bootstrap, const char* prefix) {
  const auto log = open(folder);
  publisher::Publisher publisher(*log, {.bootstrap = bootstrap, .prefix = prefix, .options = {}});
  const auto began = std::chrono::steady_clock::now();
  publisher.start();
  std::string told = publisher.trouble();
  while (!publisher.caught_up()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (std::string trouble = publisher.trouble(); trouble != told) {
      told = std::move(trouble);
      fmt::print("{}\n", told.empty() ? "working" : told);
      std::fflush(stdout);
    }
  }
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
  publisher.stop();
  const publisher::Counts counts = publisher.counts();
  fmt::print("events={} transactions={} found={} repaired={} ms={}\n", counts.events, counts.transactions, counts.found, counts.repaired,
             ms);
  return 0;
}

void print(const char* prefix, const publisher::PublicEvent& event) {
  fmt::print("{}.{}.v1\t{}\n", prefix, name(event.topic), event.json);
}

int shapes() {
  journal::Commit commit;
  commit.set_workshop("main");
  commit.set_time_ms(1'795'000'000'000);
  for (const events::Event& event : golden::filled_events()) {
    journal::Entry entry;
    std::string type = events::Event::descriptor()->FindFieldByNumber(event.kind_case())->name();
    type[type.find('_')] = '.';
    entry.set_type(type);
    entry.set_stream("golden/1");
    if (auto data = publisher::public_data(event, "USD")) print("layerline", cloud_event({}, "a journal", commit, entry, std::move(*data)));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "make" && argc == 4) return testing::write_journal(argv[2], std::atoll(argv[3])), 0;
  if (what == "run" && argc == 5) return run(argv[2], argv[3], argv[4]);
  if (what == "shapes" && argc == 2) return shapes();
  if (what == "expect" && argc == 4) {
    for (const publisher::PublicEvent& event : testing::public_events_of(*open(argv[2]))) print(argv[3], event);
    return 0;
  }
  fail("make FOLDER JOURNEYS | run FOLDER BOOTSTRAP PREFIX | expect FOLDER PREFIX | shapes");
}
