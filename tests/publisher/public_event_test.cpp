// What becomes public of an event, and what never does.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>

#include "infra/journal/log/embedded/embedded.hpp"
#include "tests/golden/filled_event.hpp"
#include "tests/publisher/journal_of_journeys.hpp"
#include "workers/publisher/public_event.hpp"

using namespace layerline;
using namespace layerline::publisher;

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

PublicData published(const events::Event& event, std::string_view currency = "USD") {
  auto data = public_data(event, currency);
  REQUIRE(data);
  return *data;
}

TEST_CASE("publisher: public event: no field that may hold personal data, a secret or a text of somebody's own gets out") {
  // Every text of a filled event is the path of its field, so a field that is published can be told by its value.
  const std::string_view never[] = {"personal", ".customer", ".by\"", ".tracking", ".hash", ".serial", ".host", ".pin", ".intent",
                                    ".name\"", ".detail", ".note", ".reference", ".ship_to", ".remote_name", ".md5", ".provider_event",
                                    ".file\""};
  std::size_t seen = 0;
  for (const events::Event& event : golden::filled_events()) {
    const auto data = public_data(event, "USD");
    if (!data) continue;
    ++seen;
    for (const std::string_view part : never) CHECK_MESSAGE(!contains(data->json, part), data->json << " has " << part);
  }
  CHECK(seen > 60);
}

TEST_CASE("publisher: public event: what somebody typed where a word belongs becomes \"other\"") {
  events::Event event;
  auto* shipped = event.mutable_shipment_shipped();
  shipped->set_carrier("DHL");
  CHECK(contains(published(event).json, R"("carrier":"DHL")"));
  shipped->set_carrier("leave it with Ada, 12 St James's Square");
  CHECK(contains(published(event).json, R"("carrier":"other")"));
}

TEST_CASE("publisher: public event: amounts carry the workshop's currency, and are not published without one") {
  events::Event event;
  event.mutable_payment_succeeded()->set_received(1'250);
  const PublicData data = published(event, "EUR");
  CHECK(data.topic == Topic::payments);
  CHECK(contains(data.json, R"("received":{"amount":1250,"currency":"EUR"})"));
  CHECK(!data.lacks_currency);
  CHECK(published(event, "").lacks_currency);
}

TEST_CASE("publisher: public event: it is a CloudEvent whose id is its place in the journal") {
  journal::Commit commit;
  commit.set_workshop("main");
  commit.set_time_ms(1'795'000'000'000);
  journal::Entry entry;
  entry.set_stream("order/7");
  entry.set_type("order.queued");
  events::Event event;
  event.mutable_order_queued()->set_order("7");
  const PublicEvent out = cloud_event({3, 1041, 2}, "j1", commit, entry, published(event));
  CHECK(out.key == "main/order/7");
  CHECK(out.json ==
        R"({"specversion":"1.0","id":"3:1041:2","source":"urn:layerline:journal:j1","type":"layerline.order.queued","subject":"order/7",)"
        R"("time":"2026-11-18T11:06:40.000Z","datacontenttype":"application/json","workshop":"main","partitionkey":"main/order/7",)"
        R"("data":{"order":"7"}})");
  const auto origin = origin_of(out.json);
  REQUIRE(origin);
  CHECK(origin->id == EventId{3, 1041, 2});
  CHECK(origin->journal_id == "j1");
}

TEST_CASE("publisher: public event: what is not an id of ours is not taken for one") {
  CHECK(parse_event_id("0:0:0"));
  for (const char* text : {"", "1", "1:2", "1:2:", "1:2:3:4", "1:2:x", "-1:2:3", "1:2:3 ", "4294967296:0:0"}) CHECK(!parse_event_id(text));
  for (const char* text : {"", "{}", "[1]", R"({"id":"1:2:3","source":"urn:other:j"})", R"({"source":"urn:layerline:journal:j"})"})
    CHECK(!origin_of(text));
}

TEST_CASE("publisher: public event: of whole journeys every topic gets its part, each event once, nothing personal") {
  const auto folder = std::filesystem::temp_directory_path() / ("layerline-publisher-" + std::to_string(std::random_device{}()));
  testing::write_journal(folder, 3);
  std::set<EventId> ids;
  std::set<Topic> used;
  {
    const auto log = journal::open_embedded_read_only(folder);
    REQUIRE(log);
    for (const PublicEvent& event : testing::public_events_of(**log)) {
      CHECK(ids.insert(event.id).second);
      used.insert(event.topic);
      for (const char* part : {"Ada", "Lovelace", "example.org", "London", "SW1Y", "7946", "customer-1"})
        CHECK(!contains(event.json, part));
    }
  }
  std::filesystem::remove_all(folder);
  CHECK(used.size() == std::size(topics));
  CHECK(ids.size() > 100);
}

}  // namespace
