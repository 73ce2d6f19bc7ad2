#include "gateways/rest/picture.hpp"

namespace layerline::rest {

using namespace std::string_view_literals;

std::string_view picture_type(std::string_view head) {
  if (head.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  // The signature, and the first chunk, which the header has to be.
  if (head.starts_with("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv)) return "image/png";
  return "";
}

}  // namespace layerline::rest
