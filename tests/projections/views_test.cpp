#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>

#include "infra/store/json_tree.hpp"
#include "projections/effects.hpp"
#include "projections/files.hpp"
#include "projections/format.hpp"
#include "projections/inventory.hpp"
#include "projections/limits.hpp"
#include "projections/orders.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/products.hpp"
#include "projections/projector.hpp"
#include "projections/quotes.hpp"
#include "projections/shipments.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;

namespace {

const testing::Journey first{};
const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

using testing::Folded;

Json parsed(const std::expected<Document, QueryError>& document) {
  REQUIRE(document);
  auto json = Json::parse(document->json);
  REQUIRE(json);
  return *json;
}

std::string member(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found == nullptr ? "-" : found->str();
}

std::string events_of(const Json& json) {
  std::string out;
  for (const Json& line : *json.find("timeline")->array()) out += std::string(out.empty() ? "" : " ") + std::string(line.text("event"));
  return out;
}

testing::Journal until_printed() {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  testing::print(journal, first);
  return journal;
}

}  // namespace

TEST_CASE("projections: format: times, grams and hours are exact text") {
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_time(1'795'000'000'007) == "2026-11-18T11:06:40.007Z");
  CHECK(grams(45'300).str() == "45.3");
  CHECK(hours(9'000'000).str() == "2.5");
  CHECK(hours(1).str() == "0");
  CHECK(hours(1'800).str() == "0.001");
  CHECK(percent(1'250).str() == "12.5");
}

TEST_CASE("projections: quotes: an approved quote shows its price line by line, its file and what it is valid for") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  const Folded folded(journal);
  const auto document = quotes::find(folded.queries, here, "quote-00000001");
  const Json quote = parsed(document);
  CHECK(document->version == 3);
  CHECK(document->customer == "customer-1");
  CHECK(quote.text("status") == "approved");
  CHECK(quote.text("quote_number") == "Q-2026-001");
  CHECK(quote.text("product_name") == "Ada's boat");
  CHECK(member(quote, "unit_price") == R"({"amount":1611,"currency":"USD"})");
  CHECK(member(quote, "total_price") == R"({"amount":19332,"currency":"USD"})");
  CHECK(member(*quote.find("breakdown"), "material_grams") == "45.3");
  CHECK(member(*quote.find("breakdown"), "material_mg") == "45300");
  CHECK(member(*quote.find("breakdown"), "print_time_hours") == "2.5");
  CHECK(member(*quote.find("breakdown"), "discount_percent") == "10");
  CHECK(member(quote, "estimated_delivery_days") == "6");
  CHECK(quote.text("expires_at") == "2026-12-18T11:06:40.000Z");
  const Json& file = quote.find("files")->array()->front();
  CHECK(file.text("name") == "Adas boat.stl");
  CHECK(member(*file.find("facts"), "volume_cm3") == "15.55");
  CHECK(member(quote, "order_id") == "null");
  CHECK(parsed(quotes::find_by_number(folded.queries, here, "Q-2026-001")).text("id") == "quote-00000001");
}

TEST_CASE("projections: quotes: changed options take the price back, rejections keep their reason") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  auto* change = journal.commit().on("quote/quote-00000001").mutable_quote_changed();
  change->set_quote("quote-00000001");
  change->mutable_options()->set_quantity(3);
  change->mutable_options()->set_material_type("PETG");
  change->mutable_options()->set_infill_percent(20);
  auto* late = journal.commit().on("model/x").mutable_model_analysed();   // for the options before
  late->set_quote("quote-00000001");
  late->set_file("file-00000001");
  late->set_material_type("PLA");
  late->set_infill_percent(20);
  late->set_milligrams(1);
  auto* rejected = journal.commit().on("quote/quote-00000001").mutable_quote_rejected();
  rejected->set_quote("quote-00000001");
  rejected->set_by("operator:1");
  rejected->set_reason("operator");
  rejected->mutable_note()->set_subject("customer-1");
  rejected->mutable_note()->set_clear("Ada, too thin");
  const Folded folded(journal);
  const Json quote = parsed(quotes::find(folded.queries, here, "quote-00000001"));
  CHECK(quote.text("status") == "rejected");
  CHECK(quote.text("material") == "PETG");
  CHECK(member(quote, "total_price") == "null");
  CHECK(member(quote, "breakdown") == "null");
  CHECK(quote.find("files")->array()->front().integer("material_mg") == 45'300);
  CHECK(member(quote, "rejection") == R"({"reason":"operator","by":"operator:1","note":"Ada, too thin"})");
  CHECK(quotes::list(folded.queries, here, "", "approved", {})->items.empty());
  CHECK(quotes::list(folded.queries, here, "", "rejected", {})->items.size() == 1);
}

TEST_CASE("projections: orders: the timeline shows every state from the upload to the end") {
  testing::Journal journal = until_printed();
  testing::ship(journal, first);
  const Folded folded(journal);
  const auto document = orders::find(folded.queries, here, "order-00000001");
  const Json order = parsed(document);
  CHECK(document->status == "COMPLETE");
  CHECK(events_of(order) ==
        "OPPORTUNITY QUOTED ORDERED PAID QUEUED PRINTING PRINTED QUALITY_CHECK READY_TO_SHIP SHIPPED DELIVERED COMPLETE");
  CHECK(order.find("timeline")->array()->front().text("at") == "2026-11-18T11:06:40.000Z");
  CHECK(order.text("erp_status") == "completed");
  CHECK(order.text("payment_status") == "paid");
  CHECK(member(order, "amount_paid") == R"({"amount":19332,"currency":"USD"})");
  CHECK(order.text("product_name") == "Ada's boat");
  CHECK(order.find("shipping")->text("name") == "Ada Lovelace");
  CHECK(member(*order.find("shipping"), "line2") == "null");
  CHECK(order.find("shipment")->text("tracking_number") == "00340434161094015902");
  CHECK(member(order, "production_orders") ==
        R"([{"id":"production-00000001","number":"PO-2026-001","line_id":null,"quantity":1,"printed":1,"status":"completed",)"
        R"("priority":3,"due_date":null}])");
  CHECK(parsed(orders::find_by_quote(folded.queries, here, "quote-00000001")).text("id") == "order-00000001");
  CHECK(parsed(orders::find_payment_by_intent(folded.queries, here, "pi-00000001")).text("status") == "succeeded");
  CHECK(parsed(quotes::find(folded.queries, here, "quote-00000001")).text("order_number") == "SO-2026-001");
}

TEST_CASE("projections: orders: a hold is shown beside the state, and gone when it is resumed") {
  testing::Journal journal = until_printed();
  auto* held = journal.commit().on("order/order-00000001").mutable_order_held();
  held->set_order("order-00000001");
  held->set_by("operator:1");
  held->mutable_reason()->set_subject("customer-1");
  held->mutable_reason()->set_clear("Ada asked");
  {
    const Folded folded(journal);
    const Json order = parsed(orders::find(folded.queries, here, "order-00000001"));
    CHECK(order.text("status") == "PRINTED");
    CHECK(order.text("erp_status") == "on_hold");
    CHECK(order.text("hold_reason") == "Ada asked");
  }
  journal.commit().on("order/order-00000001").mutable_order_resumed()->set_order("order-00000001");
  const Folded folded(journal);
  const Json order = parsed(orders::find(folded.queries, here, "order-00000001"));
  CHECK(order.text("erp_status") == "in_production");
  CHECK(member(order, "hold_reason") == "null");
}

TEST_CASE("projections: orders: money received in parts and given back is what the provider says, not what its messages add up to") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  const auto refund = [&](std::int64_t sum) {
    auto* refunded = journal.commit().on("payment/payment-00000001").mutable_payment_refunded();
    refunded->set_payment("payment-00000001");
    refunded->set_order("order-00000001");
    refunded->set_refunded(sum);
  };
  refund(5'000);
  refund(5'000);
  {
    const Folded folded(journal);
    const Json order = parsed(orders::find(folded.queries, here, "order-00000001"));
    CHECK(order.text("payment_status") == "paid");
    CHECK(member(order, "amount_refunded") == R"({"amount":5000,"currency":"USD"})");
  }
  refund(19'332);
  auto* over = journal.on("order/order-00000001").mutable_order_refunded();
  over->set_order("order-00000001");
  const Folded folded(journal);
  const Json order = parsed(orders::find(folded.queries, here, "order-00000001"));
  CHECK(order.text("payment_status") == "refunded");
  CHECK(order.text("status") == "REFUNDED");
  CHECK(order.text("erp_status") == "cancelled");
}

TEST_CASE("projections: inventory: stock falls by exactly what was printed, and the ledger says why") {
  const Folded folded(until_printed());
  const Json material = parsed(inventory::find(folded.queries, here, "PLA-black"));
  CHECK(material.integer("on_hand_mg") == 1'000'000'000'000 - 45'300);
  CHECK(member(material, "on_hand_grams") == "999999954.7");
  CHECK(material.integer("reserved_mg") == 0);
  CHECK(member(material, "reservations") == "[]");
  const auto ledger = inventory::ledger(folded.queries, here, "PLA-black", {});
  REQUIRE(ledger);
  REQUIRE(ledger->items.size() == 3);
  const Json last = *Json::parse(ledger->items.front().json);
  CHECK(last.text("event") == "consumed");
  CHECK(last.integer("change_mg") == -45'300);
  CHECK(last.find("details")->text("origin") == "sliced");
}

TEST_CASE("projections: inventory: shortages are shown, and a weighing corrects what a print took") {
  testing::Journal journal = until_printed();
  auto* noted = journal.commit().on("material/PLA-black").mutable_stock_shortage_noted();
  noted->set_material("PLA-black");
  noted->set_production_order("production-2");
  noted->set_milligrams(7'000);
  auto* corrected = journal.commit().on("material/PLA-black").mutable_stock_consumption_corrected();
  corrected->set_material("PLA-black");
  corrected->set_job("job-00000001");
  corrected->set_milligrams(46'000);
  corrected->set_origin("weighed");
  const Folded folded(journal);
  const Json material = parsed(inventory::find(folded.queries, here, "PLA-black"));
  CHECK(material.integer("on_hand_mg") == 1'000'000'000'000 - 46'000);
  CHECK(member(material, "shortages") == R"([{"production_order":"production-2","mg":7000}])");
  CHECK(material.integer("short_mg") == 7'000);
  CHECK(parsed(production::find_job(folded.queries, here, "job-00000001")).text("used_origin") == "weighed");
}

TEST_CASE("projections: production: the queue is served rush first, then the oldest, and says what each waits for") {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (int i = 1; i <= 3; ++i) {
    auto* made = journal.commit().on(fmt::format("production/{}", i)).mutable_production_order_created();
    made->set_production_order(std::to_string(i));
    made->set_number(fmt::format("PO-{}", i));
    made->set_quantity(2);
    made->set_rush(i == 3);
  }
  auto* deferred = journal.commit().on("production/1").mutable_production_deferred();
  deferred->set_production_order("1");
  deferred->add_reasons("no_print_file");
  {
    const Folded folded(journal);
    const auto queue = production::queue(folded.queries, here, {});
    REQUIRE(queue->items.size() == 3);
    CHECK(Json::parse(queue->items[0].json)->text("number") == "PO-3");
    CHECK(Json::parse(queue->items[1].json)->text("number") == "PO-1");
    CHECK(member(*Json::parse(queue->items[1].json), "waits_for") == R"(["no_print_file"])");
    CHECK(Json::parse(queue->items[2].json)->text("number") == "PO-2");
  }
  for (int unit = 0; unit < 2; ++unit) {
    auto* dispatched = journal.commit().on(fmt::format("job/{}", unit)).mutable_print_dispatched();
    dispatched->set_job(std::to_string(unit));
    dispatched->set_production_order("1");
    dispatched->set_printer("p1");
  }
  const Folded folded(journal);
  CHECK(production::queue(folded.queries, here, {})->items.size() == 2);
  const Json one = parsed(production::find(folded.queries, here, "1"));
  CHECK(one.text("status") == "printing");
  CHECK(one.integer("open") == 0);
  CHECK(one.integer("in_progress") == 2);
}

TEST_CASE("projections: printers: a finished print leaves the printer free, its slot lighter and its plate as it was left") {
  testing::Journal journal = until_printed();
  const Folded folded(journal);
  const Json printer = parsed(printers::find(folded.queries, here, "p1"));
  CHECK(member(printer, "current_job") == "null");
  CHECK(printer.find("last_job")->text("status") == "finished");
  CHECK(member(printer, "plate_clear") == "true");
  CHECK(member(printer, "slots") == R"([{"slot":1,"material":"PLA-black","lot":null,"grams":954.7,"mg":954700}])");
}

TEST_CASE("projections: shipments: tracking shows states and the parcel, and nothing personal") {
  testing::Journal journal = until_printed();
  testing::ship(journal, first);
  const Folded folded(journal);
  const auto tracking = shipments::find_tracking(folded.queries, here, "order-00000001");
  const Json json = parsed(tracking);
  CHECK(json.text("status") == "COMPLETE");
  CHECK(json.text("tracking_number") == "00340434161094015902");
  CHECK(tracking->json.find("Ada") == std::string::npos);
  CHECK(tracking->json.find("London") == std::string::npos);
  CHECK(parsed(shipments::find(folded.queries, here, "shipment-00000001")).text("order_number") == "SO-2026-001");
}

TEST_CASE("projections: effects: done ones are gone, parked ones are listed for the operator") {
  testing::Journal journal = until_printed();
  auto* requested = journal.commit().on("effect/e").mutable_effect_requested();
  requested->set_effect("e");
  requested->mutable_start_print()->set_job("job-1");
  auto* parked = journal.commit().on("effect/e").mutable_effect_parked();
  parked->set_effect("e");
  parked->set_reason("refused");
  const Folded folded(journal);
  const auto all = effects::list(folded.queries, here, "", {});
  REQUIRE(all->items.size() == 1);
  CHECK(Json::parse(all->items[0].json)->text("subject") == "job/job-1");
  CHECK(effects::list(folded.queries, here, "parked", {})->items.size() == 1);
  CHECK(effects::list(folded.queries, here, "open", {})->items.empty());
}

TEST_CASE("projections: products and files show the bill of materials per unit and the measured facts") {
  const Folded folded(until_printed());
  const Json product = parsed(products::find_by_sku(folded.queries, here, "CUSTOM-Q-2026-001"));
  CHECK(product.find("bom")->array()->front().integer("mg_per_unit") == 45'300);
  const Json file = parsed(files::find(folded.queries, here, "file-00000001"));
  CHECK(file.text("status") == "analysed");
  CHECK(file.text("model") == std::string(64, 'a'));
}

TEST_CASE("projections: queries: another workshop and another customer find nothing") {
  const Folded folded(until_printed());
  Scope other = here;
  other.workshop = "w2";
  CHECK(orders::find(folded.queries, other, "order-00000001").error() == QueryError::not_found);
  CHECK(orders::find_by_number(folded.queries, other, "SO-2026-001").error() == QueryError::not_found);
  CHECK(orders::list(folded.queries, other, {}, {})->items.empty());
  other.workshop = "w1/d";
  CHECK(orders::list(folded.queries, other, {}, {})->items.empty());
  Scope customer = here;
  customer.customer = "customer-2";
  CHECK(orders::find(folded.queries, customer, "order-00000001").error() == QueryError::not_found);
  CHECK(orders::list(folded.queries, customer, {}, {})->items.empty());
  customer.customer = "customer-1";
  CHECK(orders::find(folded.queries, customer, "order-00000001"));
}

TEST_CASE("projections: queries: pages go through a list once, newest first, whatever the page size") {
  const Folded folded(testing::many_journeys(23, 5));
  for (const std::size_t limit : {1, 7, 23, 100}) {
    std::vector<std::string> seen;
    PageRequest request{.cursor = "", .limit = limit};
    do {
      const auto page = orders::list(folded.queries, here, {}, request);
      REQUIRE(page);
      CHECK(page->items.size() <= limit);
      for (const Document& document : page->items) seen.emplace_back(Json::parse(document.json)->text("id"));
      request.cursor = page->cursor;
    } while (!request.cursor.empty());
    REQUIRE(seen.size() == 23);
    CHECK(seen.front() == "order-00000023");
    CHECK(seen.back() == "order-00000001");
  }
  CHECK(orders::list(folded.queries, here, {.customer = "customer-7", .status = "COMPLETE"}, {})->items.size() == 1);
  CHECK(orders::list(folded.queries, here, {.customer = "customer-7", .status = "PAID"}, {})->items.empty());
  CHECK(orders::list(folded.queries, here, {}, {.cursor = "zz../", .limit = 3})->items.size() == 3);
}

namespace {

constexpr std::string_view sources[] = {"woocommerce", "squarespace", "csv"};

// Order n comes from source n % 3, has the SKUs FG-<n % 2> and FG-<n % 5>, and every fourth is paid.
testing::Journal orders_of_shops(int count) {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (int n = 0; n < count; ++n) {
    const std::string id = fmt::format("order-{:05}", n);
    auto* placed = journal.commit().on("order/" + id).mutable_order_placed();
    placed->set_order(id);
    placed->set_number(fmt::format("SO-2026-{:05}", n));
    placed->set_source(std::string(sources[n % 3]));
    placed->set_external_id(fmt::format("{}", n));
    placed->set_external_number(fmt::format("Web {}", n));
    placed->set_customer("customer-1");
    placed->set_currency("USD");
    for (const int kind : {n % 2, n % 5}) {
      auto* line = placed->add_lines();
      line->set_line(fmt::format("{}", placed->lines_size()));
      line->set_sku(fmt::format("FG-{}", kind));
    }
    if (n % 4 == 0) journal.on("order/" + id).mutable_order_paid()->set_order(id);
  }
  return journal;
}

// The ids of all pages, and how many pages there were.
std::pair<std::vector<std::string>, int> every(const Folded& folded, const orders::Filter& filter, std::size_t limit,
                                               store::Direction direction = store::Direction::forwards) {
  std::vector<std::string> ids;
  int pages = 0;
  PageRequest request{.cursor = "", .limit = limit, .direction = direction};
  do {
    const auto page = orders::list(folded.queries, here, filter, request);
    REQUIRE(page);
    CHECK(page->items.size() <= limit);
    for (const Document& document : page->items) ids.emplace_back(Json::parse(document.json)->text("id"));
    request.cursor = page->cursor;
    ++pages;
  } while (!request.cursor.empty());
  return {ids, pages};
}

}  // namespace

TEST_CASE("projections: orders: several filters show what passes all of them, once, newest first, whatever the page size") {
  const Folded folded(orders_of_shops(240));
  for (const std::size_t limit : {1, 3, 200}) {
    std::vector<std::string> expected;
    for (int n = 239; n >= 0; --n)
      if (n % 3 == 2 && n % 4 == 0) expected.push_back(fmt::format("order-{:05}", n));
    CHECK(every(folded, {.status = "PAID", .source = "csv"}, limit).first == expected);
  }
  CHECK(every(folded, {.source = "woocommerce"}, 200).first.size() == 80);
  CHECK(every(folded, {.customer = "customer-1", .status = "PAID", .source = "csv"}, 200).first.size() == 20);
  CHECK(every(folded, {.customer = "customer-2", .status = "PAID"}, 200).first.empty());
  CHECK(every(folded, {.status = "SHIPPED", .source = "csv"}, 200).first.empty());
}

TEST_CASE("projections: orders: from the oldest on, the same stand the other way round, whatever the filters and the page size") {
  const Folded folded(orders_of_shops(240));
  const std::vector<orders::Filter> filters{{}, {.source = "csv"}, {.status = "PAID", .source = "csv"}, {.search = "fg-0 fg-3"}};
  for (const orders::Filter& filter : filters) {
    std::vector<std::string> newest_first = every(folded, filter, 200).first;
    std::ranges::reverse(newest_first);
    REQUIRE_FALSE(newest_first.empty());
    for (const std::size_t limit : {1, 3, 200}) CHECK(every(folded, filter, limit, store::Direction::backwards).first == newest_first);
  }
}

TEST_CASE("projections: orders: a search finds numbers and SKUs, whole ones in any case, all that it names") {
  testing::Journal journal = orders_of_shops(20);
  auto* change = journal.commit().on("order/order-00003").mutable_order_lines_changed();
  change->set_order("order-00003");
  auto* line = change->add_lines();
  line->set_line("1");
  line->set_sku("NEW");
  auto* mapped = journal.commit().on("order/order-00003").mutable_order_line_mapped();
  mapped->set_order("order-00003");
  mapped->set_line("1");
  mapped->set_product("product-00000001");
  auto* shipped = journal.commit().on("shipment/1").mutable_shipment_shipped();
  shipped->set_shipment("1");
  shipped->set_order("order-00004");
  shipped->set_tracking_number("RX1IT");
  const Folded folded(journal);
  const auto found = [&](std::string_view search) {
    std::string ids;
    for (const std::string& id : every(folded, {.search = search}, 200).first) ids += (ids.empty() ? "" : " ") + id.substr(9);
    return ids;
  };
  CHECK(found("so-2026-00007") == "07");
  CHECK(found("SO-2026-0000") == "");
  CHECK(found("web 12") == "12");
  CHECK(found("  Fg-1 FG-4 ") == "19 09");
  CHECK(found("new") == "03");
  CHECK(found("fg-3") == "18 13 08");                  // order 3 has no such line any more
  CHECK(found("rx1it") == "04");
  CHECK(found("Ada") == "");
}

TEST_CASE("projections: queries: a search for what is hardly ever there stops early, and goes on behind its cursor") {
  testing::Journal journal = orders_of_shops(static_cast<int>(page_look_max) * 3);
  auto* change = journal.commit().on("order/order-00000").mutable_order_lines_changed();
  change->set_order("order-00000");
  for (const std::string sku : {"FG-3", "FG-4"}) {
    auto* line = change->add_lines();
    line->set_line(sku);
    line->set_sku(sku);
  }
  const Folded folded(journal);
  const auto [ids, pages] = every(folded, {.search = "FG-3 FG-4"}, 200);     // one in five has either, and the oldest one both
  CHECK(ids == std::vector<std::string>{"order-00000"});
  CHECK(pages == 2);
  CHECK(every(folded, {.source = "woocommerce", .search = "so-2026-00003"}, 200).second == 1);   // the shortest list leads
}
