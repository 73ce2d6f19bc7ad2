// Every later build reads what was once stored: the bytes of every event, and whole journals of closed issues.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "domain/workshop/workshop.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/rule.hpp"
#include "infra/sealing/sealing.hpp"
#include "tests/golden/filled_event.hpp"
#include "tests/golden/golden_files.hpp"

using namespace layerline;

namespace {

// The golden keys in a folder of this run's own: opening a vault locks it and may write.
class Keys {
 public:
  Keys() {
    std::filesystem::create_directories(folder_);
    std::filesystem::copy_file(golden::keys_file, folder_ / "subjects", std::filesystem::copy_options::overwrite_existing);
    auto opened = crypto::KeyVault::open(folder_);
    REQUIRE(opened);
    vault_ = std::make_unique<crypto::KeyVault>(std::move(*opened));
  }
  ~Keys() { std::filesystem::remove_all(folder_); }
  Keys(const Keys&) = delete;
  [[nodiscard]] const crypto::KeyVault& vault() const { return *vault_; }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("layerline-golden-test-{}", ::getpid());
  std::unique_ptr<crypto::KeyVault> vault_;
};

// A golden journal as a reader sees it: every record judged by the rule, every event decoded, unsealed and folded.
struct Replayed {
  std::map<std::string, Workshop> workshops;
  std::map<std::uint32_t, journal::Position> positions;
  std::size_t heads = 0;   // compared
};

void replay(Replayed& replayed, const journal::Commit& commit, const crypto::KeyVault& keys) {
  events::Event event;
  for (const journal::Entry& entry : commit.entries()) {
    const auto decoded = sealing::decode(entry, keys, event);
    REQUIRE_MESSAGE(decoded, entry.type() << ": " << (decoded ? "" : decoded.error().message));
    CHECK(event_type(event) == entry.type());
    evolve(replayed.workshops[commit.workshop()], entry.stream(), event, Time{commit.time_ms()});
  }
}

Replayed replayed_journal(const std::string& name, const crypto::KeyVault& keys) {
  Replayed replayed;
  journal::Decoded decoded;
  for (const auto& words : golden::lines_of(golden::folder / (name + ".golden"))) {
    const auto partition = static_cast<std::uint32_t>(std::stoul(words.at(1)));
    journal::Position& position = replayed.positions.try_emplace(partition, journal::start_of(partition)).first->second;
    if (words.at(0) == "head") {
      CHECK(std::to_string(position.number) == words.at(2));
      CHECK(crypto::hex(position.head) == words.at(3));
      ++replayed.heads;
      continue;
    }
    const auto bytes = crypto::from_base64(words.at(3));
    REQUIRE(bytes);
    const journal::Verdict verdict = journal::fold(position, std::stoull(words.at(2)), *bytes, decoded);
    REQUIRE(verdict.kind == journal::Verdict::Kind::accepted);
    if (verdict.record == journal::Kind::commit) replay(replayed, decoded.commit, keys);
  }
  return replayed;
}

}  // namespace

TEST_CASE("golden: events: every type of this build has stored bytes, and they still mean what they meant") {
  const Keys keys;
  std::map<std::string, std::string> stored;   // type and schema → Entry.data
  for (const auto& words : golden::lines_of(golden::events_file)) stored[words.at(0) + " " + words.at(1)] = words.at(2);
  REQUIRE(!stored.empty());
  for (const events::Event& filled : golden::filled_events()) {
    const std::string type = event_type(filled);
    CAPTURE(type);
    const auto line = stored.extract(fmt::format("{} {}", type, golden::schema));
    CHECK_MESSAGE(!line.empty(), "a new event type: run golden_add events");
    if (line.empty()) continue;
    journal::Entry entry;
    entry.set_stream(golden::stream);
    entry.set_type(type);
    entry.set_schema(golden::schema);
    entry.set_data(crypto::from_base64(line.mapped()).value());
    events::Event event;
    const auto decoded = sealing::decode(entry, keys.vault(), event);
    REQUIRE_MESSAGE(decoded, (decoded ? "" : decoded.error().message));
    CHECK(golden::difference(event, filled) == "");
  }
  for (const auto& [type, bytes] : stored) CHECK_MESSAGE(false, type << " was once stored and is no longer known");
}

TEST_CASE("golden: events: a field that was renumbered, or that means something else, is noticed") {
  events::Event filled = golden::filled_events().front();
  events::Event stored = filled;
  CHECK(golden::difference(stored, filled) == "");
  auto* opened = stored.mutable_workshop_opened();
  opened->set_currency("another");
  CHECK(golden::difference(stored, filled) == "event.workshop_opened.currency has another value");
  opened->clear_currency();
  CHECK(golden::difference(stored, filled) == "");   // as if the field had been added since
  opened->GetReflection()->MutableUnknownFields(opened)->AddVarint(999, 1);
  CHECK(golden::difference(stored, filled) == "event.workshop_opened has a field that this build does not know");
}

TEST_CASE("golden: journal: what the first main job wrote verifies and folds to its delivered order") {
  const Keys keys;
  const Replayed replayed = replayed_journal("main-job", keys.vault());
  CHECK(replayed.heads >= 2);   // the platform's partition and the workshop's
  const Workshop& workshop = replayed.workshops.at("main");
  REQUIRE(workshop.orders.size() == 1);
  const orders::Order& order = workshop.orders.begin()->second;
  CHECK(order.status == orders::Status::complete);
  CHECK(order.paid);
  REQUIRE(workshop.materials.size() == 1);
  const inventory::Material& material = workshop.materials.begin()->second;
  CHECK(material.on_hand.milligrams > 1'900'000);   // 2 kg came in, one bracket was printed
  CHECK(material.on_hand.milligrams < 2'000'000);
  REQUIRE(workshop.quotes.size() == 1);
  CHECK(workshop.quotes.begin()->second.customer_name == "Ada Example");   // unsealed by the golden keys
}
