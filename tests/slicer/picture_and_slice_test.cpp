#include <doctest/doctest.h>
#include <png.h>

#include <chrono>

#include "tests/slicer/shapes.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/slice.hpp"
#include "workers/slicer/thumbnail.hpp"

using namespace layerline::slicer;
using namespace layerline::slicer::test;

namespace {

const std::filesystem::path profile = std::filesystem::path(LAYERLINE_SOURCE_DIR) / "workers/slicer/profiles/generic-256-pla.ini";

// A program in the slicer's place.
std::string script(const Folder& folder, const std::string& body) {
  const auto path = folder.write("slicer.sh", "#!/bin/sh\n" + body);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

bool installed(const char* program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (std::filesystem::exists(std::filesystem::path(rest.substr(0, end)) / program)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

SliceErrorKind error_kind(const std::expected<SliceResult, SliceError>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().kind;
}

}  // namespace

TEST_CASE("slicer: thumbnail: a PNG with a light ground and the part in its colour") {
  const Folder folder;
  const auto png = render_thumbnail(folder.write("cube.stl", binary_stl(box(20, 20, 20))), {200, 40, 40});
  REQUIRE(png.has_value());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, png->data(), png->size()) != 0);
  image.format = PNG_FORMAT_RGB;
  CHECK(image.width == 512);
  std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr) != 0);
  CHECK(rgb[0] > 230);
  const std::uint8_t* middle = &rgb[(256 * 512 + 256) * 3];
  CHECK(middle[0] > 2 * middle[1]);
}

TEST_CASE("slicer: slice: a part becomes G-code that a printer's package can hold, whatever it is called") {
  if (!installed("prusa-slicer")) {
    MESSAGE("skipped: prusa-slicer is not installed");
    return;
  }
  const Folder folder;
  const auto model = folder.write("-$(touch pwned);'\"<b>.stl", binary_stl(box(10, 10, 5)));
  const auto result =
      slice({.model = model, .profile = profile, .work_folder = folder.path(), .filament_type = "PETG", .filament_colour = "#112233"});
  REQUIRE(result.has_value());
  CHECK(result->layers == 25);
  CHECK(result->grams == doctest::Approx(0.5).epsilon(0.3));
  CHECK(result->seconds > 60);
  REQUIRE(pack_gcode_3mf(result->gcode, {.filament_type = "PETG", .grams = result->grams, .seconds = result->seconds},
                         folder.file("p.gcode.3mf"))
              .has_value());
  CHECK(read_gcode_3mf(folder.file("p.gcode.3mf"))->printer_model == "Bambu Lab P1S");
  CHECK(read_file(result->gcode).find("; filament_type = PETG") != std::string::npos);
}

TEST_CASE("slicer: slice: a flat part with round sizes is not taken for text") {
  if (!installed("prusa-slicer")) {
    MESSAGE("skipped: prusa-slicer is not installed");
    return;
  }
  const Folder folder;
  const auto result =
      slice({.model = folder.write("box.stl", binary_stl(box(11, 12, 3))), .profile = profile, .work_folder = folder.path()});
  REQUIRE(result.has_value());
  CHECK(result->layers == 15);
}

TEST_CASE("slicer: slice: larger than the bed, or higher than the printer, is said before the slicer starts") {
  const Folder folder;
  const SliceJob wide{.model = folder.write("wide.stl", binary_stl(box(300, 10, 10))),
                      .profile = profile,
                      .work_folder = folder.path(),
                      .executable = "/nonexistent"};
  CHECK(error_kind(slice(wide)) == SliceErrorKind::too_large);
  const SliceJob high{.model = folder.write("high.stl", binary_stl(box(10, 10, 300))),
                      .profile = profile,
                      .work_folder = folder.path(),
                      .executable = "/nonexistent"};
  CHECK(error_kind(slice(high)) == SliceErrorKind::too_large);
}

TEST_CASE("slicer: slice: every way in which a slicer fails has its name") {
  const Folder folder;
  SliceJob job{.model = folder.write("cube.stl", binary_stl(box(10, 10, 10))),
               .profile = profile,
               .work_folder = folder.path(),
               .executable = "/nonexistent/slicer"};
  CHECK(error_kind(slice(job)) == SliceErrorKind::slicer_missing);
  job.executable = script(folder, "exit 1\n");
  CHECK(error_kind(slice(job)) == SliceErrorKind::model);
  job.executable = script(folder, "echo 'what():  Objects could not fit on the bed' >&2; kill -ABRT $$\n");
  CHECK(error_kind(slice(job)) == SliceErrorKind::too_large);
  job.executable = script(folder, "kill -SEGV $$\n");
  CHECK(error_kind(slice(job)) == SliceErrorKind::slicer_failed);
  job.executable = script(folder, "exit 0\n");
  CHECK(error_kind(slice(job)) == SliceErrorKind::output);
  job.executable = script(folder, "sleep 1000 & wait\n");
  CHECK(error_kind(slice(job, {.wall_ms = 100})) == SliceErrorKind::timeout);
  job.executable = script(folder, "while :; do :; done\n");
  CHECK(error_kind(slice(job, {.cpu_s = 1})) == SliceErrorKind::timeout);
  job.filament_type = "PLA\nstart_gcode = M112";
  CHECK(error_kind(slice(job)) == SliceErrorKind::output);
}
