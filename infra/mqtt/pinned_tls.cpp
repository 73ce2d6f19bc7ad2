#include "infra/mqtt/pinned_tls.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

namespace layerline::mqtt {
namespace {

std::string pin_of(X509* certificate) {
  unsigned char* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (length <= 0) return "";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(encoded, static_cast<std::size_t>(length), digest.data());
  OPENSSL_free(encoded);
  std::array<unsigned char, 48> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return std::string("sha256//") + reinterpret_cast<const char*>(base64.data());
}

std::string common_name_of(X509* certificate) {
  std::array<char, 256> name{};
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int length = X509_NAME_get_text_by_NID(subject, NID_commonName, name.data(), static_cast<int>(name.size()));
  return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : "";
}

// Called up to three times for the leaf, once per defect of its chain; only the key and the name count.
int verify(int /*chain_ok*/, X509_STORE_CTX* store) {
  if (X509_STORE_CTX_get_error_depth(store) > 0) return 1;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = static_cast<PinCheck*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  X509* leaf = X509_STORE_CTX_get_current_cert(store);
  check->seen_pin = pin_of(leaf);
  const bool key_ok = !check->seen_pin.empty() && (!check->pin || *check->pin == check->seen_pin);
  if (!key_ok || common_name_of(leaf) != check->common_name) {
    check->mismatch = true;
    return 0;
  }
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

}  // namespace

void TlsContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext pinned_tls_context(PinCheck& check) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_app_data(context.get(), &check);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, verify);
  return context;
}

}  // namespace layerline::mqtt
