#include "gateways/rest/picture.hpp"

#include <array>
#include <fstream>

namespace layerline::rest {

using namespace std::string_view_literals;

std::string_view picture_type(std::string_view head) {
  if (head.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  // The signature, and the first chunk, which the header has to be.
  if (head.starts_with("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv)) return "image/png";
  return "";
}

std::string_view picture_type_of(const std::filesystem::path& path) {
  std::array<char, picture_head_bytes> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return picture_type({head.data(), static_cast<std::size_t>(file.gcount())});
}

}  // namespace layerline::rest
