#include <doctest/doctest.h>
#include <simdjson.h>

#include "domain/shops/shop_time.hpp"
#include "tests/edges/fixtures.hpp"
#include "workers/shops/limits.hpp"
#include "workers/shops/shop_orders.hpp"

namespace layerline::shops {
namespace {

using orders::ShopReport;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string squarespace_json = R"({"id":"585d498f","orderNumber":"3","modifiedOn":"2016-12-23T15:58:07.187Z","testmode":false,
  "customerEmail":"sam@example.com","billingAddress":{"firstName":"Bill","lastName":"Payer","address1":"1 A","address2":null,"city":"B",
  "state":"NY","countryCode":"US","postalCode":"10003","phone":null},"shippingAddress":{"firstName":"Sam","lastName":"Squares",
  "address1":"2 Proof Lane","address2":null,"city":"Testville","state":"NY","countryCode":"US","postalCode":"10003","phone":"5550100"},
  "fulfillmentStatus":"PENDING","lineItems":[{"id":"l1","sku":"FG-1","productName":"Bracket","quantity":3,
  "unitPricePaid":{"value":"55.10","currency":"USD"},"lineItemType":"PHYSICAL_PRODUCT","customizations":null}],"fulfillments":null,
  "shippingTotal":{"value":"1.00","currency":"USD"},"refundedTotal":{"value":"0.00","currency":"USD"},
  "grandTotal":{"value":"166.30","currency":"USD"}})";

const std::string woocommerce_json = R"({"id":727,"number":"727","status":"processing","currency":"USD",
  "date_modified":"2017-03-22T16:28:08","date_modified_gmt":"2017-03-22T19:28:08","date_paid_gmt":"2017-03-22T19:28:08",
  "shipping_total":"10.00","total":"29.35","billing":{"first_name":"John","last_name":"Doe","company":"","address_1":"969 Market",
  "address_2":"","city":"San Francisco","state":"CA","postcode":"94103","country":"US","email":"john.doe@example.com","phone":"1"},
  "shipping":{"first_name":"","last_name":"","company":"","address_1":"","address_2":"","city":"","state":"","postcode":"","country":""},
  "line_items":[{"id":315,"name":"Single","product_id":93,"variation_id":0,"quantity":2,"total":"6.00","sku":"","price":3},
  {"id":316,"name":"Ship","product_id":22,"variation_id":23,"quantity":1,"total":"12.00","sku":"Bar3","price":12.0000001}],"refunds":[]})";

orders::ObserveShopOrder of_squarespace(const std::string& json) {
  const auto order = read_squarespace_order("one", json);
  REQUIRE(order.has_value());
  return *order;
}
orders::ObserveShopOrder of_woocommerce(const std::string& json) {
  const auto order = read_woocommerce_order("two", json);
  REQUIRE(order.has_value());
  return *order;
}

}  // namespace

TEST_CASE("shops: squarespace: an order is read whole") {
  const auto order = of_squarespace(squarespace_json);
  CHECK(order.source == "squarespace");
  CHECK(order.shop == "one");
  CHECK(order.external_id == "585d498f");
  CHECK(order.external_number == "3");
  CHECK(order.report == ShopReport::paid);
  CHECK(order.modified == Time{1'482'508'687'187});
  REQUIRE(order.lines.size() == 1);
  CHECK(order.lines[0].external_line == "l1");
  CHECK(order.lines[0].sku == "FG-1");
  CHECK(order.lines[0].quantity == 3);
  CHECK(order.lines[0].unit_price == 5510);
  CHECK(order.total == 16630);
  CHECK(order.shipping == 100);
  CHECK(order.currency == "USD");
  CHECK(order.ship_to.name == "Sam Squares");
  CHECK(order.ship_to.line2.empty());
  CHECK(order.customer_name == "Bill Payer");
  CHECK(order.customer_mail == "sam@example.com");
}

TEST_CASE("shops: squarespace: the status says what has become of it") {
  const auto with_status = [](std::string_view status) {
    return of_squarespace(replaced(squarespace_json, "PENDING", status)).report;
  };
  CHECK(with_status("FULFILLED") == ShopReport::fulfilled);
  CHECK(with_status("CANCELED") == ShopReport::cancelled);
  CHECK(with_status("PENDING") == ShopReport::paid);
  constexpr std::string_view nothing = R"("refundedTotal":{"value":"0.00")";
  const auto refunded = of_squarespace(replaced(squarespace_json, nothing, R"("refundedTotal":{"value":"166.30")"));
  CHECK(refunded.report == ShopReport::refunded);
  CHECK(refunded.refunded == 16630);
  const auto partly = of_squarespace(replaced(squarespace_json, nothing, R"("refundedTotal":{"value":"5.00")"));
  CHECK(partly.report == ShopReport::paid);
  CHECK(partly.refunded == 500);
  const auto sent = of_squarespace(replaced(replaced(squarespace_json, "PENDING", "FULFILLED"), R"("fulfillments":null)",
                                            R"("fulfillments":[{"carrierName":"USPS","trackingNumber":"940"},{"carrierName":"UPS"}])"));
  CHECK(sent.tracking_number == "940");
  CHECK(sent.carrier == "USPS");
}

TEST_CASE("shops: squarespace: lines that nobody makes are left out, and what has no SKU is named by its variant") {
  CHECK(of_squarespace(replaced(squarespace_json, "PHYSICAL_PRODUCT", "GIFT_CARD")).lines.empty());
  CHECK(of_squarespace(replaced(squarespace_json, R"("sku":"FG-1")", R"("sku":null,"variantId":"v-1")")).lines[0].sku == "v-1");
}

TEST_CASE("shops: squarespace: test orders never get in") {
  const auto read = read_squarespace_order("one", replaced(squarespace_json, R"("testmode":false)", R"("testmode":true)"));
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error() == OrderError::test_order);
}

TEST_CASE("shops: squarespace: what is no order, or lacks what money and order hang on, is refused") {
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {R"("id":"585d498f")", R"("id":null)"},
           {"2016-12-23T15:58:07.187Z", "lately"},
           {R"("quantity":3)", R"("quantity":3.5)"},
           {R"("quantity":3)", R"("quantity":-3)"},
           {R"("quantity":3)", R"("quantity":null)"},
           {R"("value":"166.30")", R"("value":166.30)"},
           {R"("value":"166.30")", R"("value":"-166.30")"},
           {R"("value":"55.10","currency":"USD")", R"("value":"55.10","currency":"EUR")"},
           {R"("grandTotal":{"value":"166.30","currency":"USD"})", R"("grandTotal":null)"}}) {
    CAPTURE(to);
    CHECK_FALSE(read_squarespace_order("one", replaced(squarespace_json, from, to)).has_value());
  }
  for (const char* json : {"", "[]", "null", "{}", "{", "\"x\""}) CHECK_FALSE(read_squarespace_order("one", json).has_value());
}

TEST_CASE("shops: woocommerce: an order is read whole, and never by the float price of its lines") {
  const auto order = of_woocommerce(woocommerce_json);
  CHECK(order.source == "woocommerce");
  CHECK(order.external_id == "727");
  CHECK(order.report == ShopReport::paid);
  CHECK(order.modified == Time{1'490'210'888'000});   // the GMT one
  REQUIRE(order.lines.size() == 2);
  CHECK(order.lines[0].sku == "product-93");
  CHECK(order.lines[0].unit_price == 300);
  CHECK(order.lines[0].quantity == 2);
  CHECK(order.lines[1].sku == "Bar3");
  CHECK(order.lines[1].external_line == "316");
  CHECK(order.total == 2935);
  CHECK(order.shipping == 1000);
  CHECK(order.ship_to.line1 == "969 Market");   // its shipping address is empty
  CHECK(order.customer_name == "John Doe");
  CHECK(order.customer_mail == "john.doe@example.com");
}

TEST_CASE("shops: woocommerce: the status says what has become of it") {
  const std::pair<const char*, ShopReport> rows[] = {
      {"pending", ShopReport::open},        {"on-hold", ShopReport::open},        {"failed", ShopReport::open},
      {"checkout-draft", ShopReport::open}, {"processing", ShopReport::paid},     {"completed", ShopReport::fulfilled},
      {"cancelled", ShopReport::cancelled}, {"refunded", ShopReport::refunded},   {"trash", ShopReport::cancelled},
      {"wc-in-the-making", ShopReport::paid}};
  for (const auto& [status, report] : rows) {
    CAPTURE(status);
    CHECK(of_woocommerce(replaced(woocommerce_json, "processing", status)).report == report);
  }
  const std::string unpaid = replaced(woocommerce_json, R"("date_paid_gmt":"2017-03-22T19:28:08")", R"("date_paid_gmt":null)");
  CHECK(of_woocommerce(replaced(unpaid, "processing", "wc-in-the-making")).report == ShopReport::open);
}

TEST_CASE("shops: woocommerce: refunds add up, whichever sign they have") {
  const std::string refunds = R"("refunds":[{"id":1,"total":"-5.00"},{"id":2,"total":"1.50"}])";
  const auto order = of_woocommerce(replaced(woocommerce_json, R"("refunds":[])", refunds));
  CHECK(order.refunded == 650);
}

TEST_CASE("shops: woocommerce: what is no order is refused") {
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {R"("id":727)", R"("id":0)"},
           {R"("id":727)", R"("id":-1)"},
           {R"("date_modified_gmt":"2017-03-22T19:28:08")", R"("date_modified_gmt":null)"},
           {R"("currency":"USD")", R"("currency":"dollars")"},
           {R"("status":"processing")", R"("status":null)"},
           {R"("total":"29.35")", R"("total":29.35)"},
           {R"("total":"6.00")", R"("total":6.00)"},
           {R"("quantity":2)", R"("quantity":"2")"}}) {
    CAPTURE(to);
    CHECK_FALSE(read_woocommerce_order("two", replaced(woocommerce_json, from, to)).has_value());
  }
  for (const char* json : {"", "[]", "{\"id\":123}", "webhook_id=41"})
    CHECK_FALSE(read_woocommerce_order("two", json).has_value());
}

TEST_CASE("shops: texts: what is longer than a text may be ends with a whole character") {
  std::string name;
  for (std::size_t i = 0; i < limits::text_bytes; ++i) name += "\xC3\xBC";
  const auto order = of_squarespace(replaced(squarespace_json, "Bracket", name));
  CHECK(order.lines[0].title.size() == limits::text_bytes - 1);
}

TEST_CASE("shops: pages: a list is read order by order, one that can't be read does not hold up the others") {
  const std::string page = "{\"result\":[" + squarespace_json + ",{\"modifiedOn\":\"2020-01-01T00:00:00Z\"}," +
                           replaced(squarespace_json, "false", "true") +
                           "],\"pagination\":{\"hasNextPage\":true,\"nextPageCursor\":\"c2\"}}";
  const auto read = read_squarespace_page("one", page);
  REQUIRE(read.has_value());
  CHECK(read->listed == 3);
  CHECK(read->orders.size() == 1);
  CHECK(read->malformed == std::vector<std::string>{""});   // and the test order is none
  CHECK(read->newest == shop_time("2020-01-01T00:00:00Z"));
  CHECK(read->next_cursor == "c2");
  const auto last = read_squarespace_page("one", replaced(page, "\"hasNextPage\":true", "\"hasNextPage\":false"));
  CHECK(last->next_cursor.empty());   // the cursor of a last page leads nowhere
  CHECK_FALSE(read_squarespace_page("one", squarespace_json).has_value());
  const auto two = read_woocommerce_page("two", "[" + woocommerce_json + "," + woocommerce_json + "]");
  REQUIRE(two.has_value());
  CHECK(two->orders.size() == 2);
  CHECK(two->malformed.empty());
  const auto odd = read_woocommerce_page("two", "[" + woocommerce_json + R"(,{"id":728,"status":"processing"}])");
  REQUIRE(odd.has_value());
  CHECK(odd->orders.size() == 1);
  CHECK(odd->malformed == std::vector<std::string>{"728"});
  CHECK_FALSE(read_woocommerce_page("two", "{\"code\":\"x\"}").has_value());
}

TEST_CASE("shops: fixtures: the shops' published orders are read") {
  if (const auto json = provider_fixture("woocommerce/order_727.json")) {
    const auto order = of_woocommerce(*json);
    CHECK(order.total == 2935);
    CHECK(order.lines.size() == 2);
    CHECK(order.lines[1].unit_price == 1200);
  }
  if (const auto json = provider_fixture("woocommerce/orders_list.json")) {
    const auto page = read_woocommerce_page("two", *json);
    REQUIRE(page.has_value());
    CHECK(page->listed > 0);
    CHECK(page->orders.size() == page->listed);
  }
  for (const char* name : {"api10_order_response.json", "api01_order_response.json"}) {
    const auto json = provider_fixture("squarespace/" + std::string(name));
    if (!json) continue;
    CAPTURE(name);
    const auto test = read_squarespace_order("one", *json);   // the samples are test orders
    REQUIRE_FALSE(test.has_value());
    CHECK(test.error() == OrderError::test_order);
    const auto order = of_squarespace(replaced(*json, "\"testmode\"", "\"was_testmode\""));
    CHECK(order.total == 5770);
    CHECK(order.lines.size() == 1);
    CHECK(order.lines[0].unit_price == 5500);
    CHECK(order.ship_to.country == "US");
  }
  if (const auto json = provider_fixture("squarespace/api10_orders_response.json")) {
    const auto page = read_squarespace_page("one", *json);
    REQUIRE(page.has_value());
    CHECK(page->listed == 1);
    CHECK(page->orders.empty());
    CHECK(page->next_cursor.empty());
    CHECK(page->newest == shop_time("2016-12-23T15:58:07.187Z"));
  }
  if (const auto json = provider_fixture("woocommerce/order_note.json"))
    CHECK(woocommerce_notes_name("[" + *json + "]", "Order ok") == true);
}

TEST_CASE("shops: parcels: what the shop knows of them is read before anything is written") {
  const auto sent = read_squarespace_parcels(
      R"({"id":"a","fulfillmentStatus":"FULFILLED","fulfillments":[{"trackingNumber":"T1"},{"trackingNumber":null}]})");
  REQUIRE(sent.has_value());
  CHECK(sent->complete);
  CHECK(sent->tracking_numbers == std::vector<std::string>{"T1", ""});
  CHECK(read_squarespace_parcels(R"({"id":"a","fulfillmentStatus":"CANCELED","fulfillments":null})")->over);
  CHECK_FALSE(read_squarespace_parcels("{}").has_value());
  CHECK(read_woocommerce_parcels(R"({"id":1,"status":"completed"})")->complete);
  CHECK(read_woocommerce_parcels(R"({"id":1,"status":"trash"})")->over);
  CHECK(woocommerce_notes_name(R"([{"note":"a"},{"note":"number T1."}])", "T1") == true);
  CHECK(woocommerce_notes_name("[]", "T1") == false);
  for (const char* other : {"T12", "XT1", "T1-2", "T1_2", "5T1"})
    CHECK(woocommerce_notes_name(std::string(R"([{"note":")") + other + R"("}])", "T1") == false);
  for (const char* named : {"T1", "(T1)", "T12 and T1", "T1, T2"})
    CHECK(woocommerce_notes_name(std::string(R"([{"note":")") + named + R"("}])", "T1") == true);
  CHECK_FALSE(woocommerce_notes_name("{}", "T1").has_value());
}

TEST_CASE("shops: woocommerce: a buyer is a business if he names a company, a guest without an account, and else a person") {
  using orders::BuyerKind;
  CHECK(of_woocommerce(woocommerce_json).buyer == BuyerKind::person);
  const std::string guest = replaced(woocommerce_json, R"("number":"727")", R"("customer_id":0,"number":"727")");
  CHECK(of_woocommerce(guest).buyer == BuyerKind::guest);
  CHECK(of_woocommerce(replaced(guest, R"("customer_id":0)", R"("customer_id":26)")).buyer == BuyerKind::person);
  const auto business = of_woocommerce(replaced(guest, R"("last_name":"Doe","company":"")", R"("last_name":"Doe","company":"Doe Ltd")"));
  CHECK(business.buyer == BuyerKind::business);
  CHECK(business.company == "Doe Ltd");
}

TEST_CASE("shops: woocommerce: the company stands apart from the buyer's name, and on the parcel beside it") {
  const auto order =
      of_woocommerce(replaced(woocommerce_json, R"("last_name":"Doe","company":"")", R"("last_name":"Doe","company":"Doe Ltd")"));
  CHECK(order.customer_name == "John Doe");
  CHECK(order.ship_to.name == "John Doe, Doe Ltd");
}

TEST_CASE("shops: squarespace: who buys there is a person, for no company is named") {
  CHECK_FALSE(of_squarespace(squarespace_json).buyer);
  CHECK(of_squarespace(squarespace_json).company.empty());
}

}  // namespace layerline::shops
