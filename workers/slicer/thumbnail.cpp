#include "workers/slicer/thumbnail.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "workers/slicer/analyze.hpp"

namespace layerline::slicer {
namespace {

constexpr int samples = 2;                    // per pixel and direction
constexpr double turn = -0.62, tilt = 0.50;   // radians: around the vertical, and down from the horizon
constexpr double margin = 0.09;               // of the picture, on every side
constexpr std::array<double, 3> light{-0.42, -0.35, 0.84};   // unit vector to the light: right, into the picture, up
constexpr double ambient = 0.50, diffuse = 0.52, edge_darkening = 0.55;
constexpr float far_away = 1e30F;

using Vector = std::array<double, 3>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// To the viewer's axes: right, away, up.
Vector turned(const Vector& v) {
  const double x = v[0] * std::cos(turn) - v[1] * std::sin(turn), y = v[0] * std::sin(turn) + v[1] * std::cos(turn);
  return {x, y * std::cos(tilt) - v[2] * std::sin(tilt), y * std::sin(tilt) + v[2] * std::cos(tilt)};
}

struct Sample {
  float depth = far_away;
  float shade = 0;
};

class Canvas {
 public:
  explicit Canvas(int size) : size_(size), samples_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)) {}

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] Sample& at(int x, int y) {
    return samples_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(x)];
  }

  // Corners in canvas units: x to the right, y down, depth away.
  void fill(const std::array<Vector, 3>& p, float shade) {
    const double area = (p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) - (p[2][0] - p[0][0]) * (p[1][1] - p[0][1]);
    if (std::fabs(area) < 1e-9) return;
    const int left = std::max(0, static_cast<int>(std::floor(std::min({p[0][0], p[1][0], p[2][0]}))));
    const int right = std::min(size_ - 1, static_cast<int>(std::ceil(std::max({p[0][0], p[1][0], p[2][0]}))));
    const int top = std::max(0, static_cast<int>(std::floor(std::min({p[0][1], p[1][1], p[2][1]}))));
    const int bottom = std::min(size_ - 1, static_cast<int>(std::ceil(std::max({p[0][1], p[1][1], p[2][1]}))));
    drawn_ += double(right - left + 1) * (bottom - top + 1);
    if (drawn_ > limits::max_drawn_samples) return;   // nobody's part: a pile of triangles made to take time
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) {
        const double px = x + 0.5, py = y + 0.5;
        const double b = ((px - p[0][0]) * (p[2][1] - p[0][1]) - (p[2][0] - p[0][0]) * (py - p[0][1])) / area;
        const double c = ((p[1][0] - p[0][0]) * (py - p[0][1]) - (px - p[0][0]) * (p[1][1] - p[0][1])) / area;
        if (b < 0 || c < 0 || b + c > 1) continue;
        const auto depth = static_cast<float>(p[0][2] + b * (p[1][2] - p[0][2]) + c * (p[2][2] - p[0][2]));
        if (Sample& sample = at(x, y); depth < sample.depth) sample = {depth, shade};
      }
    }
  }

 private:
  int size_;
  double drawn_ = 0;
  std::vector<Sample> samples_;
};

// A face is lit from both sides, so that inverted and open meshes look like parts too.
float shade_of(Vector normal) {
  const double length = std::sqrt(dot(normal, normal));
  if (length == 0) return static_cast<float>(ambient);
  for (double& n : normal) n /= length;
  if (normal[1] > 0) normal = {-normal[0], -normal[1], -normal[2]};
  return static_cast<float>(ambient + diffuse * std::max(0.0, dot(normal, light)) + 0.10 * std::max(0.0, -normal[1]));
}

void draw(const Mesh& mesh, Canvas& canvas) {
  std::vector<Vector> placed(mesh.vertices.size());
  const Vertex origin = mesh.vertices[0];
  Vector low{1e300, 1e300, 1e300}, high{-1e300, -1e300, -1e300};
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const Vertex& v = mesh.vertices[i];
    placed[i] = turned({double(v.x) - origin.x, double(v.y) - origin.y, double(v.z) - origin.z});
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], placed[i][axis]);
      high[axis] = std::max(high[axis], placed[i][axis]);
    }
  }
  const double extent = std::max({high[0] - low[0], high[2] - low[2], 1e-9});
  const double scale = canvas.size() * (1 - 2 * margin) / extent, middle = canvas.size() / 2.0;
  for (const Triangle& t : mesh.triangles) {
    std::array<Vector, 3> corners;
    for (std::size_t i = 0; i < 3; ++i) {
      const Vector& v = placed[t[i]];
      corners[i] = {middle + (v[0] - (low[0] + high[0]) / 2) * scale, middle - (v[2] - (low[2] + high[2]) / 2) * scale,
                    (v[1] - low[1]) * scale};
    }
    const Vector &a = placed[t[0]], &b = placed[t[1]], &c = placed[t[2]];
    const Vector u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    canvas.fill(corners, shade_of({u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]}));
  }
}

// Darkens where something nearer begins, so that outlines read well.
float edge_factor(Canvas& canvas, int x, int y) {
  const float depth = canvas.at(x, y).depth;
  const auto step = static_cast<float>(canvas.size()) * 0.012F;
  for (const auto& [dx, dy] : {std::pair{1, 0}, std::pair{-1, 0}, std::pair{0, 1}, std::pair{0, -1}}) {
    const int nx = x + dx, ny = y + dy;
    if (nx < 0 || ny < 0 || nx >= canvas.size() || ny >= canvas.size()) continue;
    if (canvas.at(nx, ny).depth > depth + step) return static_cast<float>(edge_darkening);
  }
  return 1;
}

std::array<float, 3> sample_colour(Canvas& canvas, Colour part, int x, int y) {
  const Sample& sample = canvas.at(x, y);
  if (sample.depth >= far_away) {   // the ground: lighter above
    const float height = static_cast<float>(y) / static_cast<float>(canvas.size());
    return {250 - 18 * height, 251 - 16 * height, 253 - 13 * height};
  }
  const float shade = sample.shade * edge_factor(canvas, x, y);
  const auto lit = [&](std::uint8_t channel) { return std::min(255.0F, static_cast<float>(channel) * shade + 34 * shade * shade); };
  return {lit(part.red), lit(part.green), lit(part.blue)};
}

std::vector<std::uint8_t> reduce(Canvas& canvas, Colour part, int pixels) {
  std::vector<std::uint8_t> out;
  out.reserve(static_cast<std::size_t>(pixels) * static_cast<std::size_t>(pixels) * 3);
  for (int y = 0; y < pixels; ++y) {
    for (int x = 0; x < pixels; ++x) {
      std::array<float, 3> sum{};
      for (int i = 0; i < samples * samples; ++i) {
        const auto colour = sample_colour(canvas, part, x * samples + i % samples, y * samples + i / samples);
        for (std::size_t channel = 0; channel < 3; ++channel) sum[channel] += colour[channel];
      }
      for (const float channel : sum) out.push_back(static_cast<std::uint8_t>(std::lround(channel / (samples * samples))));
    }
  }
  return out;
}

std::expected<std::vector<std::uint8_t>, ModelError> encode(const std::vector<std::uint8_t>& rgb, int pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(pixels);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> out(size);
  if (png_image_write_to_memory(&image, out.data(), &size, 0, rgb.data(), 0, nullptr) == 0) {
    return std::unexpected(ModelError{ModelErrorKind::unreadable, "the picture could not be encoded"});
  }
  out.resize(size);
  return out;
}

}  // namespace

std::expected<std::vector<std::uint8_t>, ModelError> render_thumbnail(const Mesh& mesh, Colour part, int pixels) {
  if (mesh.triangles.empty()) return std::unexpected(ModelError{ModelErrorKind::no_volume, "the model has no triangles to show"});
  Canvas canvas(pixels * samples);
  draw(mesh, canvas);
  return encode(reduce(canvas, part, pixels), pixels);
}

std::expected<std::vector<std::uint8_t>, ModelError> render_thumbnail(const std::filesystem::path& path, Colour part, int pixels) {
  const auto model = read_model(path);
  if (!model) return std::unexpected(model.error());
  if (model->sliced) return std::unexpected(ModelError{ModelErrorKind::unsupported, "a sliced file holds no mesh to show"});
  return render_thumbnail(model->mesh, part, pixels);
}

}  // namespace layerline::slicer
