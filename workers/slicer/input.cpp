#include "workers/slicer/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace layerline::slicer {

std::expected<Input, ModelError> Input::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);   // O_NONBLOCK: a FIFO must not hold us
  if (descriptor < 0) return std::unexpected(ModelError{ModelErrorKind::unreadable, "the file cannot be opened"});
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return std::unexpected(ModelError{ModelErrorKind::unreadable, "not a regular file"});
  }
  return Input(descriptor, static_cast<std::uint64_t>(status.st_size));
}

Input::Input(Input&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_), offset_(other.offset_) {}

Input::~Input() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::expected<std::size_t, ModelError> Input::read(std::span<char> buffer) {
  auto count = read_at(buffer, offset_);
  if (count) offset_ += *count;
  return count;
}

std::expected<std::size_t, ModelError> Input::read_at(std::span<char> buffer, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = ::pread(descriptor_, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(ModelError{ModelErrorKind::unreadable, "the file cannot be read"});
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace layerline::slicer
