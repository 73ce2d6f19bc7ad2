#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "tests/slicer/shapes.hpp"
#include "workers/slicer/analyze.hpp"
#include "workers/slicer/archive.hpp"

using namespace layerline::slicer;
using namespace layerline::slicer::test;

namespace {

constexpr const char* model_head =
    R"(<?xml version="1.0"?><model unit="millimeter" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources>)";

std::string object_xml(const std::string& id, const Corners& triangles) {
  std::string vertices, faces;
  std::size_t index = 0;
  for (const auto& t : triangles) {
    for (const Vertex& v : t)
      vertices += "<vertex x=\"" + std::to_string(v.x) + "\" y=\"" + std::to_string(v.y) + "\" z=\"" + std::to_string(v.z) + "\"/>";
    faces += "<triangle v1=\"" + std::to_string(index) + "\" v2=\"" + std::to_string(index + 1) + "\" v3=\"" + std::to_string(index + 2) +
             "\"/>";
    index += 3;
  }
  return "<object id=\"" + id + "\" type=\"model\"><mesh><vertices>" + vertices + "</vertices><triangles>" + faces +
         "</triangles></mesh></object>";
}

std::filesystem::path package(const Folder& folder, const std::string& model, std::vector<ArchiveEntry> more = {}) {
  more.push_back({.name = "3D/3dmodel.model", .bytes = model});
  REQUIRE(write_archive(folder.file("part.3mf"), more).has_value());
  return folder.file("part.3mf");
}

std::string error_of(const std::filesystem::path& path) {
  const auto result = analyze(path);
  return result ? "accepted" : result.error().detail;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("slicer: stl: all line ends and both dialects give the same part") {
  const Folder folder;
  const Corners cube = box(20, 20, 20);
  for (const std::string& bytes : {ascii_stl(cube), ascii_stl(cube, "\r"), ascii_stl(cube, "\r\n"), "\xEF\xBB\xBF" + ascii_stl(cube),
                                   binary_stl(cube), binary_stl(cube, "solid looks like text\n")}) {
    const auto result = analyze(folder.write("cube.stl", bytes));
    REQUIRE(result.has_value());
    CHECK(result->kind == ModelKind::stl);
    CHECK(result->volume_cm3 == doctest::Approx(8.0));
    CHECK(result->area_cm2 == doctest::Approx(24.0));
    CHECK(result->measures->shells == 1);
    CHECK(result->watertight);
    CHECK(result->warnings.empty());
  }
}

TEST_CASE("slicer: stl: a length that contradicts the header is refused with both figures") {
  const Folder folder;
  const std::string whole = binary_stl(box(20, 20, 20));
  CHECK(contains(error_of(folder.write("short.stl", whole.substr(0, 400))),
                 "announces 12 triangles, which is 684 bytes, but the file has 400"));
  CHECK(contains(error_of(folder.write("long.stl", whole + "x")), "the file has 685"));
}

TEST_CASE("slicer: stl: text that is cut off or holds decimal commas is refused and never quoted back") {
  const Folder folder;
  const std::string text = ascii_stl(box(20, 20, 20));
  CHECK(contains(error_of(folder.write("cut.stl", text.substr(0, text.size() / 2))), "ASCII STL"));
  std::string commas = text;
  std::ranges::replace(commas, '.', ',');
  CHECK(contains(error_of(folder.write("comma.stl", commas)), "not a decimal number"));
  CHECK_FALSE(contains(error_of(folder.write("secret.stl", "solid x\nfacet SECRET 1\n")), "SECRET"));
}

TEST_CASE("slicer: stl: a face that is missing makes holes a warning, not a refusal") {
  const Folder folder;
  Corners open = box(20, 20, 20);
  open.pop_back();
  const auto result = analyze(folder.write("open.stl", binary_stl(open)));
  REQUIRE(result.has_value());
  CHECK_FALSE(result->watertight);
  CHECK(result->measures->open_edges == 3);
  REQUIRE(result->warnings.size() == 1);
  CHECK(result->warnings[0].code == "open-edges");
}

TEST_CASE("slicer: stl: bodies that touch in a corner are two shells") {
  const Folder folder;
  Corners two = box(10, 10, 10);
  for (const auto& t : box(10, 10, 10, {10, 10, 10})) two.push_back(t);
  const auto result = analyze(folder.write("two.stl", binary_stl(two)));
  REQUIRE(result.has_value());
  CHECK(result->measures->shells == 2);
  CHECK(result->watertight);
}

TEST_CASE("slicer: stl: a shuffled file measures as the ordered one") {
  const Folder folder;
  Corners many;
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 200; ++j) {
      for (const auto& t : box(1, 1, 1, {static_cast<float>(i) * 2, static_cast<float>(j) * 2, 0})) many.push_back(t);
    }
  }
  const auto ordered = analyze(folder.write("a.stl", binary_stl(many)));
  std::uint64_t state = 1;
  for (std::size_t i = many.size() - 1; i > 0; --i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    std::swap(many[i], many[(state >> 33) % (i + 1)]);
  }
  const auto shuffled = analyze(folder.write("b.stl", binary_stl(many)));
  REQUIRE(ordered.has_value());
  REQUIRE(shuffled.has_value());
  CHECK(ordered->measures->shells == 8000);
  CHECK(shuffled->measures->shells == 8000);
  CHECK(shuffled->volume_cm3 == doctest::Approx(8.0));
  CHECK(shuffled->grams == doctest::Approx(ordered->grams));
}

TEST_CASE("slicer: stl: a strip whose halves meet only each other is one shell, whatever the sign of its zeros") {
  const Folder folder;
  constexpr int length = 60'000;   // enough for two threads
  const auto corner = [](int i, float zero) { return Vertex{static_cast<float>(i / 2), i % 2 == 0 ? zero : 1.0F, zero}; };
  Corners strip;
  for (const int begin : {0, 1}) {   // every second triangle, then those between
    const float zero = begin == 0 ? 0.0F : -0.0F;
    for (int i = begin; i < length; i += 2) strip.push_back({corner(i, zero), corner(i + 1 + begin, zero), corner(i + 2 - begin, zero)});
  }
  const auto model = read_model(folder.write("strip.stl", binary_stl(strip)));
  REQUIRE(model.has_value());
  CHECK(model->mesh.vertices.size() == length + 2);
  const Measures measures = measure(model->mesh);
  CHECK(measures.shells == 1);
  CHECK(measures.open_edges == length + 2);
  CHECK(measures.misoriented_edges == 0);
  CHECK(measures.box.max_mm[0] == doctest::Approx(length / 2));
}

TEST_CASE("slicer: stl: a coordinate that is no number is named by its triangle, far into the file too") {
  const Folder folder;
  Corners many(100'000, {Vertex{0, 0, 0}, Vertex{1, 0, 0}, Vertex{0, 1, 0}});
  many[70'000][1].y = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(error_of(folder.write("nan.stl", binary_stl(many))), "triangle 70001 has a coordinate that is not a finite number"));
}

TEST_CASE("slicer: 3mf: units, components and transforms place every body") {
  const Folder folder;
  const std::string model =
      std::string(R"(<?xml version="1.0"?><model unit="inch"><resources>)") + object_xml("1", box(1, 1, 1)) +
          R"(<object id="2"><components><component objectid="1"/>)"
          R"(<component objectid="1" transform="2 0 0 0 1 0 0 0 1 5 0 0"/></components></object>)" +
          R"(</resources><build><item objectid="2"/>)"
          R"(<item objectid="1" transform="-1 0 0 0 1 0 0 0 1 0 9 0"/><item objectid="1" printable="0"/>)"
          R"(</build></model>)";
  const auto result = analyze(package(folder, model));
  REQUIRE(result.has_value());
  CHECK(result->kind == ModelKind::threemf);
  CHECK(result->measures->shells == 3);
  CHECK(result->volume_cm3 == doctest::Approx(4 * 16.387064));
  CHECK(result->measures->box.max_mm[0] == doctest::Approx(7 * 25.4));
  REQUIRE(result->warnings.size() == 1);
  CHECK(result->warnings[0].code == "skipped-parts");
}

TEST_CASE("slicer: 3mf: a Bambu project is followed into its object parts, and modifiers are left out") {
  const Folder folder;
  const std::string root =
      std::string(model_head) +
          R"(<object id="5"><components><component p:path="/3D/Objects/a.model" objectid="1" xmlns:p="p"/>)"
          R"(<component p:path="/3D/Objects/a.model" objectid="2" xmlns:p="p"/></components></object>)"
          R"(</resources><build><item objectid="5"/></build></model>)";
  const std::string part =
      std::string(model_head) + object_xml("1", box(10, 10, 10)) + object_xml("2", box(30, 30, 30)) + "</resources><build/></model>";
  const std::string settings =
      R"(<config><object id="5"><part id="1" subtype="normal_part"/><part id="2" subtype="modifier_part"/></object></config>)";
  const auto result = analyze(package(
      folder, root, {{.name = "3D/Objects/a.model", .bytes = part}, {.name = "Metadata/model_settings.config", .bytes = settings}}));
  REQUIRE(result.has_value());
  CHECK(result->volume_cm3 == doctest::Approx(1.0));
}

TEST_CASE("slicer: 3mf: what is made to harm is refused by name") {
  const Folder folder;
  const auto model = [](const std::string& rest) { return std::string(model_head) + rest; };
  const std::string cube = object_xml("1", box(10, 10, 10));
  CHECK(contains(error_of(package(folder, "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]><model/>")), "document type"));
  CHECK(contains(
      error_of(package(
          folder,
          model(
              cube +
                  R"(<object id="2"><components><component objectid="2"/></components></object></resources><build>)"
                  R"(<item objectid="2"/></build></model>)"))),
      "contain each other"));
  CHECK(contains(error_of(package(folder, model(cube + R"(</resources><build><item objectid="9"/></build></model>)"))), "does not exist"));
  CHECK(contains(
      error_of(package(folder,
                       model(cube + R"(</resources><build><item objectid="1" transform="nan 0 0 0 1 0 0 0 1 0 0 0"/></build></model>)"))),
      "transform"));
  CHECK(contains(error_of(package(folder, model(cube + "</resources>"))), "XML"));
  CHECK(contains(error_of(package(folder, model(cube + R"(</resources><build><item objectid="1"/></build></model>)"),
                                  {{.name = "../evil", .bytes = "x"}})),
                 "out of the archive"));
  std::string deep = model(cube);
  for (int i = 2; i < 60; ++i)
    deep += "<object id=\"" + std::to_string(i) + "\"><components><component objectid=\"" + std::to_string(i - 1) +
            "\"/></components></object>";
  CHECK(contains(error_of(package(folder, deep + R"(</resources><build><item objectid="59"/></build></model>)")), "deep"));
}

TEST_CASE("slicer: a progress callback that says no stops the analysis") {
  const Folder folder;
  const auto result = analyze(folder.write("cube.stl", binary_stl(box(20, 20, 20))), {}, [](double) { return false; });
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == ModelErrorKind::cancelled);
}

TEST_CASE("slicer: the line of model analyze escapes hostile names and answers for refused files too") {
  const Folder folder;
  const auto path = folder.write("a\"b\n<&.stl", binary_stl(box(20, 20, 20)));
  const std::string line = analyze_json(path);
  CHECK(contains(
      line,
          R"(a\"b\u000a<&.stl","accepted":true,"error":null,"triangles":12,"shells":1,"volume_cm3":8.000000,)"
          R"("area_cm2":24.0000,"watertight":true,"grams":)"));
  CHECK(contains(analyze_json(folder.write("empty.stl", "")), R"("accepted":false,"error":"the file is empty","triangles":null)"));
}
