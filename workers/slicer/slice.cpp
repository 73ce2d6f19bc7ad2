#include "workers/slicer/slice.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "workers/slicer/analyze.hpp"
#include "workers/slicer/gcode.hpp"
#include "workers/slicer/stl.hpp"

namespace layerline::slicer {
namespace {

std::unexpected<SliceError> fail(SliceErrorKind kind, std::string detail) { return std::unexpected(SliceError{kind, std::move(detail)}); }

using Profile = std::map<std::string, std::string, std::less<>>;

std::optional<Profile> read_profile(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  Profile out;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equal = line.find(" = ");
    if (equal != std::string::npos && line[0] != '#') out[line.substr(0, equal)] = line.substr(equal + 3);
  }
  return out;
}

// Width and depth of a rectangular bed, "0x0,256x0,256x256,0x256"; nothing if the profile is silent.
std::optional<std::array<double, 2>> bed_of(const Profile& profile) {
  const auto found = profile.find("bed_shape");
  if (found == profile.end()) return std::nullopt;
  std::array<double, 2> low{1e9, 1e9}, high{-1e9, -1e9};
  const char *at = found->second.data(), *end = at + found->second.size();
  for (std::size_t axis = 0; at < end; axis = 1 - axis) {
    double value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc{}) return std::nullopt;
    low[axis] = std::min(low[axis], value);
    high[axis] = std::max(high[axis], value);
    at = stop + 1;   // "x" or ","
  }
  return std::array{high[0] - low[0], high[1] - low[1]};
}

// PrusaSlicer aborts when a model is larger than the bed, and does not look at the height at all.
std::optional<SliceError> misfit(const Box& box, const Profile& profile) {
  if (const auto bed = bed_of(profile); bed && (box.size_mm(0) > (*bed)[0] || box.size_mm(1) > (*bed)[1])) {
    return SliceError{SliceErrorKind::too_large, fmt::format("the model is {:.0f} x {:.0f} mm, the bed {:.0f} x {:.0f} mm", box.size_mm(0),
                                                             box.size_mm(1), (*bed)[0], (*bed)[1])};
  }
  const auto height = profile.find("max_print_height");
  const double highest = height == profile.end() ? 0 : std::atof(height->second.c_str());
  if (highest > 0 && box.size_mm(2) > highest) {
    return SliceError{SliceErrorKind::too_large,
                      fmt::format("the model is {:.0f} mm high, the printer prints {:.0f} mm", box.size_mm(2), highest)};
  }
  return std::nullopt;
}

// Words that reach the slicer's configuration: nothing that could be another option or a line of its own.
bool is_plain_word(std::string_view text) {
  return text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '#' || c == '-' || c == '+' || c == '_';
  });
}

std::vector<std::string> command_of(const SliceJob& job, const std::filesystem::path& mesh, const std::filesystem::path& gcode) {
  std::vector<std::string> out{job.executable, "--datadir", (job.work_folder / "slicer-data").string(), "--load", job.profile.string(),
                               "--loglevel",   "1"};
  const auto option = [&](const char* name, std::string value) {
    out.push_back(name);
    out.push_back(std::move(value));
  };
  if (!job.filament_type.empty()) option("--filament-type", job.filament_type);
  if (!job.filament_colour.empty()) option("--filament-colour", job.filament_colour);
  if (job.infill_share >= 0) option("--fill-density", fmt::format("{:.0f}%", std::min(job.infill_share, 1.0) * 100));
  if (job.layer_height_mm > 0) option("--layer-height", fmt::format("{:.3f}", job.layer_height_mm));
  if (job.density_g_cm3 > 0) option("--filament-density", fmt::format("{:.4f}", job.density_g_cm3));
  option("--export-gcode", "-o");
  out.push_back(gcode.string());
  out.push_back(mesh.string());
  return out;
}

void set_limit(int resource, rlim_t value) {
  const rlimit limit{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

// Between fork and exec: system calls only.
[[noreturn]] void become_slicer(char* const* arguments, char* const* environment, int log, const SliceLimits& bounds) {
  ::setpgid(0, 0);
  set_limit(RLIMIT_AS, bounds.memory_bytes);
  set_limit(RLIMIT_CPU, static_cast<rlim_t>(bounds.cpu_s));
  set_limit(RLIMIT_FSIZE, limits::slice_output_bytes);
  set_limit(RLIMIT_CORE, 0);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  ::execvpe(arguments[0], arguments, environment);
  ::_exit(127);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The wait status of the child; nothing if it had to be killed.
std::optional<int> wait_for(pid_t child, int wall_ms) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wall_ms);
  int ready = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd poll_for{handle, POLLIN, 0};
    ready = ::poll(&poll_for, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
  } while (ready < 0 && errno == EINTR);
  if (handle >= 0) ::close(handle);
  if (ready <= 0) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return ready > 0 ? std::optional(status) : std::nullopt;
}

std::optional<int> run(const SliceJob& job, std::vector<std::string> command, const SliceLimits& bounds,
                       const std::filesystem::path& log_path) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> environment{fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path), "LC_ALL=C",
                                       "HOME=" + job.work_folder.string(), "TMPDIR=" + job.work_folder.string()};
  const std::vector<char*> arguments = pointers_to(command), variables = pointers_to(environment);
  const int log = ::open(log_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (log < 0) return 127 << 8;
  const pid_t child = ::fork();
  if (child == 0) become_slicer(arguments.data(), variables.data(), log, bounds);
  ::close(log);
  if (child < 0) return 127 << 8;
  return wait_for(child, bounds.wall_ms);
}

std::string tail_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::int64_t>(file.tellg());
  file.seekg(std::max<std::int64_t>(0, size - static_cast<std::int64_t>(limits::slice_log_bytes)));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<SliceError> explain(const std::optional<int>& status, const std::filesystem::path& log) {
  if (!status) return SliceError{SliceErrorKind::timeout, "the slicer ran longer than it may"};
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return std::nullopt;
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 127)
    return SliceError{SliceErrorKind::slicer_missing, "the slicer could not be started"};
  if (WIFSIGNALED(*status) && (WTERMSIG(*status) == SIGXCPU || WTERMSIG(*status) == SIGKILL)) {
    return SliceError{SliceErrorKind::timeout, "the slicer used more processor time than it may"};
  }
  const std::string said = tail_of(log);
  if (said.find("could not fit on the bed") != std::string::npos)
    return SliceError{SliceErrorKind::too_large, "the model does not fit on the bed"};
  if (said.find("bad_alloc") != std::string::npos) return SliceError{SliceErrorKind::timeout, "the slicer needed more memory than it may"};
  if (WIFEXITED(*status))
    return SliceError{SliceErrorKind::model, fmt::format("the slicer refused the model (exit code {})", WEXITSTATUS(*status))};
  return SliceError{SliceErrorKind::slicer_failed, fmt::format("the slicer ended with signal {}", WTERMSIG(*status))};
}

}  // namespace

std::expected<SliceResult, SliceError> slice(const SliceJob& job, const SliceLimits& bounds) {
  const auto profile = read_profile(job.profile);
  if (!profile) return fail(SliceErrorKind::output, "the slicer's profile cannot be read");
  if (!is_plain_word(job.filament_type) || !is_plain_word(job.filament_colour))
    return fail(SliceErrorKind::output, "a filament's type or colour is no plain word");
  const auto model = read_model(job.model);
  if (!model) return fail(SliceErrorKind::model, model.error().detail);
  if (model->mesh.triangles.empty()) return fail(SliceErrorKind::model, "the file holds no mesh to slice");
  if (auto problem = misfit(measure(model->mesh).box, *profile)) return std::unexpected(std::move(*problem));

  const auto mesh = job.work_folder / "model.stl", gcode = job.work_folder / "plate_1.gcode", log = job.work_folder / "slicer.log";
  if (const auto written = write_binary_stl(model->mesh, mesh); !written) return fail(SliceErrorKind::output, written.error().detail);
  std::error_code ignored;
  std::filesystem::remove(gcode, ignored);
  if (auto problem = explain(run(job, command_of(job, mesh, gcode), bounds, log), log)) return std::unexpected(std::move(*problem));

  auto input = Input::open(gcode);
  if (!input) return fail(SliceErrorKind::output, "the slicer wrote no G-code");
  const auto sliced = read_gcode(*input, {});
  if (!sliced) return fail(SliceErrorKind::output, sliced.error().detail);
  const SlicedPlate& plate = sliced->plates.front();
  return SliceResult{gcode, plate.grams, plate.seconds, plate.layers.value_or(0), plate.height_mm.value_or(0)};
}

}  // namespace layerline::slicer
