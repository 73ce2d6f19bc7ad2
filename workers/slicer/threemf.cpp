#include "workers/slicer/threemf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "workers/slicer/limits.hpp"
#include "workers/slicer/xml.hpp"

namespace layerline::slicer {
namespace {

using ObjectId = std::uint32_t;
using Transform = std::array<double, 12>;   // rows of the 4x3 matrix, row vectors: p' = p * M
constexpr Transform identity{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};

struct Reference {
  std::size_t part = 0;   // index into Package::parts
  ObjectId object = 0;
  Transform transform = identity;
};

struct Object {
  std::vector<Vertex> vertices;
  std::vector<Triangle> triangles;
  std::vector<Reference> components;
};

struct Part {
  std::string path;
  double unit_mm = 1;
  std::map<ObjectId, Object> objects;
};

std::unexpected<ModelError> refuse(ModelErrorKind kind, std::string detail) {
  return std::unexpected(ModelError{kind, std::move(detail)});
}
std::unexpected<ModelError> malformed(std::string detail) { return refuse(ModelErrorKind::malformed, "3MF: " + std::move(detail)); }

const char* skip_space(const char* text) {
  while (*text == ' ' || (*text >= '\t' && *text <= '\r')) ++text;
  return text;
}

// One whole number with white space around it, in XML's spelling.
template <class Number>
bool parse_number(const char* text, Number& out) {
  if (text == nullptr) return false;
  text = skip_space(text);
  if (*text == '+') ++text;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, out);
  return error == std::errc{} && *skip_space(stop) == 0;
}

std::optional<Transform> parse_transform(const char* text) {
  if (text == nullptr) return identity;
  Transform out{};
  const char* end = text + std::strlen(text);
  for (double& value : out) {
    text = skip_space(text);
    if (*text == '+') ++text;
    const auto [stop, error] = std::from_chars(text, end, value);
    if (error != std::errc{} || !std::isfinite(value) || (stop != end && skip_space(stop) == stop)) return std::nullopt;
    text = stop;
  }
  return *skip_space(text) == 0 ? std::optional(out) : std::nullopt;
}

// First `inner`, then `outer`.
Transform combine(const Transform& inner, const Transform& outer) {
  Transform out{};
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      double sum = row == 3 ? outer[9 + column] : 0;
      for (std::size_t k = 0; k < 3; ++k) sum += inner[row * 3 + k] * outer[k * 3 + column];
      out[row * 3 + column] = sum;
    }
  }
  return out;
}

double determinant(const Transform& m) {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

std::optional<double> unit_in_mm(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 6> units{
      {{"micron", 0.001}, {"millimeter", 1}, {"centimeter", 10}, {"inch", 25.4}, {"foot", 304.8}, {"meter", 1000}}};
  if (unit.empty()) return 1;
  for (const auto& [name, mm] : units) {
    if (name == unit) return mm;
  }
  return std::nullopt;
}

class Package {
 public:
  Package(Archive& archive, const Progress& progress) : archive_(archive), progress_(progress) {}

  std::expected<ThreeMf, ModelError> read() {
    const auto root = root_part();
    if (!root) return std::unexpected(root.error());
    if (auto done = read_part_settings(); !done) return std::unexpected(done.error());
    part_index(*root);
    for (std::size_t i = 0; i < parts_.size(); ++i) {   // parts_ grows while references to further parts are read
      if (auto done = read_part(i); !done) return std::unexpected(done.error());
    }
    return expand();
  }

 private:
  // The relationship of type …/3dmodel names the root part; without one it is where every writer puts it.
  std::expected<std::string, ModelError> root_part() {
    std::string target = "3D/3dmodel.model";
    if (!archive_.contains("_rels/.rels")) return target;
    XmlReader reader([&](std::string_view name, const Attributes& attributes) -> std::expected<void, ModelError> {
      if (name == "Relationship" && attributes.text("Type").ends_with("/3dmodel")) target = attributes.text("Target");
      return {};
    }, {});
    if (auto done = stream_into("_rels/.rels", reader); !done) return std::unexpected(done.error());
    return target;
  }

  // Bambu Studio keeps what a part is for (a modifier, a blocker) beside the model.
  std::expected<void, ModelError> read_part_settings() {
    if (!archive_.contains("Metadata/model_settings.config")) return {};
    ObjectId object = 0;
    XmlReader reader([&](std::string_view name, const Attributes& attributes) -> std::expected<void, ModelError> {
      ObjectId part = 0;
      if (name == "object" && !parse_number(attributes.find("id"), object)) object = 0;
      if (name == "part" && parse_number(attributes.find("id"), part) && !attributes.text("subtype").empty() &&
          attributes.text("subtype") != "normal_part") {
        not_printed_.insert({object, part});
      }
      return {};
    }, {});
    return stream_into("Metadata/model_settings.config", reader);
  }

  std::expected<void, ModelError> stream_into(std::string_view name, XmlReader& reader) {
    auto done = archive_.stream(name, [&](std::span<const char> piece) { return reader.feed(piece); });
    return done ? reader.finish() : done;
  }

  std::size_t part_index(std::string_view path) {
    while (!path.empty() && path[0] == '/') path.remove_prefix(1);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].path == path) return i;
    }
    parts_.push_back({std::string(path), 1, {}});
    return parts_.size() - 1;
  }

  std::expected<void, ModelError> read_part(std::size_t index) {
    if (index >= limits::max_model_parts) return refuse(ModelErrorKind::too_large, "3MF: too many model parts");
    part_ = index;
    object_ = nullptr;
    in_root_ = index == 0;
    XmlReader reader([this](std::string_view name, const Attributes& attributes) { return on_start(name, attributes); },
                     [this](std::string_view name) {
                       if (name == "object") object_ = nullptr;
                     });
    const std::string path = parts_[index].path;
    if (!archive_.contains(path)) return malformed("a model part is missing from the package");
    auto done = archive_.stream(path, [&](std::span<const char> piece) -> std::expected<void, ModelError> {
      if (progress_ && !progress_(double(index) / double(parts_.size())))
        return refuse(ModelErrorKind::cancelled, "the analysis was cancelled");
      return reader.feed(piece);
    });
    return done ? reader.finish() : done;
  }

  std::expected<void, ModelError> on_start(std::string_view name, const Attributes& attributes) {
    if (name == "vertex") return on_vertex(attributes);
    if (name == "triangle") return on_triangle(attributes);
    if (name == "component") return on_reference(attributes, false);
    if (name == "item" && in_root_) return on_reference(attributes, true);
    if (name == "object") return on_object(attributes);
    if (name == "model") {
      const auto unit = unit_in_mm(attributes.text("unit"));
      if (!unit) return malformed("the unit of the model is unknown");
      parts_[part_].unit_mm = *unit;
    }
    return {};
  }

  std::expected<void, ModelError> on_object(const Attributes& attributes) {
    ObjectId id = 0;
    if (!parse_number(attributes.find("id"), id)) return malformed("an object has no number as its id");
    if (++object_count_ > limits::max_objects) return refuse(ModelErrorKind::too_large, "3MF: too many objects");
    const auto [place, fresh] = parts_[part_].objects.try_emplace(id);
    if (!fresh) return malformed("two objects have the same id");
    object_ = &place->second;
    object_id_ = id;
    return {};
  }

  std::expected<void, ModelError> on_vertex(const Attributes& attributes) {
    if (object_ == nullptr) return malformed("a vertex outside of an object");
    Vertex v;
    if (!parse_number(attributes.find("x"), v.x) || !parse_number(attributes.find("y"), v.y) || !parse_number(attributes.find("z"), v.z)) {
      return malformed("a coordinate is not a decimal number");
    }
    if (!std::isfinite(v.x) || !std::isfinite(v.y) || !std::isfinite(v.z)) return malformed("a coordinate is not finite");
    if (++vertex_count_ > 3ULL * limits::max_triangles) return refuse(ModelErrorKind::too_large, "3MF: too many vertices");
    object_->vertices.push_back(v);
    return {};
  }

  std::expected<void, ModelError> on_triangle(const Attributes& attributes) {
    if (object_ == nullptr) return malformed("a triangle outside of an object");
    Triangle t;
    if (!parse_number(attributes.find("v1"), t[0]) || !parse_number(attributes.find("v2"), t[1]) ||
        !parse_number(attributes.find("v3"), t[2])) {
      return malformed("a triangle's index is not a number of a vertex");
    }
    if (std::ranges::any_of(t, [&](std::uint32_t index) { return index >= object_->vertices.size(); })) {
      return malformed(fmt::format("triangle {} refers to a vertex that does not exist", object_->triangles.size() + 1));
    }
    if (++triangle_count_ > limits::max_triangles) {
      return refuse(ModelErrorKind::too_large, fmt::format("more than {} triangles", limits::max_triangles));
    }
    object_->triangles.push_back(t);
    return {};
  }

  std::expected<void, ModelError> on_reference(const Attributes& attributes, bool item) {
    Reference reference{part_, 0, identity};
    if (!parse_number(attributes.find("objectid"), reference.object)) return malformed("a reference has no number as its object id");
    const auto transform = parse_transform(attributes.find("transform"));
    if (!transform) return malformed("a transform is not twelve finite numbers");
    reference.transform = *transform;
    if (const std::string_view path = attributes.text("path"); !path.empty()) reference.part = part_index(path);
    if (++reference_count_ > limits::max_components) return refuse(ModelErrorKind::too_large, "3MF: too many components");
    if (item) {
      if (attributes.text("printable") == "0") {
        ++out_.skipped_parts;
        return {};
      }
      items_.push_back(reference);
      return {};
    }
    if (object_ == nullptr) return malformed("a component outside of an object");
    if (in_root_ && not_printed_.contains({object_id_, reference.object})) {
      ++out_.skipped_parts;
      return {};
    }
    object_->components.push_back(reference);
    return {};
  }

  std::expected<ThreeMf, ModelError> expand() {
    out_.build_items = items_.size();
    Welder welder(triangle_count_);
    for (const Reference& item : items_) {
      if (auto done = expand_item(item, welder); !done) return std::unexpected(done.error());
    }
    gather(out_.mesh);
    return std::move(out_);
  }

  // Depth first with a stack of our own; every level remembers which component of its object comes next.
  std::expected<void, ModelError> expand_item(const Reference& item, Welder& welder) {
    struct Level {
      Reference at;
      const Object* object;
      std::size_t next;
    };
    std::vector<Level> path;
    auto enter = [&](const Reference& at) -> std::expected<void, ModelError> {
      const Part& part = parts_[at.part];
      const auto found = part.objects.find(at.object);
      if (found == part.objects.end()) return malformed("a reference to an object that does not exist");
      if (++expansions_ > limits::max_expansions) {
        return refuse(ModelErrorKind::too_large, fmt::format("3MF: components expand to more than {} instances", limits::max_expansions));
      }
      if (std::ranges::any_of(path, [&](const Level& level) { return level.object == &found->second; })) {
        return malformed("components contain each other");
      }
      if (path.size() >= limits::max_component_depth) {
        return refuse(ModelErrorKind::too_large, fmt::format("3MF: components are nested more than {} deep", limits::max_component_depth));
      }
      path.push_back({at, &found->second, 0});
      return place(found->second, part.unit_mm, at.transform, welder);
    };
    if (auto done = enter(item); !done) return done;
    while (!path.empty()) {
      Level& top = path.back();
      if (top.next == top.object->components.size()) {
        path.pop_back();
        continue;
      }
      Reference component = top.object->components[top.next++];
      component.transform = combine(component.transform, top.at.transform);
      if (auto done = enter(component); !done) return done;
    }
    return {};
  }

  // A mirroring transform turns the triangles, so that their outside stays outside.
  std::expected<void, ModelError> place(const Object& object, double unit_mm, const Transform& m, Welder& welder) {
    if (object.triangles.size() + out_.mesh.triangles.size() > limits::max_triangles) {
      return refuse(ModelErrorKind::too_large, fmt::format("more than {} triangles after components are expanded", limits::max_triangles));
    }
    placed_vertices_ += object.vertices.size();
    if (placed_vertices_ > 3ULL * limits::max_triangles)
      return refuse(ModelErrorKind::too_large, "3MF: too many vertices after components are expanded");
    std::vector<Vertex> placed(object.vertices.size());
    for (std::size_t i = 0; i < placed.size(); ++i) {
      const Vertex& v = object.vertices[i];
      std::array<double, 3> p{};
      for (std::size_t column = 0; column < 3; ++column) {
        p[column] = (v.x * m[column] + v.y * m[3 + column] + v.z * m[6 + column] + m[9 + column]) * unit_mm;
        if (!(std::fabs(p[column]) <= limits::max_coordinate_mm))
          return malformed("a coordinate is more than 10 km from the origin after its transform");
      }
      placed[i] = {static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2])};
    }
    const bool mirrored = determinant(m) < 0;
    std::array<Vertex, 96> corners;
    std::size_t count = 0;
    for (const Triangle& t : object.triangles) {
      corners[count++] = placed[t[0]];
      corners[count++] = placed[mirrored ? t[2] : t[1]];
      corners[count++] = placed[mirrored ? t[1] : t[2]];
      if (count == corners.size()) {
        welder.add(out_.mesh, corners);
        count = 0;
      }
    }
    welder.add(out_.mesh, std::span(corners).first(count));
    return {};
  }

  Archive& archive_;
  const Progress& progress_;
  ThreeMf out_;
  std::vector<Part> parts_;
  std::vector<Reference> items_;
  std::set<std::pair<ObjectId, ObjectId>> not_printed_;
  Object* object_ = nullptr;
  ObjectId object_id_ = 0;
  std::size_t part_ = 0;
  bool in_root_ = true;
  std::size_t object_count_ = 0, reference_count_ = 0, expansions_ = 0;
  std::uint64_t vertex_count_ = 0, triangle_count_ = 0, placed_vertices_ = 0;
};

}  // namespace

std::expected<ThreeMf, ModelError> read_3mf(Archive& archive, const Progress& progress) { return Package(archive, progress).read(); }

}  // namespace layerline::slicer
