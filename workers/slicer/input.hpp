// A file that is read once from front to back, with its length known. Owns the descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <span>

#include "workers/slicer/error.hpp"

namespace layerline::slicer {

// Called now and then with the share done (0..1); returning false stops the work with ModelErrorKind::cancelled.
using Progress = std::function<bool(double)>;

class Input {
 public:
  [[nodiscard]] static std::expected<Input, ModelError> open(const std::filesystem::path& path);
  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input();

  [[nodiscard]] std::uint64_t size_bytes() const { return size_; }

  // Fills the buffer as far as the file goes; 0 at its end.
  [[nodiscard]] std::expected<std::size_t, ModelError> read(std::span<char> buffer);
  [[nodiscard]] std::expected<std::size_t, ModelError> read_at(std::span<char> buffer, std::uint64_t offset) const;

 private:
  Input(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace layerline::slicer
