// The first byte is the size of the pieces. The parts must be the same however the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "infra/http/multipart.hpp"

namespace {

using namespace layerline::http;

std::string parse(std::string_view bytes, std::size_t step) {
  std::string log;
  PartSink sink{.on_begin = [&](const PartHeader& header) { return log += header.name + "|" + header.file_name.value_or("-") + "=", true; },
                .on_data = [&](std::string_view data) { return log += data, true; },
                .on_end = [&] { return log += ";", true; }};
  MultipartParser parser("xx", std::move(sink));
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (const auto put = parser.put(bytes.substr(at, step)); !put) return "error";
  }
  return parser.finish() ? log : "error";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (parse(bytes, bytes.size() + 1) != parse(bytes, std::size_t{data[0]} + 1)) __builtin_trap();
  static_cast<void>(multipart_boundary(bytes));
  return 0;
}
