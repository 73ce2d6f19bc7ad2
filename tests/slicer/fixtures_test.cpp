// The truth about real files, and every hostile file in a child process of bounded memory and time.
#include <doctest/doctest.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "tests/slicer/shapes.hpp"
#include "workers/slicer/analyze.hpp"

using namespace layerline::slicer;
using namespace layerline::slicer::test;

namespace {

[[maybe_unused]] constexpr rlim_t memory_bytes = 512ULL << 20;   // of the address space, beside what the test program has
constexpr rlim_t cpu_s = 20;

// The verdict of a child: its line of JSON, or nothing if it crashed or ran into a limit.
std::string verdict(const std::filesystem::path& file) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
#if !defined(__has_feature) || !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
    const rlimit memory{memory_bytes, memory_bytes};   // a sanitizer maps terabytes of shadow
    setrlimit(RLIMIT_AS, &memory);
#endif
    const rlimit cpu{cpu_s, cpu_s};
    setrlimit(RLIMIT_CPU, &cpu);
    const std::string line = analyze_json(file);
    const bool sent = write(ends[1], line.data(), line.size()) == static_cast<ssize_t>(line.size());
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::string line;
  char buffer[4096];
  for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;) line.append(buffer, static_cast<std::size_t>(count));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? line : std::string();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 1 : values[values.size() / 2];
}

// Volumes of surfaces with holes depend on where they are measured from.
void check_geometry(const Analysis& result, simdjson::dom::element truth) {
  const bool watertight = truth["watertight"].get_bool().value();
  CHECK(result.measures->triangles == truth["triangles"].get_uint64().value());
  CHECK(result.measures->shells == truth["shells"].get_uint64().value());
  CHECK(result.watertight == watertight);
  CHECK(result.area_cm2 == doctest::Approx(truth["area_cm2"].get_double().value()).epsilon(0.001));
  if (watertight) CHECK(result.volume_cm3 == doctest::Approx(truth["volume_cm3"].get_double().value()).epsilon(0.001));
  else CHECK_FALSE(result.warnings.empty());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    CHECK(std::fabs(result.measures->box.min_mm[axis] - truth["bbox_min_mm"].at(axis).get_double().value()) <= 0.01);
    CHECK(std::fabs(result.measures->box.max_mm[axis] - truth["bbox_max_mm"].at(axis).get_double().value()) <= 0.01);
  }
}

}  // namespace

TEST_CASE("slicer: real models: geometry, grams and hours are near the truth") {
  if (fixtures().empty()) {
    MESSAGE("skipped: no fixtures");
    return;
  }
  simdjson::dom::parser parser;
  const simdjson::dom::element truth = parser.load((fixtures() / "models/truth.json").string());
  std::vector<double> grams_errors, time_errors;
  for (const simdjson::dom::element file : truth["files"]) {
    const std::string name(file["file"].get_string().value()), expected(file["expect"].get_string().value());
    CAPTURE(name);
    const auto result = analyze(fixtures() / "models" / name);
    if (expected.starts_with("reject-or")) continue;
    CHECK(result.has_value() == (expected != "reject"));
    if (!result) continue;
    if (expected == "accept") CHECK(result->warnings.empty());
    if (expected == "accept-with-warning") CHECK_FALSE(result->warnings.empty());
    if (result->measures) check_geometry(*result, file["truth"]);
    simdjson::dom::element grams, seconds;
    if (expected != "accept" || file.at_pointer("/slice/grams").get(grams) != simdjson::SUCCESS ||
        file.at_pointer("/slice/time_s").get(seconds) != simdjson::SUCCESS)
      continue;
    grams_errors.push_back(std::fabs(result->grams / grams.get_double().value() - 1));
    time_errors.push_back(std::fabs(result->hours * 3600 / seconds.get_double().value() - 1));
  }
  MESSAGE("files " << grams_errors.size() << ", median error of grams " << median(grams_errors) << ", of time " << median(time_errors));
  CHECK(grams_errors.size() > 10);
  CHECK(median(grams_errors) <= 0.03);
  CHECK(median(time_errors) <= 0.10);
}

TEST_CASE("slicer: sliced fixtures: grams and time come from the slicer") {
  if (fixtures().empty()) {
    MESSAGE("skipped: no fixtures");
    return;
  }
  const auto bambu = analyze(fixtures() / "models/fdmm-bambu-2-plates.gcode.3mf");
  REQUIRE(bambu.has_value());
  CHECK(bambu->grams == doctest::Approx(6.75 + 3.91));
  CHECK(bambu->milliseconds() == (1216 + 1094) * 1000);
  CHECK(bambu->sliced->printer_model == "Bambu Lab X1 Carbon");
  CHECK(bambu->sliced->filament_colour == "#00AE42");
  CHECK(bambu->sliced->plates[1].layers == 128);
  const auto prusa = analyze(fixtures() / "models/gcmeta-full_m73_layers_0.2mm_PLA_MK3SMMU2S_11m.gcode");
  REQUIRE(prusa.has_value());
  CHECK(prusa->milligrams() == 1490);
  CHECK(prusa->milliseconds() == 632'000);
}

TEST_CASE("slicer: hostile models: each gets its verdict in bounded memory and time") {
  if (fixtures().empty()) {
    MESSAGE("skipped: no fixtures");
    return;
  }
  const auto folder = fixtures() / "models-adversarial";
  simdjson::dom::parser parser, line_parser;
  const simdjson::dom::element expectations = parser.load((folder / "expect.json").string());
  for (const simdjson::dom::element file : expectations) {
    const std::string name(file["file"].get_string().value()), expected(file["expect"].get_string().value());
    CAPTURE(name);
    const std::string line = verdict(folder / name);
    REQUIRE_FALSE(line.empty());
    const simdjson::dom::element result = line_parser.parse(line);
    const bool accepted = result["accepted"].get_bool().value();
    if (expected == "reject") CHECK_FALSE(accepted);
    if (expected == "accept" || expected == "accept-with-warning") CHECK(accepted);
    if (expected == "accept-with-warning") CHECK(result["warnings"].get_array().value().size() > 0);
    simdjson::dom::element volume;
    if (accepted && file["volume_cm3"].get(volume) == simdjson::SUCCESS) {
      CHECK(result["volume_cm3"].get_double().value() == doctest::Approx(volume.get_double().value()).epsilon(0.001));
    }
    if (!accepted) CHECK(result["error"].get_string().value().size() > 10);
    CHECK(line.find("root:") == std::string::npos);   // no external entity was read
  }
}
