// MB/s of the full mesh analysis (read, weld, edges, shells, volume, area) beside admesh on the same file, with its triangles
// in order and shuffled; and the whole answer with grams and hours. JSON lines: name, value, unit, baseline, ratio.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "workers/slicer/analyze.hpp"

namespace {

using namespace layerline::slicer;

constexpr int rings = 724;             // 2 · 724 · 724 triangles: about 52 MB
constexpr int repeats = 3;             // the best is reported, ours and theirs
constexpr std::size_t triangle_bytes = 50;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A bumpy torus as binary STL.
void write_torus(const std::filesystem::path& path, bool shuffled) {
  const auto point = [](int i, int j) {
    const double u = 2 * std::numbers::pi * (i % rings) / rings, v = 2 * std::numbers::pi * (j % rings) / rings;
    const double tube = 18 + std::sin(9 * u) + std::cos(7 * v);
    return Vertex{static_cast<float>((50 + tube * std::cos(v)) * std::cos(u)), static_cast<float>((50 + tube * std::cos(v)) * std::sin(u)),
                  static_cast<float>(tube * std::sin(v))};
  };
  std::vector<std::array<Vertex, 3>> triangles;
  for (int i = 0; i < rings; ++i) {
    for (int j = 0; j < rings; ++j) {
      const Vertex a = point(i, j), b = point(i + 1, j), c = point(i + 1, j + 1), d = point(i, j + 1);
      triangles.push_back({a, b, c});
      triangles.push_back({a, c, d});
    }
  }
  if (shuffled) std::shuffle(triangles.begin(), triangles.end(), std::mt19937(1));
  std::string bytes(84 + triangle_bytes * triangles.size(), '\0');
  const auto count = static_cast<std::uint32_t>(triangles.size());
  std::memcpy(bytes.data() + 80, &count, sizeof count);
  for (std::size_t i = 0; i < triangles.size(); ++i) std::memcpy(bytes.data() + 84 + triangle_bytes * i + 12, triangles[i].data(), 36);
  std::ofstream(path, std::ios::binary) << bytes;
}

// Seconds that admesh takes, with its output thrown away; negative if it is not installed.
double run_admesh(const std::filesystem::path& path) {
  const std::string file = path.string();
  char* arguments[] = {const_cast<char*>("admesh"), const_cast<char*>(file.c_str()), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const auto start = std::chrono::steady_clock::now();
  const int failed = posix_spawnp(&child, "admesh", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? seconds_since(start) : -1;
}

void report(const std::string& name, double value, const char* unit, double baseline) {
  fmt::print("{{\"name\":\"{}\",\"value\":{:.2f},\"unit\":\"{}\",\"baseline\":{:.2f},\"ratio\":{:.2f}}}\n", name, value, unit, baseline,
             baseline > 0 ? value / baseline : 0.0);
}

void bench(const std::filesystem::path& folder, bool shuffled) {
  const auto path = folder / (shuffled ? "shuffled.stl" : "ordered.stl");
  write_torus(path, shuffled);
  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  double ours = 1e9, theirs = 1e9, answer = 1e9;
  std::uint64_t shells = 0;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto model = read_model(path);
    if (model) shells = measure(model->mesh).shells;
    ours = std::min(ours, seconds_since(start));
  }
  for (int i = 0; i < (shuffled ? 1 : repeats); ++i) {
    const double seconds = run_admesh(path);
    if (seconds > 0) theirs = std::min(theirs, seconds);
  }
  const auto start = std::chrono::steady_clock::now();
  if (analyze(path)) answer = seconds_since(start);
  if (shells != 1) fmt::print(stderr, "the torus has {} shells\n", shells);
  const std::string name = shuffled ? "mesh_analysis_shuffled" : "mesh_analysis_ordered";
  report(name, megabytes / ours, "MB/s", theirs < 1e9 ? megabytes / theirs : 0);
  report(name + "_with_estimate", answer, "s", 0);
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("layerline-mesh-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  bench(folder, false);
  bench(folder, true);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report("mesh_analysis_memory", static_cast<double>(usage.ru_maxrss) / 1024, "MiB", 0);
  std::filesystem::remove_all(folder);
}
