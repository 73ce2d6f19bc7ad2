#include <set>
#include <string>

#include <doctest/doctest.h>
#include <simdjson.h>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "tests/edges/fixtures.hpp"

namespace layerline::crypto {
namespace {

TEST_CASE("crypto: digest: published vectors, in one piece and in many") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");   // FIPS 180-2 B.1
  CHECK(hex(sha256("a", "bc")) == sha256_hex("abc"));
  CHECK(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");                                       // RFC 1321 A.5
  StreamDigest digest;
  for (const char c : std::string("abc")) digest.add({&c, 1});
  CHECK(digest.finish_hex() == sha256_hex("abc"));
}

TEST_CASE("crypto: hmac: the codes of other implementations") {
  const std::string key(20, '\x0b');   // RFC 4231 case 1, RFC 2202 case 1
  CHECK(hex(hmac_sha256(key, "Hi There")) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha1(key, "Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");
  const auto vectors = provider_fixture("vectors.json");
  if (!vectors) return;
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(*vectors);
  int checked = 0;
  for (const auto vector : document["stripe_hmac"].get_array()) {
    CHECK(hex(hmac_sha256(std::string_view(vector["secret"]), std::string_view(vector["payload"]))) == std::string_view(vector["hex"]));
    ++checked;
  }
  for (const auto vector : document["paystack"].get_array()) {
    CHECK(hex(hmac_sha512(std::string_view(vector["secret_key"]), std::string_view(vector["body"]))) ==
          std::string_view(vector["header_hex"]));
    ++checked;
  }
  for (const auto vector : document["woocommerce"].get_array()) {
    CHECK(base64(hmac_sha256(std::string_view(vector["secret"]), std::string_view(vector["body"]))) ==
          std::string_view(vector["signature_base64"]));
    ++checked;
  }
  CHECK(checked >= 5);
}

TEST_CASE("crypto: encoding: RFC 4648 vectors, and only one spelling of each value") {
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64url("\xfb\xff\xfe") == "-__-");
  for (const std::string text : {"", "f", "fo", "foo", "foob"}) {
    CHECK(from_base64(base64(text)) == text);
    CHECK(from_base64url(base64url(text)) == text);
    CHECK(from_hex(hex(text)) == text);
  }
  CHECK(from_base64("Zm9vYg") == std::nullopt);
  CHECK(from_base64("Zm9vYh==") == std::nullopt);
  CHECK(from_base64("Zm9v\n") == std::nullopt);
  CHECK(from_base64("====") == std::nullopt);
  CHECK(from_base64url("Zm9vYg==") == std::nullopt);
  CHECK(from_hex("abc") == std::nullopt);
  CHECK(from_hex("zz") == std::nullopt);
}

TEST_CASE("crypto: constant_time_equal: equal means same length and same bytes") {
  CHECK(constant_time_equal("abc", "abc"));
  CHECK(constant_time_equal("", ""));
  CHECK_FALSE(constant_time_equal("abc", "abd"));
  CHECK_FALSE(constant_time_equal("abc", "abcd"));
}

TEST_CASE("crypto: cipher: opens only what was sealed, where it was sealed") {
  const std::string key = random_bytes(key_bytes);
  for (const std::string plain : {"", "Ada Lovelace"}) {
    const SealedBytes sealed = seal(key, plain, "order/1 name");
    CHECK(open(key, sealed.nonce, sealed.ciphertext, "order/1 name") == plain);
    CHECK(open(key, sealed.nonce, sealed.ciphertext, "order/2 name") == std::nullopt);
    CHECK(open(random_bytes(key_bytes), sealed.nonce, sealed.ciphertext, "order/1 name") == std::nullopt);
    CHECK(open(key, random_bytes(nonce_bytes), sealed.ciphertext, "order/1 name") == std::nullopt);
    std::string changed = sealed.ciphertext;
    changed.front() ^= 1;
    CHECK(open(key, sealed.nonce, changed, "order/1 name") == std::nullopt);
    CHECK(open(key, sealed.nonce, "short", "order/1 name") == std::nullopt);
  }
}

TEST_CASE("crypto: uuid: version 7, ascending within a millisecond and when the clock goes back") {
  UuidGenerator generator;
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = generator.next(1'700'000'000'000 - i / 5'000);
    REQUIRE(id.size() == 36);
    REQUIRE(id[14] == '7');
    REQUIRE(std::string_view("89ab").contains(id[19]));
    REQUIRE(id > last);
    last = id;
  }
  CHECK(generator.next(1'800'000'000'000).starts_with("01a3185c-5000-7"));
}

}  // namespace
}  // namespace layerline::crypto
