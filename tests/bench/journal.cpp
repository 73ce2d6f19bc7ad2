// Durably accepted commands per second of the embedded journal with a trivial application, beside a bare file that gets the same
// bytes by write and fdatasync in groups of the same size. One JSON line per figure.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using std::chrono::steady_clock;
using test::CounterApp;

constexpr double seconds_per_figure = 2.0;
constexpr std::size_t event_bytes = 200;
constexpr std::size_t record_bytes = 420;          // of the commit of such an event, measured

double seconds_since(steady_clock::time_point start) { return std::chrono::duration<double>(steady_clock::now() - start).count(); }

// Keeps `in_flight` commands on their way and counts what was accepted.
double journal_rate(std::size_t in_flight, bool sync) {
  const auto folder = test::fresh_folder("bench");
  auto log = open_embedded(folder, {.partitions = 16, .sync = sync});
  if (!log) std::abort();
  std::vector<CounterApp> apps(16);
  std::vector<CounterApp*> pointers;
  for (CounterApp& app : apps) pointers.push_back(&app);
  std::mutex mutex;
  std::condition_variable signal;
  std::size_t free = in_flight;
  std::size_t freed = 0;                           // by the round that runs; only touched on the journal thread
  const auto give_back = [&] {
    const std::lock_guard lock(mutex);
    free += std::exchange(freed, 0);
    signal.notify_one();
  };
  Journal<CounterApp> journal(**log, pointers, {.owner = "bench"}, {.answered = give_back});
  if (!journal.start()) std::abort();
  const auto start = steady_clock::now();
  std::size_t sent = 0;
  while (seconds_since(start) < seconds_per_figure) {
    std::size_t now = 0;
    {
      std::unique_lock lock(mutex);
      signal.wait(lock, [&] { return free > 0; });
      std::swap(now, free);
    }
    for (; now > 0; --now) {
      auto command = test::add("workshop-" + std::to_string(sent % 64), std::to_string(sent), 1);
      command.payload_hash = std::string(32, 'h');
      command.padding = event_bytes;
      journal.submit(static_cast<std::uint32_t>(sent % 4), std::move(command), [&](const auto&) { ++freed; });
      ++sent;
    }
  }
  journal.stop();
  const double rate = static_cast<double>(sent) / seconds_since(start);
  log->reset();
  std::filesystem::remove_all(folder);
  return rate;
}

double file_rate(std::size_t group) {
  const auto path = test::fresh_folder("bench-file");
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string bytes(group * record_bytes, 'x');
  std::size_t written = 0;
  const auto start = steady_clock::now();
  while (seconds_since(start) < seconds_per_figure) {
    if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fdatasync(file) != 0) std::abort();
    written += group;
  }
  const double rate = static_cast<double>(written) / seconds_since(start);
  ::close(file);
  std::filesystem::remove(path);
  return rate;
}

void report(const std::string& name, double value, double baseline) {
  fmt::print("{{\"name\":\"{}\",\"value\":{:.0f},\"unit\":\"commands/s\",\"baseline\":{:.0f},\"ratio\":{:.3f}}}\n", name, value, baseline,
             value / baseline);
  std::fflush(stdout);
}

}  // namespace
}  // namespace layerline::journal

int main() {
  using namespace layerline::journal;
  for (const std::size_t in_flight : {1, 16, 64, 256}) {
    report(fmt::format("journal-accept-{}", in_flight), journal_rate(in_flight, true), file_rate(in_flight));
  }
  report("journal-accept-64-unsynced", journal_rate(64, false), file_rate(64));
  return 0;
}
