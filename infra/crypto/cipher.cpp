#include "infra/crypto/cipher.hpp"

#include <cassert>
#include <memory>

#include <openssl/evp.h>

#include "infra/crypto/random.hpp"

namespace layerline::crypto {
namespace {

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

// Looked up once, lives as long as the process.
const EVP_CIPHER* algorithm() {
  static const EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return aes;
}

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }
void check([[maybe_unused]] int result) { assert(result == 1); }

}  // namespace

SealedBytes seal(std::string_view key, std::string_view plain, std::string_view associated_data) {
  assert(key.size() == key_bytes);
  const CipherContext context(EVP_CIPHER_CTX_new());
  SealedBytes sealed{.nonce = random_bytes(nonce_bytes), .ciphertext = std::string(plain.size() + tag_bytes, '\0')};
  int size = 0;
  check(EVP_EncryptInit_ex2(context.get(), algorithm(), octets(key), octets(std::string_view(sealed.nonce)), nullptr));
  check(EVP_EncryptUpdate(context.get(), nullptr, &size, octets(associated_data), length(associated_data)));
  check(EVP_EncryptUpdate(context.get(), octets(sealed.ciphertext), &size, octets(plain), length(plain)));
  check(EVP_EncryptFinal_ex(context.get(), octets(sealed.ciphertext) + plain.size(), &size));
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, octets(sealed.ciphertext) + plain.size()));
  return sealed;
}

std::optional<std::string> open(std::string_view key, std::string_view nonce, std::string_view ciphertext,
                                std::string_view associated_data) {
  if (key.size() != key_bytes || nonce.size() != nonce_bytes || ciphertext.size() < tag_bytes) return std::nullopt;
  const std::string_view body = ciphertext.substr(0, ciphertext.size() - tag_bytes);
  std::string tag(ciphertext.substr(body.size()));
  std::string plain(body.size() + 1, '\0');   // one more, so that an empty text has an address too
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  check(EVP_DecryptInit_ex2(context.get(), algorithm(), octets(key), octets(nonce), nullptr));
  check(EVP_DecryptUpdate(context.get(), nullptr, &size, octets(associated_data), length(associated_data)));
  check(EVP_DecryptUpdate(context.get(), octets(plain), &size, octets(body), length(body)));
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, octets(tag)));
  if (EVP_DecryptFinal_ex(context.get(), octets(plain) + body.size(), &size) != 1) return std::nullopt;
  plain.resize(body.size());
  return plain;
}

}  // namespace layerline::crypto
