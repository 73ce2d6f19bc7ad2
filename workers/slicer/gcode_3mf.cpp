#include "workers/slicer/gcode_3mf.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "workers/slicer/gcode.hpp"
#include "workers/slicer/limits.hpp"
#include "workers/slicer/xml.hpp"

namespace layerline::slicer {
namespace {

constexpr const char* slice_info_part = "Metadata/slice_info.config";

// The n of "Metadata/plate_<n>.gcode".
std::optional<int> plate_number(std::string_view name) {
  constexpr std::string_view before = "Metadata/plate_", after = ".gcode";
  if (!name.starts_with(before) || !name.ends_with(after) || name.size() <= before.size() + after.size()) return std::nullopt;
  const std::string_view digits = name.substr(before.size(), name.size() - before.size() - after.size());
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number < 1) return std::nullopt;
  return number;
}

double to_double(std::string_view text, double otherwise) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && std::isfinite(value) && value >= 0 ? value : otherwise;
}

// slice_info.config: <plate><metadata key value/>… <filament …/></plate>
class SliceInfoReader {
 public:
  std::expected<void, ModelError> read(Archive& archive) {
    XmlReader reader([this](std::string_view name, const Attributes& attributes) { return on_start(name, attributes); }, {});
    auto done = archive.stream(slice_info_part, [&](std::span<const char> piece) { return reader.feed(piece); });
    return done ? reader.finish() : done;
  }
  SlicedInfo info;

 private:
  std::expected<void, ModelError> on_start(std::string_view name, const Attributes& attributes) {
    if (name == "plate") {
      if (info.plates.size() >= limits::max_plates)
        return std::unexpected(ModelError{ModelErrorKind::too_large, "gcode.3mf: too many plates"});
      info.plates.emplace_back();
      return {};
    }
    if (info.plates.empty()) return {};
    SlicedPlate& plate = info.plates.back();
    if (name == "filament" && plate.filaments.size() < limits::max_plates) {
      plate.filaments.push_back(
          {plain_text(attributes.text("type")), plain_text(attributes.text("color")), to_double(attributes.text("used_g"), 0)});
    }
    if (name != "metadata") return {};
    const std::string_view key = attributes.text("key"), value = attributes.text("value");
    if (key == "index") plate.number = static_cast<int>(std::min(to_double(value, 1), 1e6));
    if (key == "prediction") plate.seconds = to_double(value, 0);
    if (key == "weight") plate.grams = to_double(value, 0);
    if (key == "printer_model_id") info.printer_model_id = plain_text(value);
    if (key == "nozzle_diameters") info.nozzle_mm = to_double(value, 0.4);
    return {};
  }
};

std::expected<SlicedInfo, ModelError> read_plate_comments(Archive& archive, const std::string& name) {
  GcodeComments comments;
  auto done = archive.stream(name, [&](std::span<const char> piece) -> std::expected<void, ModelError> {
    comments.feed(piece);
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return comments.finish();
}

// Where slice_info is silent the comments of the G-code speak.
void complete(SlicedInfo& info, SlicedPlate& plate, const SlicedInfo& comments) {
  const SlicedPlate& from = comments.plates.front();
  if (!(plate.grams > 0)) plate.grams = from.grams;
  if (!(plate.seconds > 0)) plate.seconds = from.seconds;
  plate.layers = from.layers;
  plate.height_mm = from.height_mm;
  if (plate.filaments.empty()) plate.filaments = from.filaments;
  if (info.slicer.empty()) info.slicer = comments.slicer;
  if (info.printer_model.empty()) info.printer_model = comments.printer_model;
  if (!info.nozzle_mm) info.nozzle_mm = comments.nozzle_mm;
  if (!info.layer_height_mm) info.layer_height_mm = comments.layer_height_mm;
}

std::expected<std::string, ModelError> md5_of_file(const std::filesystem::path& path) {
  auto input = Input::open(path);
  if (!input) return std::unexpected(input.error());
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr);
  std::vector<char> buffer(256 * 1024);
  while (true) {
    auto got = input->read(buffer);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), *got);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(context.get(), digest, &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02X}", digest[i]);
  return hex;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : plain_text(text)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string slice_info_of(const PackMetadata& m) {
  return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<config>
  <header>
    <header_item key="X-BBL-Client-Type" value="slicer"/>
  </header>
  <plate>
    <metadata key="index" value="1"/>
    <metadata key="printer_model_id" value="{}"/>
    <metadata key="nozzle_diameters" value="{:g}"/>
    <metadata key="prediction" value="{:.0f}"/>
    <metadata key="weight" value="{:.2f}"/>
    <filament id="1" type="{}" color="{}" used_g="{:.2f}"/>
  </plate>
</config>
)",
                     xml_escaped(m.printer_model_id), m.nozzle_mm, m.seconds, m.grams, xml_escaped(m.filament_type),
                     xml_escaped(m.filament_colour), m.grams);
}

constexpr const char* content_types = R"(<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
 <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
 <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
 <Default Extension="gcode" ContentType="text/x.gcode"/>
</Types>
)";

constexpr const char* relationships = R"(<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Target="/3D/3dmodel.model" Id="rel-1" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
)";

constexpr const char* gcode_relationships = R"(<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Target="/Metadata/plate_1.gcode" Id="rel-1" Type="http://schemas.bambulab.com/package/2021/gcode"/>
</Relationships>
)";

std::string model_of(const PackMetadata& m) {
  return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">
 <metadata name="Application">Layerline</metadata>
 <metadata name="PrinterModel">{}</metadata>
 <resources>
 </resources>
 <build/>
</model>
)",
                     xml_escaped(m.printer_model));
}

// Names the printer where slicers keep it, so that our reader and theirs find it.
std::string project_settings_of(const PackMetadata& m) {
  const auto quoted = [](std::string_view text) {
    std::string out = "\"";
    for (char c : plain_text(text)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  };
  return fmt::format(
      "{{\n  \"filament_colour\": [{}],\n  \"filament_type\": [{}],\n  \"nozzle_diameter\": [\"{:g}\"],\n  \"printer_model\": {}\n}}\n",
      quoted(m.filament_colour), quoted(m.filament_type), m.nozzle_mm, quoted(m.printer_model));
}

// The value of "printer_model" in project_settings.config, a flat JSON object of texts and lists.
std::string printer_model_of_project(Archive& archive) {
  constexpr const char* part = "Metadata/project_settings.config";
  if (!archive.contains(part)) return {};
  const auto text = archive.read_small(part);
  if (!text) return {};
  constexpr std::string_view key = "\"printer_model\":";
  const std::size_t at = text->find(key);
  if (at == std::string::npos) return {};
  const std::size_t open = text->find('"', at + key.size());
  const std::size_t close = open == std::string::npos ? open : text->find('"', open + 1);
  return close == std::string::npos ? std::string() : plain_text(std::string_view(*text).substr(open + 1, close - open - 1));
}

// Of the first plate.
void name_filament(SlicedInfo& info) {
  if (info.plates.empty() || info.plates.front().filaments.empty()) return;
  info.filament_type = info.plates.front().filaments.front().type;
  info.filament_colour = info.plates.front().filaments.front().colour;
}

}  // namespace

bool has_gcode_plates(const Archive& archive) {
  return std::ranges::any_of(archive.names(), [](const std::string& name) { return plate_number(name).has_value(); });
}

std::expected<SlicedInfo, ModelError> read_gcode_3mf(Archive& archive, const Progress& progress) {
  SliceInfoReader reader;
  if (archive.contains(slice_info_part)) {
    if (auto done = reader.read(archive); !done) return std::unexpected(done.error());
  }
  SlicedInfo& info = reader.info;
  info.printer_model = printer_model_of_project(archive);
  std::map<int, std::string> plates;
  for (const std::string& name : archive.names()) {
    if (const auto number = plate_number(name)) plates.emplace(*number, name);
  }
  if (plates.size() > limits::max_plates) return std::unexpected(ModelError{ModelErrorKind::too_large, "gcode.3mf: too many plates"});
  std::erase_if(info.plates, [&](const SlicedPlate& plate) { return !plates.contains(plate.number); });   // not sliced
  std::size_t done = 0;
  for (const auto& [number, name] : plates) {
    auto plate = std::ranges::find(info.plates, number, &SlicedPlate::number);
    if (plate == info.plates.end()) {
      plate = info.plates.insert(plate, SlicedPlate{});
      plate->number = number;
    }
    const auto comments = read_plate_comments(archive, name);
    if (comments) complete(info, *plate, *comments);
    else if (comments.error().kind != ModelErrorKind::unsupported || !(plate->grams > 0) || !(plate->seconds > 0))
      return std::unexpected(comments.error());
    if (plate->grams > limits::max_grams || plate->seconds > limits::max_seconds) {
      return std::unexpected(ModelError{ModelErrorKind::malformed, "gcode.3mf: grams or time are beyond reason"});
    }
    if (progress && !progress(double(++done) / double(plates.size()))) {
      return std::unexpected(ModelError{ModelErrorKind::cancelled, "the analysis was cancelled"});
    }
  }
  std::ranges::sort(info.plates, {}, &SlicedPlate::number);
  name_filament(info);
  return info;
}

std::expected<void, ModelError> keep_plate(SlicedInfo& info, std::optional<std::int64_t> number) {
  const auto refused = [](std::string detail) { return std::unexpected(ModelError{ModelErrorKind::unsupported, std::move(detail)}); };
  if (info.plates.empty()) return refused("The file holds no plate.");
  if (!number && info.plates.size() > 1) return refused("The sliced file holds several plates; say which \"plate\" is printed.");
  const auto found = number ? std::ranges::find(info.plates, *number, &SlicedPlate::number) : info.plates.begin();
  if (found == info.plates.end()) return refused("The sliced file has no such plate.");
  info.plates = {SlicedPlate(*found)};
  name_filament(info);
  return {};
}

std::expected<SlicedInfo, ModelError> read_gcode_3mf(const std::filesystem::path& path) {
  auto archive = Archive::open(path);
  if (!archive) return std::unexpected(archive.error());
  if (!has_gcode_plates(*archive)) return std::unexpected(ModelError{ModelErrorKind::malformed, "gcode.3mf: no plate with G-code"});
  return read_gcode_3mf(*archive);
}

std::expected<void, ModelError> pack_gcode_3mf(const std::filesystem::path& gcode, const PackMetadata& metadata,
                                               const std::filesystem::path& out) {
  const auto md5 = md5_of_file(gcode);
  if (!md5) return std::unexpected(md5.error());
  std::error_code ignored;
  std::filesystem::remove(out, ignored);
  return write_archive(out, {
                                {.name = "[Content_Types].xml", .bytes = content_types},
                                {.name = "_rels/.rels", .bytes = relationships},
                                {.name = "3D/3dmodel.model", .bytes = model_of(metadata)},
                                {.name = "Metadata/_rels/model_settings.config.rels", .bytes = gcode_relationships},
                                {.name = "Metadata/project_settings.config", .bytes = project_settings_of(metadata)},
                                {.name = slice_info_part, .bytes = slice_info_of(metadata)},
                                {.name = "Metadata/plate_1.gcode", .file = gcode},
                                {.name = "Metadata/plate_1.gcode.md5", .bytes = *md5},
                            });
}

}  // namespace layerline::slicer
