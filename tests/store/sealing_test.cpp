#include <doctest/doctest.h>

#include <filesystem>
#include <random>

#include "infra/sealing/sealing.hpp"

using namespace layerline;

namespace {

struct Vault {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("layerline-keys-" + std::to_string(std::random_device{}()));
  std::expected<crypto::KeyVault, std::string> keys = crypto::KeyVault::open(path);
  ~Vault() {
    keys = std::unexpected("");
    std::filesystem::remove_all(path);
  }
};

void personal(events::Sealed* sealed, const std::string& clear, const std::string& subject = "customer-1") {
  sealed->set_subject(subject);
  sealed->set_clear(clear);
}

events::Event order() {
  events::Event event;
  auto* placed = event.mutable_order_placed();
  placed->set_number("SO-2026-001");
  personal(placed->mutable_customer_mail(), "ada@example.org");
  personal(placed->mutable_ship_to()->mutable_name(), "Ada Lovelace");
  personal(placed->mutable_ship_to()->mutable_line2(), "");
  placed->mutable_ship_to()->set_country("GB");
  return event;
}

constexpr std::string_view stream = "order/1";
constexpr std::string_view type = "order.placed";

}  // namespace

TEST_CASE("sealing: a sealed event holds nothing personal, and reads back as it was") {
  Vault vault;
  REQUIRE(vault.keys);
  events::Event event = order();
  REQUIRE(sealing::seal(event, stream, type, *vault.keys));
  const std::string bytes = event.SerializeAsString();
  CHECK(bytes.find("Ada") == std::string::npos);
  CHECK(bytes.find("example.org") == std::string::npos);
  CHECK(bytes.find("SO-2026-001") != std::string::npos);

  journal::Entry entry;
  entry.set_stream(std::string(stream));
  entry.set_type(std::string(type));
  entry.set_data(bytes);
  events::Event read;
  REQUIRE(sealing::decode(entry, *vault.keys, read));
  CHECK(read.order_placed().customer_mail().clear() == "ada@example.org");
  CHECK(read.order_placed().ship_to().name().clear() == "Ada Lovelace");
  CHECK(read.order_placed().ship_to().line2().clear() == "");
}

TEST_CASE("sealing: a ciphertext that was moved to another place or altered is an error") {
  Vault vault;
  REQUIRE(vault.keys);
  events::Event event = order();
  REQUIRE(sealing::seal(event, stream, type, *vault.keys));
  events::Event other = event;
  CHECK_FALSE(sealing::unseal(other, "order/2", type, *vault.keys));
  other = event;
  CHECK_FALSE(sealing::unseal(other, stream, "order.paid", *vault.keys));
  other = event;
  *other.mutable_order_placed()->mutable_customer_mail() = event.order_placed().ship_to().name();
  CHECK_FALSE(sealing::unseal(other, stream, type, *vault.keys));
  other = event;
  (*other.mutable_order_placed()->mutable_customer_mail()->mutable_ciphertext())[0] ^= 1;
  CHECK_FALSE(sealing::unseal(other, stream, type, *vault.keys));
}

TEST_CASE("sealing: after the key is destroyed the placeholder is read, also when the subject has got another key since") {
  Vault vault;
  REQUIRE(vault.keys);
  events::Event event = order();
  REQUIRE(sealing::seal(event, stream, type, *vault.keys));
  REQUIRE(vault.keys->destroy("customer-1"));
  events::Event read = event;
  REQUIRE(sealing::unseal(read, stream, type, *vault.keys));
  CHECK(read.order_placed().customer_mail().clear() == sealing::erased);
  CHECK(read.order_placed().ship_to().line2().clear() == "");

  events::Event later = order();
  REQUIRE(sealing::seal(later, stream, type, *vault.keys));
  read = event;
  REQUIRE(sealing::unseal(read, stream, type, *vault.keys));
  CHECK(read.order_placed().customer_mail().clear() == sealing::erased);
  REQUIRE(sealing::unseal(later, stream, type, *vault.keys));
  CHECK(later.order_placed().customer_mail().clear() == "ada@example.org");
}

TEST_CASE("sealing: events without personal data pass unchanged, events of an unknown kind do not pass") {
  Vault vault;
  REQUIRE(vault.keys);
  events::Event event;
  event.mutable_order_paid()->set_order("1");
  const std::string before = event.SerializeAsString();
  REQUIRE(sealing::seal(event, stream, "order.paid", *vault.keys));
  CHECK(event.SerializeAsString() == before);
  events::Event unknown;
  CHECK_FALSE(sealing::unseal(unknown, stream, "order.teleported", *vault.keys));
}
