#include "infra/crypto/digest.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "infra/crypto/encoding.hpp"

namespace layerline::crypto {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

// Looked up once: OpenSSL 3 searches its providers at every EVP_sha256(). Never freed, it lives as long as the process.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

void check([[maybe_unused]] int result) { assert(result == 1); }   // these fail only for want of memory or of the algorithm

std::string hmac(const EVP_MD* algorithm, std::string_view key, std::string_view message) {
  std::string code(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  [[maybe_unused]] const auto* made = HMAC(algorithm, key.data(), static_cast<int>(key.size()),
                                           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                                           reinterpret_cast<unsigned char*>(code.data()), &size);
  assert(made != nullptr);
  code.resize(size);
  return code;
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) { return sha256(bytes, {}); }

Sha256Digest sha256(std::string_view first, std::string_view second) {
  thread_local const MdContext context(EVP_MD_CTX_new());
  Sha256Digest digest{};
  check(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr));
  check(EVP_DigestUpdate(context.get(), first.data(), first.size()));
  check(EVP_DigestUpdate(context.get(), second.data(), second.size()));
  check(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
  return digest;
}

struct StreamDigest::Context {
  MdContext md{EVP_MD_CTX_new()};
};

StreamDigest::StreamDigest(Algorithm algorithm) : context_(std::make_unique<Context>()) {
  check(EVP_DigestInit_ex2(context_->md.get(), algorithm == Algorithm::sha256 ? sha256_algorithm() : EVP_md5(), nullptr));
}
StreamDigest::~StreamDigest() = default;
StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;

void StreamDigest::add(std::string_view bytes) { check(EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size())); }

std::string StreamDigest::finish_hex() {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_->md.get(), reinterpret_cast<unsigned char*>(digest.data()), &size));
  return hex(std::string_view(digest).substr(0, size));
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

std::string md5_hex(std::string_view bytes) {
  StreamDigest digest(StreamDigest::Algorithm::md5);
  digest.add(bytes);
  return digest.finish_hex();
}

// RFC 2104 on the digest of this thread: OpenSSL 3's own looks the algorithm up and makes a context at every call.
std::string hmac_sha256(std::string_view key, std::string_view message) {
  constexpr std::size_t block_bytes = 64;
  const auto padded = [&](char pad) {
    std::array<char, block_bytes> block{};
    if (key.size() <= block_bytes) {
      std::ranges::copy(key, block.begin());
    } else {
      std::ranges::copy(sha256(key), block.begin());
    }
    for (char& byte : block) byte = static_cast<char>(byte ^ pad);
    return block;
  };
  const auto view = [](const auto& bytes) { return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()); };
  const Sha256Digest inner = sha256(view(padded(0x36)), message);
  const Sha256Digest code = sha256(view(padded(0x5C)), view(inner));
  return std::string(view(code));
}
std::string hmac_sha512(std::string_view key, std::string_view message) { return hmac(EVP_sha512(), key, message); }
std::string hmac_sha1(std::string_view key, std::string_view message) { return hmac(EVP_sha1(), key, message); }

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace layerline::crypto
