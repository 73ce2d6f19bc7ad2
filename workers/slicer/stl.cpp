#include "workers/slicer/stl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "workers/slicer/large_memory.hpp"
#include "workers/slicer/limits.hpp"

namespace layerline::slicer {
namespace {

constexpr std::size_t header_bytes = 84;
constexpr std::size_t triangle_bytes = 50;
constexpr std::size_t prepared_at_once = 256;   // triangles: their corners are still in the nearest cache

std::unexpected<ModelError> refuse(ModelErrorKind kind, std::string detail) {
  return std::unexpected(ModelError{kind, std::move(detail)});
}

std::string coordinate_problem(std::uint64_t triangle, const Vertex& v) {
  const bool finite = std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
  return fmt::format("triangle {} has a coordinate that is {}", triangle + 1,
                     finite ? "more than 10 km from the origin" : "not a finite number");
}

// False for NaN too.
bool in_range(const Vertex& v) {
  return std::fabs(v.x) <= limits::max_coordinate_mm && std::fabs(v.y) <= limits::max_coordinate_mm &&
         std::fabs(v.z) <= limits::max_coordinate_mm;
}

// Some triangles of a binary file, prepared for the welder.
struct BinaryBlock {
  explicit BinaryBlock(std::size_t triangles_of_file)
      : bytes(std::min(limits::stl_read_bytes, triangles_of_file * triangle_bytes)),
        corners(bytes.size() / triangle_bytes * 3),
        clues(corners.size()) {}

  std::vector<char> bytes;
  std::vector<Vertex> corners;
  std::vector<Welder::Clue> clues;
  std::size_t triangles = 0;   // 0: the file ended, or could not be read
  bool good = true;

  void load(Input& input) {
    triangles = input.read(bytes).value_or(0) / triangle_bytes;
    good = true;
    for (std::size_t first = 0; first < triangles; first += prepared_at_once) {
      const std::size_t end = std::min(first + prepared_at_once, triangles);
      for (std::size_t i = first; i < end; ++i) {
        std::memcpy(&corners[i * 3], bytes.data() + i * triangle_bytes + 12, 36);
        good = good && in_range(corners[i * 3]) && in_range(corners[i * 3 + 1]) && in_range(corners[i * 3 + 2]);
      }
      Welder::prepare(std::span(corners).subspan(first * 3, (end - first) * 3), std::span(clues).subspan(first * 3));
    }
  }

  [[nodiscard]] std::optional<std::size_t> first_bad() const {
    if (good) return std::nullopt;
    return static_cast<std::size_t>(std::find_if_not(corners.begin(), corners.end(), in_range) - corners.begin());
  }
};

// Words of an ASCII STL, in fixed memory.
class Words {
 public:
  explicit Words(Input& input) : input_(input), buffer_(64 * 1024) {}

  // Empty at the end of the file or after a failure.
  std::string_view next() {
    int c = get();
    while (c == ' ' || (c >= '\t' && c <= '\r')) c = get();
    length_ = 0;
    while (c > ' ') {
      if (length_ == word_.size()) {
        too_long_ = true;
        return {};
      }
      word_[length_++] = static_cast<char>(c);
      c = get();
    }
    last_ = c;
    return {word_.data(), length_};
  }

  // The rest of the line is a free text: the name of a solid.
  void skip_line() {
    while (last_ != '\n' && last_ != '\r' && last_ >= 0) last_ = get();
  }

  [[nodiscard]] std::uint64_t consumed_bytes() const { return consumed_ + at_; }
  [[nodiscard]] bool too_long() const { return too_long_; }
  [[nodiscard]] bool unreadable() const { return unreadable_; }

 private:
  int get() {
    if (at_ == end_) {
      consumed_ += end_;
      auto count = input_.read(buffer_);
      unreadable_ = unreadable_ || !count;
      at_ = 0;
      end_ = count.value_or(0);
      if (end_ == 0) return -1;
    }
    return static_cast<unsigned char>(buffer_[at_++]);
  }

  Input& input_;
  std::vector<char> buffer_;
  std::array<char, limits::max_stl_token_bytes> word_{};
  std::size_t at_ = 0, end_ = 0, length_ = 0;
  std::uint64_t consumed_ = 0;
  int last_ = 0;
  bool too_long_ = false, unreadable_ = false;
};

bool is(std::string_view word, std::string_view keyword) {
  return word.size() == keyword.size() &&
         std::equal(word.begin(), word.end(), keyword.begin(), [](char a, char b) { return (a | 0x20) == b; });
}

// A whole word that is a decimal number: "20,5" and "1e999" are none.
bool to_float(std::string_view word, float& out) {
  if (!word.empty() && word[0] == '+') word.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  out = static_cast<float>(value);
  return error == std::errc{} && end == word.data() + word.size();
}

class AsciiReader {
 public:
  AsciiReader(Input& input, const Progress& progress)
      : words_(input), progress_(progress), size_(input.size_bytes()), welder_(std::min<std::uint64_t>(size_ / 256, 1 << 20)) {}

  std::expected<Mesh, ModelError> read() {
    std::string_view word = words_.next();
    if (word.starts_with("\xEF\xBB\xBF")) word.remove_prefix(3);
    while (!word.empty()) {
      if (!is(word, "solid")) return fail("\"solid\" was expected");
      words_.skip_line();
      if (auto done = read_solid(); !done) return std::unexpected(done.error());
      word = words_.next();
    }
    if (words_.too_long() || words_.unreadable()) return fail("");
    gather(mesh_);
    return std::move(mesh_);
  }

 private:
  std::expected<void, ModelError> read_solid() {
    while (true) {
      const std::string_view word = words_.next();
      if (is(word, "endsolid")) {
        words_.skip_line();
        return {};
      }
      if (!is(word, "facet")) return fail(word.empty() ? "the file ends inside a solid" : "\"facet\" or \"endsolid\" was expected");
      if (auto done = read_facet(); !done) return done;
      if ((mesh_.triangles.size() & 0x3FFF) == 0 && progress_ && !progress_(double(words_.consumed_bytes()) / double(size_ + 1))) {
        return refuse(ModelErrorKind::cancelled, "the analysis was cancelled");
      }
    }
  }

  std::expected<void, ModelError> read_facet() {
    if (!expect("normal")) return fail("\"normal\" was expected");
    for (int i = 0; i < 3; ++i) (void)words_.next();   // normals are computed, and exporters write nan for slivers
    if (!expect("outer") || !expect("loop")) return fail("\"outer loop\" was expected");
    std::array<Vertex, 3> corners;
    for (Vertex& v : corners) {
      if (!expect("vertex")) return fail("\"vertex\" was expected");
      if (!to_float(words_.next(), v.x) || !to_float(words_.next(), v.y) || !to_float(words_.next(), v.z)) {
        return fail("a coordinate is not a decimal number");
      }
      if (!in_range(v)) return refuse(ModelErrorKind::malformed, coordinate_problem(mesh_.triangles.size(), v));
    }
    if (!expect("endloop") || !expect("endfacet")) return fail("\"endloop endfacet\" was expected: only triangles are taken");
    if (mesh_.triangles.size() >= limits::max_triangles) {
      return refuse(ModelErrorKind::too_large, fmt::format("more than {} triangles", limits::max_triangles));
    }
    welder_.add(mesh_, corners);
    return {};
  }

  bool expect(std::string_view keyword) { return is(words_.next(), keyword); }

  std::unexpected<ModelError> fail(std::string_view what) {
    if (words_.unreadable()) return refuse(ModelErrorKind::unreadable, "the file cannot be read");
    const std::string_view reason = words_.too_long() ? "a word is too long" : what;
    return refuse(ModelErrorKind::malformed,
                  fmt::format("ASCII STL: {}, in triangle {} near byte {}", reason, mesh_.triangles.size() + 1, words_.consumed_bytes()));
  }

  Words words_;
  const Progress& progress_;
  std::uint64_t size_;
  Mesh mesh_;
  Welder welder_;
};

}  // namespace

std::expected<Mesh, ModelError> read_binary_stl(Input& input, const Progress& progress) {
  std::array<char, header_bytes> header;
  auto got = input.read(header);
  if (!got) return std::unexpected(got.error());
  if (*got < header_bytes) return refuse(ModelErrorKind::malformed, "binary STL: the file is shorter than its 84-byte header");
  std::uint32_t count = 0;
  std::memcpy(&count, header.data() + 80, sizeof count);
  const std::uint64_t announced = header_bytes + triangle_bytes * std::uint64_t{count};
  if (announced != input.size_bytes()) {
    return refuse(ModelErrorKind::malformed,
                  fmt::format("binary STL: the header announces {} triangles, which is {} bytes, but the file has {} bytes", count,
                              announced, input.size_bytes()));
  }
  if (count > limits::max_triangles) {
    return refuse(ModelErrorKind::too_large, fmt::format("{} triangles; at most {} are taken", count, limits::max_triangles));
  }

  Mesh mesh;
  mesh.triangles.reserve(count);
  mesh.vertices.reserve(count / 2 + 16);
  prefer_large_pages(mesh.triangles.data(), count);
  prefer_large_pages(mesh.vertices.data(), count / 2);
  BinaryBlock current(count), next(count);
  std::jthread ahead([&] { current.load(input); });   // reads and prepares while this thread makes its table, later while it welds
  Welder welder(count);
  ahead.join();
  while (mesh.triangles.size() < count) {
    if (current.triangles == 0) return refuse(ModelErrorKind::unreadable, "the file cannot be read, or became shorter while it was read");
    if (const auto bad = current.first_bad())
      return refuse(ModelErrorKind::malformed, coordinate_problem(mesh.triangles.size() + *bad / 3, current.corners[*bad]));
    if (mesh.triangles.size() + current.triangles < count) ahead = std::jthread([&] { next.load(input); });
    const std::size_t corners = current.triangles * 3;
    welder.add_prepared(mesh, std::span(current.corners).first(corners), std::span(current.clues).first(corners));
    if (progress && !progress(double(mesh.triangles.size()) / double(count))) {
      return refuse(ModelErrorKind::cancelled, "the analysis was cancelled");
    }
    if (ahead.joinable()) ahead.join();
    std::swap(current, next);
  }
  gather(mesh);
  return mesh;
}

std::expected<Mesh, ModelError> read_ascii_stl(Input& input, const Progress& progress) { return AsciiReader(input, progress).read(); }

std::expected<void, ModelError> write_binary_stl(const Mesh& mesh, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::array<char, header_bytes> header{};
  const auto count = static_cast<std::uint32_t>(mesh.triangles.size());
  std::memcpy(header.data() + 80, &count, sizeof count);
  file.write(header.data(), header.size());
  constexpr std::array<float, 3> normal = {-0.0F, -0.0F, -0.0F};
  std::vector<char> block;
  for (std::size_t i = 0; i < mesh.triangles.size(); ++i) {
    std::array<char, triangle_bytes> bytes{};
    // A normal of zeros: readers compute it. They are negative zeros as PrusaSlicer takes a file for text if none of its first bytes is
    // above 127, and those of a part with round sizes are not.
    std::memcpy(bytes.data(), normal.data(), sizeof normal);
    for (std::size_t corner = 0; corner < 3; ++corner)
      std::memcpy(bytes.data() + 12 + 12 * corner, &mesh.vertices[mesh.triangles[i][corner]], 12);
    block.insert(block.end(), bytes.begin(), bytes.end());
    if (block.size() >= limits::stl_read_bytes || i + 1 == mesh.triangles.size()) {
      file.write(block.data(), static_cast<std::streamsize>(block.size()));
      block.clear();
    }
  }
  file.close();
  if (!file) return refuse(ModelErrorKind::unreadable, "the mesh could not be written");
  return {};
}

}  // namespace layerline::slicer
