#include "infra/journal/hash.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace layerline::journal {
namespace {

// One context per thread: making one, and looking the algorithm up, costs more than hashing a record.
class Digest {
 public:
  Digest() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (algorithm_ == nullptr || context_ == nullptr) std::abort();
  }
  ~Digest() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  Hash run(std::string_view first, std::string_view second) {
    Hash hash;
    const bool done = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                      EVP_DigestUpdate(context_, first.data(), first.size()) == 1 &&
                      EVP_DigestUpdate(context_, second.data(), second.size()) == 1 &&
                      EVP_DigestFinal_ex(context_, hash.data(), nullptr) == 1;
    if (!done) std::abort();
    return hash;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

Hash digest(std::string_view first, std::string_view second) {
  thread_local Digest context;
  return context.run(first, second);
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}

std::uint32_t crc32c_by_table(std::uint32_t crc, std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> table = make_crc_table();
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFFU];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_cpu(std::uint32_t crc, std::string_view bytes) {
  std::uint64_t wide = crc;
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = __builtin_ia32_crc32di(wide, word);
    bytes.remove_prefix(8);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (const char byte : bytes) narrow = __builtin_ia32_crc32qi(narrow, static_cast<std::uint8_t>(byte));
  return narrow;
}
#endif

}  // namespace

Hash sha256(std::string_view bytes) { return digest(bytes, {}); }

Hash sha256(const Hash& head, std::string_view bytes) { return digest(view(head), bytes); }

std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool by_cpu = __builtin_cpu_supports("sse4.2") != 0;
  if (by_cpu) return ~crc32c_by_cpu(~seed, bytes);
#endif
  return ~crc32c_by_table(~seed, bytes);
}

std::string_view view(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

}  // namespace layerline::journal
