#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/buyers.hpp"
#include "projections/documents.hpp"
#include "tests/projections/folded.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

struct Bought {
  std::string order;
  std::string kind = "person";
  std::string source = "woocommerce";
  std::int64_t total = 1'000;
  std::string company = {};
  std::string customer = "grace";
};

void seal(events::Sealed* field, const std::string& subject, const std::string& clear) {
  field->set_subject(subject);
  field->set_clear(clear);
}

events::OrderPlaced& place(testing::Journal& journal, const Bought& bought) {
  auto* placed = journal.commit().on("order/" + bought.order).mutable_order_placed();
  placed->set_order(bought.order);
  placed->set_number("SO-" + bought.order);
  placed->set_source(bought.source);
  placed->set_customer(bought.customer);
  placed->set_total(bought.total);
  placed->set_currency("USD");
  seal(placed->mutable_ship_to()->mutable_name(), bought.customer, "At the door");
  seal(placed->mutable_customer_mail(), bought.customer, bought.customer + "@example.org");
  if (bought.kind.empty()) return *placed;
  placed->mutable_buyer()->set_kind(bought.kind);
  seal(placed->mutable_buyer()->mutable_name(), bought.customer, "Grace Hopper");
  if (!bought.company.empty()) seal(placed->mutable_buyer()->mutable_company(), bought.customer, bought.company);
  return *placed;
}

testing::Journal opened() {
  testing::Journal journal;
  testing::open_workshop(journal);
  return journal;
}

Json shown(const testing::Journal& journal, const std::string& buyer = "grace") {
  const Folded folded(journal);
  const auto found = buyers::find(folded.queries, here, buyer);
  REQUIRE(found);
  return *Json::parse(found->json);
}

std::string ordered(const testing::Journal& journal) { return shown(journal).find("ordered")->str(); }

std::string listed(const testing::Journal& journal, std::string_view kind) {
  const Folded folded(journal);
  std::string out;
  PageRequest request{.cursor = "", .limit = 1};
  do {
    const auto page = buyers::list(folded.queries, here, kind, "", request);
    REQUIRE(page);
    for (const Document& document : page->items) out += std::string(Json::parse(document.json)->text("id")) + " ";
    request.cursor = page->cursor;
  } while (!request.cursor.empty());
  return out;
}

void cancel(testing::Journal& journal, const std::string& order) {
  journal.commit().on("order/" + order).mutable_order_cancelled()->set_order(order);
}

}  // namespace

TEST_CASE("projections: buyers: orders from several sources are one document of their buyer") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1", .kind = "guest"});
  place(journal, {.order = "o2", .kind = "business", .source = "manual", .total = 500, .company = "Navy"});
  place(journal, {.order = "o3", .kind = "business", .total = 250, .company = "Navy"});
  const Json json = shown(journal);
  CHECK(json.text("kind") == "business");
  CHECK(json.text("name") == "Grace Hopper");
  CHECK(json.text("company") == "Navy");
  CHECK(json.text("email") == "grace@example.org");
  CHECK(json.integer("order_count") == 3);
  CHECK(json.find("first_order")->text("id") == "o1");
  CHECK(json.find("last_order")->text("order_number") == "SO-o3");
  CHECK(json.find("sources")->str() == R"(["woocommerce","manual"])");
  CHECK(json.find("ordered")->str() == R"([{"amount":1750,"currency":"USD"}])");
}

TEST_CASE("projections: buyers: the version tells each change of the document") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1"});
  const auto version = [&] { return buyers::find(Folded(journal).queries, here, "grace")->version; };
  CHECK(version() == 1);
  cancel(journal, "o1");
  CHECK(version() == 2);
  cancel(journal, "o1");
  CHECK(version() == 2);
}

TEST_CASE("projections: buyers: what was called off or paid back is not counted, and what goes on after all is again") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1"});
  place(journal, {.order = "o2", .total = 300});
  cancel(journal, "o1");
  CHECK(ordered(journal) == R"([{"amount":300,"currency":"USD"}])");
  journal.commit().on("order/o1").mutable_order_refunded()->set_order("o1");
  CHECK(ordered(journal) == R"([{"amount":300,"currency":"USD"}])");
  journal.commit().on("order/o1").mutable_order_reopened()->set_order("o1");
  CHECK(ordered(journal) == R"([{"amount":1300,"currency":"USD"}])");
  auto* change = journal.commit().on("order/o1").mutable_order_lines_changed();
  change->set_order("o1");
  change->set_total(1'200);
  CHECK(ordered(journal) == R"([{"amount":1500,"currency":"USD"}])");
  CHECK(shown(journal).integer("order_count") == 2);
}

TEST_CASE("projections: buyers: lists are of one kind, and who changes his kind changes the list") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1", .kind = "guest", .customer = "ada"});
  place(journal, {.order = "o2", .kind = "guest", .customer = "bob"});
  place(journal, {.order = "o3", .kind = "person", .customer = "ada"});
  CHECK(listed(journal, "") == "bob ada ");
  CHECK(listed(journal, "guest") == "bob ");
  CHECK(listed(journal, "person") == "ada ");
  CHECK(listed(journal, "business").empty());
}

TEST_CASE("projections: buyers: an order from before there were kinds is a person's, named in its address") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1", .kind = ""});
  CHECK(shown(journal).text("kind") == "person");
  CHECK(shown(journal).text("name") == "At the door");
  CHECK(shown(journal).find("company")->is_null());
}

TEST_CASE("projections: buyers: who was erased shows as erased, whether the key was there when it was folded or not") {
  testing::Journal journal = opened();
  place(journal, {.order = "o1", .kind = "business", .company = "Navy"});
  journal.commit().on("workshop/w1").mutable_subject_erased()->set_subject("grace");
  const Json live = shown(journal);
  CHECK(live.flag("erased"));
  for (const char* name : {"name", "company", "email"}) CHECK(live.text(name) == erased_placeholder);
  CHECK(live.integer("order_count") == 1);
  journal.erase_keys("grace");
  CHECK(shown(journal).str() == live.str());
}
