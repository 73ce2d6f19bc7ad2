#include "tests/simulators/printer/print_file.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

namespace layerline::simulator {
namespace {

constexpr std::size_t header_bytes = 64 * 1024;   // where slicers write the number of layers

struct ZipClose {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct EntryClose {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::string md5_of(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02X}", digest[i]);
  return hex;
}

// "; total layer number: 50" of Bambu Studio; the default otherwise.
int layers_of(std::string_view header) {
  constexpr std::string_view label = "; total layer number: ";
  const std::size_t at = header.find(label);
  int layers = 50;
  if (at != std::string_view::npos) std::from_chars(header.data() + at + label.size(), header.data() + header.size(), layers);
  return std::clamp(layers, 1, 100'000);
}

}  // namespace

std::optional<PrintFile> read_print_file(const std::string& path, const std::string& plate) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  PrintFile file;
  file.md5 = md5_of(bytes);
  const std::unique_ptr<zip_t, ZipClose> archive(zip_open(path.c_str(), ZIP_RDONLY, nullptr));
  if (!archive) return file;
  const std::unique_ptr<zip_file_t, EntryClose> entry(zip_fopen(archive.get(), plate.c_str(), 0));
  if (!entry) return file;
  file.has_plate = true;
  std::string header(header_bytes, '\0');
  const zip_int64_t read = zip_fread(entry.get(), header.data(), header.size());
  file.layers = layers_of(std::string_view(header).substr(0, read > 0 ? static_cast<std::size_t>(read) : 0));
  return file;
}

}  // namespace layerline::simulator
