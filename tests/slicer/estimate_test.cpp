#include <doctest/doctest.h>

#include <cmath>

#include "tests/slicer/shapes.hpp"
#include "workers/slicer/analyze.hpp"

using namespace layerline::slicer;
using namespace layerline::slicer::test;

namespace {

Analysis estimate_of(const Corners& triangles, const PrintSettings& settings = {}) {
  const Folder folder;
  const auto result = analyze(folder.write("part.stl", binary_stl(triangles)), settings);
  REQUIRE(result.has_value());
  return *result;
}

}  // namespace

// PrusaSlicer 2.5.0 says 4.04 g and 1722 s for this cube with the profile behind the defaults.
TEST_CASE("slicer: estimate: a 20 mm cube weighs and takes what a slicer says") {
  const Analysis cube = estimate_of(box(20, 20, 20));
  CHECK(cube.layers == 100);
  CHECK(cube.grams == doctest::Approx(4.04).epsilon(0.03));
  CHECK(cube.hours * 3600 == doctest::Approx(1722).epsilon(0.10));
  CHECK(cube.milligrams() == std::llround(cube.grams * 1000));
  CHECK(cube.milliseconds() == std::llround(cube.hours * 3'600'000));
}

TEST_CASE("slicer: estimate: solid infill weighs what the volume weighs") {
  const Analysis solid = estimate_of(box(30, 30, 10), {.infill_share = 1.0});
  CHECK(solid.grams == doctest::Approx(9.0 * 1.24).epsilon(0.06));
}

TEST_CASE("slicer: estimate: grams rise with density and infill, time falls with thicker layers") {
  const Corners part = box(40, 40, 40);
  const Analysis usual = estimate_of(part);
  CHECK(estimate_of(part, {.density_g_cm3 = 2.48}).grams == doctest::Approx(2 * usual.grams));
  CHECK(estimate_of(part, {.infill_share = 0.4}).grams > usual.grams * 1.3);
  CHECK(estimate_of(part, {.layer_height_mm = 0.3}).hours < usual.hours * 0.8);
}

TEST_CASE("slicer: estimate: a wall as thick as its lines is all wall") {
  Corners tube = box(40, 40, 30);
  Corners hole = box(36.8F, 36.8F, 30, {1.6F, 1.6F, 0});
  for (auto& t : hole) std::swap(t[1], t[2]);
  tube.insert(tube.end(), hole.begin(), hole.end());   // coplanar ends: the hole goes through
  const double volume_cm3 = (1.6 - 1.35424) * 30;
  const Analysis result = estimate_of(tube);
  CHECK(result.volume_cm3 == doctest::Approx(volume_cm3));
  CHECK(result.grams == doctest::Approx(volume_cm3 * 1.24).epsilon(0.06));
}

TEST_CASE("slicer: estimate: bodies inside of each other are printed once") {
  Corners nested = box(30, 30, 30);
  for (const auto& t : box(20, 20, 20, {5, 5, 5})) nested.push_back(t);
  CHECK(estimate_of(nested).grams == doctest::Approx(estimate_of(box(30, 30, 30)).grams).epsilon(0.02));
}

TEST_CASE("slicer: estimate: a part that lies far away or inside out is the same part") {
  const Analysis usual = estimate_of(box(20, 30, 40));
  CHECK(estimate_of(box(20, 30, 40, {500'000, 500'000, 500'000})).grams == doctest::Approx(usual.grams).epsilon(0.01));
  Corners inverted = box(20, 30, 40);
  for (auto& t : inverted) std::swap(t[1], t[2]);
  const Analysis result = estimate_of(inverted);
  CHECK(result.volume_cm3 == doctest::Approx(24.0));
  CHECK(result.grams == doctest::Approx(usual.grams).epsilon(0.001));
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].code == "inside-out");
}

TEST_CASE("slicer: estimate: settings that no printer has are refused, not computed with") {
  const Folder folder;
  const auto cube = folder.write("cube.stl", binary_stl(box(20, 20, 20)));
  for (const PrintSettings& settings : {PrintSettings{.layer_height_mm = 2}, PrintSettings{.layer_height_mm = 0},
                                        PrintSettings{.infill_share = 1.5}, PrintSettings{.density_g_cm3 = std::nan("")}}) {
    const auto result = analyze(cube, settings);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ModelErrorKind::unsupported);
  }
}
