#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/limits.hpp"
#include "projections/products.hpp"
#include "projections/projector.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Direction;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

void fill(events::ProductEntry* entry, const std::string& name, std::int64_t price, const std::string& category) {
  entry->set_kind("standard");
  entry->set_name(name);
  entry->set_price(price);
  entry->set_category(category);
  entry->set_active(true);
}

void define(testing::Journal& journal, const std::string& sku, const std::string& name, std::int64_t price,
            const std::string& category = "toys") {
  auto* defined = journal.commit().on("product/" + sku).mutable_product_defined();
  defined->set_product(sku);
  defined->set_sku(sku);
  fill(defined->mutable_entry(), name, price, category);
}

// Four of the catalogue, and one that was made of a quote and whose name is its customer's.
testing::Journal five_products() {
  testing::Journal journal;
  testing::open_workshop(journal);
  define(journal, "FG-2", "Turtle", 1'500);
  define(journal, "FG-1", "box, large", 90'000);
  define(journal, "FG-4", "Box", 200);
  define(journal, "FG-3", "vase", 1'500, "home");
  auto* created = journal.commit().on("product/custom").mutable_product_created();
  created->set_product("custom");
  created->set_sku("CUSTOM-Q-1");
  created->mutable_name()->set_subject("customer-1");
  created->mutable_name()->set_clear("Ada's bracket");
  return journal;
}

store::Json shown(const testing::Journal& journal, const std::string& sku) {
  const Folded folded(journal);
  const auto found = products::find(folded.queries, here, sku);
  REQUIRE(found);
  return *store::Json::parse(found->json);
}

std::string listed(const testing::Journal& journal, const products::Filter& filter, std::string_view by, Direction direction,
                   std::size_t limit) {
  const Folded folded(journal);
  std::string out;
  PageRequest request{.cursor = "", .limit = limit, .direction = direction};
  do {
    const auto page = products::list(folded.queries, here, filter, by, request);
    REQUIRE(page);
    CHECK(page->items.size() <= limit);
    for (const Document& document : page->items)
      out += (out.empty() ? "" : " ") + std::string(store::Json::parse(document.json)->text("sku"));
    request.cursor = page->cursor;
  } while (!request.cursor.empty());
  return out;
}

}  // namespace

TEST_CASE("projections: products: work steps are shown as they were said; none at all is another thing than nothing said") {
  testing::Journal journal = five_products();
  CHECK(shown(journal, "FG-1").find("work_steps")->is_null());
  auto* changed = journal.commit().on("product/FG-1").mutable_product_changed();
  changed->set_product("FG-1");
  fill(changed->mutable_entry(), "box, large", 90'000, "toys");
  changed->mutable_entry()->mutable_work_steps()->add_names("sanding");
  CHECK(shown(journal, "FG-1").find("work_steps")->str() == R"(["sanding"])");
  auto* again = journal.commit().on("product/FG-1").mutable_product_changed();
  again->set_product("FG-1");
  fill(again->mutable_entry(), "box, large", 90'000, "toys");
  again->mutable_entry()->mutable_work_steps();
  CHECK(shown(journal, "FG-1").find("work_steps")->str() == "[]");
}

TEST_CASE("projections: products: sorted by name, SKU and price, up and down, whatever the page size") {
  const testing::Journal journal = five_products();
  for (const std::size_t limit : {1, 2, 100}) {
    CHECK(listed(journal, {}, "name", Direction::forwards, limit) == "FG-4 FG-1 CUSTOM-Q-1 FG-2 FG-3");
    CHECK(listed(journal, {}, "name", Direction::backwards, limit) == "FG-3 FG-2 CUSTOM-Q-1 FG-1 FG-4");
    CHECK(listed(journal, {}, "sku", Direction::forwards, limit) == "CUSTOM-Q-1 FG-1 FG-2 FG-3 FG-4");
    CHECK(listed(journal, {}, "price", Direction::forwards, limit) == "CUSTOM-Q-1 FG-4 FG-2 FG-3 FG-1");
    CHECK(listed(journal, {}, "", Direction::backwards, limit) == "FG-2 FG-1 FG-4 FG-3 CUSTOM-Q-1");
  }
}

TEST_CASE("projections: products: what is sorted is filtered as well") {
  const testing::Journal journal = five_products();
  CHECK(listed(journal, {.category = "toys", .status = "active"}, "price", Direction::backwards, 2) == "FG-1 FG-2 FG-4");
  CHECK(listed(journal, {.search = "box"}, "name", Direction::forwards, 1) == "FG-4 FG-1");
  CHECK(listed(journal, {.category = "toys", .search = "box large"}, "sku", Direction::forwards, 1) == "FG-1");
  CHECK(listed(journal, {.status = "inactive"}, "sku", Direction::forwards, 1).empty());
}

TEST_CASE("projections: products: the variants of one are listed by its id and its SKU, in each order, as long as they are its own") {
  testing::Journal journal = five_products();
  const auto say = [&](const std::string& sku, const std::string& name, std::int64_t price, const std::string& parent) {
    auto* changed = journal.commit().on("product/" + sku).mutable_product_changed();
    changed->set_product(sku);
    fill(changed->mutable_entry(), name, price, "toys");
    changed->mutable_entry()->set_parent(parent);
  };
  auto* whole = journal.commit().on("product/id-9").mutable_product_defined();
  whole->set_product("id-9");
  whole->set_sku("FG-9");
  fill(whole->mutable_entry(), "Shell", 100, "toys");
  say("FG-1", "b red", 300, "id-9");
  say("FG-2", "a red", 200, "id-9");
  say("FG-4", "c blue", 100, "id-9");
  for (const char* parent : {"id-9", "FG-9"}) {
    CHECK(listed(journal, {.parent = parent}, "", Direction::forwards, 1) == "FG-4 FG-1 FG-2");
    CHECK(listed(journal, {.parent = parent}, "name", Direction::forwards, 1) == "FG-2 FG-1 FG-4");
    CHECK(listed(journal, {.parent = parent}, "price", Direction::backwards, 2) == "FG-1 FG-2 FG-4");
    CHECK(listed(journal, {.search = "red", .parent = parent}, "sku", Direction::forwards, 1) == "FG-1 FG-2");
    CHECK(listed(journal, {.category = "home", .parent = parent}, "", Direction::forwards, 1).empty());
  }
  CHECK(shown(journal, "id-9").integer("variants") == 3);
  say("FG-1", "b red", 300, "");
  CHECK(listed(journal, {.parent = "id-9"}, "price", Direction::forwards, 100) == "FG-4 FG-2");
  CHECK(listed(journal, {.parent = "nothing"}, "", Direction::forwards, 100).empty());
  auto* hidden = journal.commit().on("product/FG-2").mutable_product_changed();
  hidden->set_product("FG-2");
  fill(hidden->mutable_entry(), "a red", 200, "toys");
  hidden->mutable_entry()->set_parent("id-9");
  hidden->mutable_entry()->set_active(false);
  CHECK(listed(journal, {.status = "inactive", .parent = "id-9"}, "", Direction::forwards, 100) == "FG-2");
  CHECK(shown(journal, "id-9").integer("variants") == 1);
}

TEST_CASE("projections: products: one is found by the words of its description, of a long one by the first") {
  testing::Journal journal = five_products();
  const auto describe = [&](const std::string& description) {
    auto* changed = journal.commit().on("product/FG-4").mutable_product_changed();
    changed->set_product("FG-4");
    fill(changed->mutable_entry(), "Box", 200, "toys");
    changed->mutable_entry()->set_description(description);
  };
  const auto found = [&](std::string_view words) { return listed(journal, {.search = words}, "", Direction::forwards, 1); };
  describe("Holds a turtle, softly lined.");
  CHECK(found("lined") == "FG-4");
  CHECK(found("turtle") == "FG-4 FG-2");
  CHECK(found("TURTLE box") == "FG-4");
  std::string numbers;
  for (std::size_t n = 1; n <= description_words_max + 1; ++n) numbers += "n" + std::to_string(n) + " ";
  describe(numbers);
  CHECK(found("lined").empty());
  CHECK(found("n" + std::to_string(description_words_max)) == "FG-4");
  CHECK(found("n" + std::to_string(description_words_max + 1)).empty());
}

TEST_CASE("projections: products: the ledger tells what came, what left and why, and its newest line is what is on hand") {
  testing::Journal journal = five_products();
  const auto on = [&](const char* actor) -> events::Event& { return journal.commit(actor).on("product/FG-1"); };
  const auto said = [](auto* event, std::int64_t quantity) {
    event->set_product("FG-1");
    event->set_quantity(quantity);
    return event;
  };
  said(on("operator:1").mutable_units_received(), 10)->set_production_order("po-1");
  auto* bought = said(on("operator:2").mutable_units_received(), 5);
  bought->set_reference("PUR-2026-001");
  bought->set_by("operator:2");
  said(on("operator:1").mutable_units_allocated(), 4)->set_holder("order-1/2");
  said(on("operator:1").mutable_units_issued(), 4)->set_holder("order-1/2");
  auto* counted = said(on("operator:1").mutable_units_adjusted(), -2);
  counted->set_reason("broken");
  counted->set_by("operator:1");
  said(on("operator:1").mutable_units_scrapped(), 1)->set_production_order("po-1");

  const Folded folded(journal);
  std::string lines;
  PageRequest request{.cursor = "", .limit = 2};
  do {
    const auto page = products::ledger(folded.queries, here, "FG-1", request);
    REQUIRE(page);
    for (const Document& document : page->items) {
      const store::Json line = *store::Json::parse(document.json);
      lines += std::string(line.text("event")) + " " + std::to_string(line.integer("change")) + " " +
               std::to_string(line.integer("on_hand")) + " " + std::string(line.text("by")) + std::string(line.text("reason")) +
               std::string(line.text("reference")) + std::string(line.text("production_order_id")) +
               std::string(line.text("order_id")) + "\n";
    }
    request.cursor = page->cursor;
  } while (!request.cursor.empty());
  CHECK(lines == "scrapped -1 8 po-1\nadjusted -2 9 operator:1broken\nissued -4 11 order-1\n"
                 "received 5 15 operator:2PUR-2026-001\nreceived 10 10 po-1\n");
  const auto product = products::find(folded.queries, here, "FG-1");
  REQUIRE(product);
  CHECK(store::Json::parse(product->json)->integer("on_hand") == 8);
  CHECK(products::ledger(folded.queries, here, "FG-2", {})->items.empty());
}

TEST_CASE("projections: products: the ledger tells where it came to, where it left from and where it went") {
  testing::Journal journal = five_products();
  const auto on = [&] { return &journal.commit().on("product/FG-1"); };
  const auto said = [](auto* event, std::int64_t quantity) {
    event->set_product("FG-1");
    event->set_quantity(quantity);
    return event;
  };
  const auto name = [](auto* event, std::int64_t units, const std::string& location) {
    auto* batch = event->add_batches();
    batch->set_units(units);
    batch->set_location(location);
  };
  said(on()->mutable_units_received(), 10);
  said(on()->mutable_units_adjusted(), 5)->set_location("shelf");
  auto* moved = said(on()->mutable_units_moved(), 4);
  moved->set_from("main");
  moved->set_to("shelf");
  moved->set_reason("more room");
  name(moved, 4, "");
  said(on()->mutable_units_allocated(), 8)->set_holder("order-1/2");
  auto* issued = said(on()->mutable_units_issued(), 8);
  issued->set_holder("order-1/2");
  name(issued, 6, "");
  name(issued, 1, "shelf");
  name(issued, 1, "shelf");
  said(on()->mutable_units_scrapped(), 2);   // as it was written when there was one location
  auto* counted = said(on()->mutable_units_adjusted(), -3);
  name(counted, 1, "shelf");   // of very many

  const Folded folded(journal);
  const auto page = products::ledger(folded.queries, here, "FG-1", {});
  REQUIRE(page);
  std::string lines;
  for (const Document& document : page->items) {
    const store::Json line = *store::Json::parse(document.json);
    lines += std::string(line.text("event")) + " " + std::to_string(line.integer("change"));
    for (const store::Json& place : *line.find("places")->array())
      lines += " " + std::string(place.text("location")) + ":" + std::to_string(place.integer("change"));
    lines += "\n";
  }
  CHECK(lines == "adjusted -3 shelf:-1 :-2\nscrapped -2 main:-2\nissued -8 main:-6 shelf:-2\nmoved 0 main:-4 shelf:4\n"
                 "adjusted 5 shelf:5\nreceived 10 main:10\n");
  CHECK(store::Json::parse(page->items[3].json)->text("reason") == "more room");
  CHECK(store::Json::parse(page->items[3].json)->integer("on_hand") == 15);
}

TEST_CASE("projections: products: a changed one moves to its new place and leaves the old one") {
  testing::Journal journal = five_products();
  auto* change = journal.commit().on("product/FG-4").mutable_product_changed();
  change->set_product("FG-4");
  fill(change->mutable_entry(), "Zebra", 2'000, "toys");
  CHECK(listed(journal, {}, "name", Direction::forwards, 100) == "FG-1 CUSTOM-Q-1 FG-2 FG-3 FG-4");
  CHECK(listed(journal, {}, "price", Direction::forwards, 100) == "CUSTOM-Q-1 FG-2 FG-3 FG-4 FG-1");
}

namespace {

std::string categories(const testing::Journal& journal) {
  const Folded folded(journal);
  const auto page = products::categories(folded.queries, here, {});
  REQUIRE(page);
  std::string out;
  for (const Document& document : page->items) {
    const store::Json json = *store::Json::parse(document.json);
    out += std::string(json.text("name")) + "=" + std::to_string(json.integer("products")) + " ";
  }
  return out;
}

void change(testing::Journal& journal, const std::string& sku, const std::string& category, bool active) {
  auto* changed = journal.commit().on("product/" + sku).mutable_product_changed();
  changed->set_product(sku);
  fill(changed->mutable_entry(), sku, 100, category);
  changed->mutable_entry()->set_active(active);
}

}  // namespace

TEST_CASE("projections: products: a category is there as long as a product of it is on offer") {
  testing::Journal journal = five_products();
  CHECK(categories(journal) == "home=1 toys=3 ");
  change(journal, "FG-3", "home", false);
  CHECK(categories(journal) == "toys=3 ");
  change(journal, "FG-3", "Animals", true);
  change(journal, "FG-2", "Animals", true);
  change(journal, "FG-2", "Animals", true);
  CHECK(categories(journal) == "Animals=2 toys=2 ");
  change(journal, "FG-1", "", true);
  change(journal, "FG-4", "home", true);
  CHECK(categories(journal) == "Animals=2 home=1 ");
}

TEST_CASE("projections: products: what is not sold counts for no category") {
  testing::Journal journal = five_products();
  auto* material = journal.commit().on("product/MAT-1").mutable_product_defined();
  material->set_product("MAT-1");
  material->set_sku("MAT-1");
  fill(material->mutable_entry(), "PLA", 100, "toys");
  material->mutable_entry()->set_kind("material");
  CHECK(categories(journal) == "home=1 toys=3 ");
}
