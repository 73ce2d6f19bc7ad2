#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/orders.hpp"
#include "projections/production.hpp"
#include "projections/projector.hpp"
#include "projections/shipments.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
const std::string order = "order-a";

void line(events::OrderLine* to, const std::string& id, std::int64_t quantity) {
  to->set_line(id);
  to->set_sku("SKU-" + id);
  to->set_quantity(quantity);
}

testing::Journal placed() {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* event = journal.commit().on("order/" + order).mutable_order_placed();
  event->set_order(order);
  event->set_number("SO-2026-001");
  event->set_quantity(6);
  event->set_currency("USD");
  line(event->add_lines(), "1", 5);
  line(event->add_lines(), "2", 1);
  return journal;
}

void send(testing::Journal& journal, const std::string& parcel, const std::string& of, std::int64_t quantity, bool last) {
  auto* shipped = journal.commit().on("shipment/" + parcel).mutable_shipment_shipped();
  shipped->set_shipment(parcel);
  shipped->set_order(order);
  shipped->set_carrier("DHL");
  shipped->set_tracking_number("number of " + parcel);
  if (quantity > 0) {
    shipped->add_pieces()->set_line(of);
    shipped->mutable_pieces(0)->set_quantity(quantity);
  }
  if (last) journal.on("order/" + order).mutable_order_shipped()->set_order(order);
  else journal.on("order/" + order).mutable_order_partly_shipped()->set_order(order);
}

Json parsed(const std::expected<Document, QueryError>& found) {
  REQUIRE(found);
  return *Json::parse(found->json);
}

}  // namespace

TEST_CASE("projections: parcels: an order shows each, and of each line what has left") {
  testing::Journal journal = placed();
  send(journal, "p1", "1", 2, false);
  auto* changed = journal.commit().on("order/" + order).mutable_order_lines_changed();   // more boxes, the turtles stay
  changed->set_order(order);
  line(changed->add_lines(), "1", 5);
  line(changed->add_lines(), "2", 3);
  send(journal, "p2", "1", 3, false);
  auto* delivered = journal.commit().on("shipment/p1").mutable_shipment_delivered();
  delivered->set_shipment("p1");
  delivered->set_order(order);
  const Folded folded(journal);
  Json shown = parsed(orders::find(folded.queries, here, order));
  CHECK(shown.integer("pieces_sent") == 5);
  CHECK(shown["lines"].items()[0].integer("sent") == 5);
  CHECK(shown["lines"].items()[1].integer("sent") == 0);
  CHECK(shown["parcels"].items()[0]["pieces"].str() == R"([{"line_id":"1","quantity":2}])");
  CHECK_FALSE(shown["parcels"].items()[0].text("delivered_at").empty());
  CHECK(shown["parcels"].items()[1].text("delivered_at").empty());
  CHECK(shown["shipment"].text("tracking_number") == "number of p2");
  CHECK(shown["shipment"].text("delivered_at").empty());
  CHECK(shown.text("status") == "QUOTED");   // parcels change no state
  CHECK(parsed(shipments::find(folded.queries, here, "p1"))["pieces"].str() == R"([{"line_id":"1","quantity":2}])");
  Json tracking = parsed(shipments::find_tracking(folded.queries, here, order));
  CHECK(tracking["parcels"].items()[1].text("tracking_number") == "number of p2");
  CHECK(tracking["parcels"].items()[1].integer("pieces") == 3);
}

TEST_CASE("projections: parcels: one that says nothing of its pieces holds all of the order") {
  testing::Journal journal = placed();
  send(journal, "p1", "", 0, true);
  const Folded folded(journal);
  Json shown = parsed(orders::find(folded.queries, here, order));
  CHECK(shown.integer("pieces_sent") == 6);
  CHECK(shown["lines"].items()[0].integer("sent") == 5);
  CHECK(shown["parcels"].items()[0]["pieces"].str() == R"([{"line_id":"1","quantity":5},{"line_id":"2","quantity":1}])");
  CHECK(parsed(shipments::find_tracking(folded.queries, here, order))["parcels"].items()[0].integer("pieces") == 6);
}

TEST_CASE("projections: parcels: why the rest was called off stands in the timeline") {
  testing::Journal journal = placed();
  send(journal, "p1", "1", 2, false);
  auto* cancelled = journal.commit().on("order/" + order).mutable_order_rest_cancelled();
  cancelled->set_order(order);
  cancelled->mutable_reason()->set_subject("c");
  cancelled->mutable_reason()->set_clear("Ada needs no more");
  journal.on("order/" + order).mutable_order_shipped()->set_order(order);
  const Folded folded(journal);
  Json shown = parsed(orders::find(folded.queries, here, order));
  CHECK(shown.text("status") == "SHIPPED");
  const Json& line = shown["timeline"].items()[2];
  CHECK(line.text("event") == "REST_CANCELLED");
  CHECK(line.text("reason") == "Ada needs no more");
}

TEST_CASE("projections: photos: one of a production order stands in its document and in the order's") {
  testing::Journal journal = placed();
  auto* made = journal.commit().on("production/m").mutable_production_order_created();
  made->set_production_order("m");
  made->set_order(order);
  made->set_quantity(1);
  for (const char* of : {"m", ""}) {
    auto* taken = journal.commit().on("order/" + order).mutable_quality_photo_taken();
    taken->set_order(order);
    taken->set_production_order(of);
    taken->set_photo(std::string("photo of ") + of);
    taken->set_content_type("image/png");
    taken->set_bytes(900);
  }
  const Folded folded(journal);
  Json shown = parsed(orders::find(folded.queries, here, order));
  CHECK(shown["photos"].items().size() == 2);
  CHECK(shown["photos"].items()[0].text("production_order_id") == "m");
  CHECK(shown["photos"].items()[1].text("production_order_id").empty());
  Json production = parsed(production::find(folded.queries, here, "m"));
  CHECK(production["photos"].str() == "[" + shown["photos"].items()[0].str() + "]");
}
