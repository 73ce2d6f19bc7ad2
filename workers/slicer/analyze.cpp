#include "workers/slicer/analyze.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "workers/slicer/archive.hpp"
#include "workers/slicer/estimate.hpp"
#include "workers/slicer/gcode.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/limits.hpp"
#include "workers/slicer/stl.hpp"
#include "workers/slicer/threemf.hpp"

namespace layerline::slicer {
namespace {

constexpr std::size_t sample_bytes = 512;

// What the first bytes and the length say. ASCII "solid" is also how many binary headers begin.
enum class Content { zip, binary_stl, ascii_stl, gcode, utf16, empty, truncated_binary_stl, unknown };

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(
      bytes, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\f' || static_cast<unsigned char>(c) >= ' '; });
}

bool begins_like_gcode(std::string_view text) {
  if (text.empty()) return false;
  if (text[0] == ';') return true;
  return text.size() > 1 && (text[0] == 'G' || text[0] == 'M') && text[1] >= '0' && text[1] <= '9';
}

Content recognise(std::string_view head, std::uint64_t size_bytes) {
  if (size_bytes == 0) return Content::empty;
  if (head.starts_with(std::string_view("PK\x03\x04", 4)) || head.starts_with(std::string_view("PK\x05\x06", 4))) return Content::zip;
  if (head.size() >= 84) {
    std::uint32_t count = 0;
    std::memcpy(&count, head.data() + 80, sizeof count);
    if (84 + 50 * std::uint64_t{count} == size_bytes) return Content::binary_stl;
  }
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return Content::utf16;
  if (!is_text(head)) return Content::truncated_binary_stl;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty() && static_cast<unsigned char>(head[0]) <= ' ') head.remove_prefix(1);
  if (head.size() >= 5 &&
      std::ranges::equal(head.substr(0, 5), std::string_view("solid"), {}, [](char c) { return static_cast<char>(c | 0x20); }))
    return Content::ascii_stl;
  return begins_like_gcode(head) ? Content::gcode : Content::unknown;
}

std::expected<Model, ModelError> read_zip(const std::filesystem::path& path, const Progress& progress) {
  auto archive = Archive::open(path);
  if (!archive) return std::unexpected(archive.error());
  if (has_gcode_plates(*archive)) {
    auto sliced = read_gcode_3mf(*archive, progress);
    if (!sliced) return std::unexpected(sliced.error());
    return Model{ModelKind::gcode_3mf, {}, std::move(*sliced), 0};
  }
  auto package = read_3mf(*archive, progress);
  if (!package) return std::unexpected(package.error());
  return Model{ModelKind::threemf, std::move(package->mesh), std::nullopt, package->skipped_parts};
}

std::expected<Model, ModelError> as_stl(std::expected<Mesh, ModelError> mesh) {
  if (!mesh) return std::unexpected(mesh.error());
  return Model{ModelKind::stl, std::move(*mesh), std::nullopt, 0};
}

void warn_about(const Measures& m, std::vector<Warning>& out) {
  if (m.open_edges > 0)
    out.push_back({"open-edges", fmt::format("the surface has holes: {} edges belong to one triangle only", m.open_edges)});
  if (m.crowded_edges > 0) out.push_back({"crowded-edges", fmt::format("{} edges belong to more than two triangles", m.crowded_edges)});
  if (m.misoriented_edges > 0) out.push_back({"misoriented", fmt::format("triangles on {} edges face opposite ways", m.misoriented_edges)});
  if (m.signed_volume_mm3 < 0) out.push_back({"inside-out", "the surface is inside out; its volume was taken as positive"});
  const double largest = std::max({m.box.size_mm(0), m.box.size_mm(1), m.box.size_mm(2)});
  if (largest > limits::oversize_mm)
    out.push_back({"oversize", fmt::format("the model is {:.0f} mm long, larger than a printer's bed", largest)});
  if (largest < limits::undersize_mm)
    out.push_back({"undersize", fmt::format("the model is only {:.1f} mm long: its unit may be inches", largest)});
}

// Flat or empty: its volume is nothing beside its size.
bool has_volume(const Measures& m) {
  const double diagonal = std::hypot(m.box.size_mm(0), m.box.size_mm(1), m.box.size_mm(2));
  return std::fabs(m.signed_volume_mm3) > 1e-9 * diagonal * diagonal * diagonal;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (byte < ' ') out += fmt::format("\\u{:04x}", byte);
    else out += c;
  }
  return out + '"';
}

}  // namespace

const char* name_of(ModelKind kind) {
  switch (kind) {
    case ModelKind::stl: return "stl";
    case ModelKind::threemf: return "3mf";
    case ModelKind::gcode_3mf: return "gcode.3mf";
    case ModelKind::gcode: return "gcode";
  }
  __builtin_unreachable();
}

std::int64_t Analysis::milligrams() const { return std::llround(grams * 1000); }
std::int64_t Analysis::milliseconds() const { return std::llround(hours * 3'600'000); }

std::expected<Model, ModelError> read_model(const std::filesystem::path& path, const Progress& progress) {
  auto input = Input::open(path);
  if (!input) return std::unexpected(input.error());
  std::array<char, sample_bytes> sample;
  const auto got = input->read_at(sample, 0);
  if (!got) return std::unexpected(got.error());
  switch (recognise({sample.data(), *got}, input->size_bytes())) {
    case Content::zip: return read_zip(path, progress);
    case Content::binary_stl:
    case Content::truncated_binary_stl: return as_stl(read_binary_stl(*input, progress));
    case Content::ascii_stl: return as_stl(read_ascii_stl(*input, progress));
    case Content::gcode: {
      auto sliced = read_gcode(*input, progress);
      if (!sliced) return std::unexpected(sliced.error());
      return Model{ModelKind::gcode, {}, std::move(*sliced), 0};
    }
    case Content::utf16:
      return std::unexpected(
          ModelError{ModelErrorKind::unsupported, "the file is UTF-16 text; save the model as plain ASCII or binary STL"});
    case Content::empty: return std::unexpected(ModelError{ModelErrorKind::not_a_model, "the file is empty"});
    case Content::unknown: break;
  }
  return std::unexpected(ModelError{ModelErrorKind::not_a_model, "the file is neither STL, 3MF nor G-code"});
}

std::expected<Analysis, ModelError> analyze(const Model& model, const PrintSettings& settings, const Progress& progress) {
  Analysis out;
  out.kind = model.kind;
  out.sliced = model.sliced;
  if (model.sliced) {
    out.grams = model.sliced->grams();
    out.hours = model.sliced->seconds() / 3600;
    for (const SlicedPlate& plate : model.sliced->plates) out.layers += plate.layers.value_or(0);
    return out;
  }
  if (model.mesh.triangles.empty()) return std::unexpected(ModelError{ModelErrorKind::no_volume, "the model has no triangles"});
  Adjacency adjacency;
  out.measures = measure(model.mesh, &adjacency);
  if (!has_volume(*out.measures)) return std::unexpected(ModelError{ModelErrorKind::no_volume, "the model encloses no volume"});
  out.volume_cm3 = std::fabs(out.measures->signed_volume_mm3) / 1000;
  out.area_cm2 = out.measures->area_mm2 / 100;
  out.watertight = out.measures->watertight();
  warn_about(*out.measures, out.warnings);
  if (model.skipped_parts > 0) {
    out.warnings.push_back(
        {"skipped-parts", fmt::format("{} parts are modifiers or not to be printed and were left out", model.skipped_parts)});
  }
  const auto estimated = estimate(model.mesh, adjacency, *out.measures, settings, progress);
  if (!estimated) return std::unexpected(estimated.error());
  if (estimated->rough)
    out.warnings.push_back({"rough", "the model is too intricate to be measured completely; grams and hours are rough"});
  out.grams = estimated->grams;
  out.hours = estimated->seconds / 3600;
  out.layers = estimated->layers;
  return out;
}

std::expected<Analysis, ModelError> analyze(const std::filesystem::path& path, const PrintSettings& settings, const Progress& progress) {
  const auto halves = [&](double from) -> Progress {
    if (!progress) return {};
    return [&progress, from](double share) { return progress(from + share / 2); };
  };
  const auto model = read_model(path, halves(0));
  if (!model) return std::unexpected(model.error());
  return analyze(*model, settings, halves(0.5));
}

std::string analyze_json(const std::filesystem::path& path, const PrintSettings& settings) {
  const auto result = analyze(path, settings);
  std::string line = fmt::format(R"({{"file":{},"accepted":{},"error":)", json_text(path.string()), result.has_value());
  if (!result)
    return line + json_text(result.error().detail) +
           R"(,"triangles":null,"shells":null,"volume_cm3":null,"area_cm2":null,"watertight":null)" +
           R"(,"grams":null,"hours":null,"warnings":[]})";
  line += "null";
  if (result->measures) {
    line += fmt::format(R"(,"triangles":{},"shells":{},"volume_cm3":{:.6f},"area_cm2":{:.4f},"watertight":{})", result->measures->triangles,
                        result->measures->shells, result->volume_cm3, result->area_cm2, result->watertight);
  } else {
    line += R"(,"triangles":0,"shells":0,"volume_cm3":null,"area_cm2":null,"watertight":null)";
  }
  line += fmt::format(R"(,"grams":{:.3f},"hours":{:.4f},"warnings":[)", result->grams, result->hours);
  for (std::size_t i = 0; i < result->warnings.size(); ++i) {
    line += (i == 0 ? "" : ",") + json_text(result->warnings[i].code + ": " + result->warnings[i].text);
  }
  return line + "]}";
}

}  // namespace layerline::slicer
