// A TLS client context that trusts one public key (or, at first contact, one common name) instead of a chain.
#pragma once

#include <memory>
#include <optional>
#include <string>

struct ssl_ctx_st;   // OpenSSL's SSL_CTX

namespace layerline::mqtt {

struct TlsContextFree {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsContextFree>;

// What is expected of the leaf and what it showed; outlives the context.
struct PinCheck {
  std::string common_name;
  std::optional<std::string> pin;
  std::string seen_pin;
  bool mismatch = false;
};

// TLS 1.2 only: printers refuse others, and truncate uploads under 1.3. Nothing if the library is out of memory.
[[nodiscard]] TlsContext pinned_tls_context(PinCheck& check);

}  // namespace layerline::mqtt
