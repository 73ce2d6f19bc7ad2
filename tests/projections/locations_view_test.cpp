// Where finished units lie.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "infra/store/json_tree.hpp"
#include "projections/lots.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

void define(testing::Journal& journal, const std::string& product, const std::string& sku) {
  auto* defined = journal.commit().on("product/" + product).mutable_product_defined();
  defined->set_product(product);
  defined->set_sku(sku);
}

void receive(testing::Journal& journal, const std::string& product, const std::string& reference, std::int64_t units,
             const std::string& location = "") {
  auto* received = journal.commit().on("product/" + product).mutable_units_received();
  received->set_product(product);
  received->set_quantity(units);
  received->set_reference(reference);
  received->set_location(location);
}

struct Named { std::string reference; std::int64_t units = 0; std::string location = {}; };

void name(google::protobuf::RepeatedPtrField<events::UnitBatch>* batches, const std::vector<Named>& names) {
  for (const Named& one : names) {
    auto* batch = batches->Add();
    batch->set_reference(one.reference);
    batch->set_units(one.units);
    batch->set_location(one.location);
  }
}

void move(testing::Journal& journal, const std::string& product, std::int64_t units, const std::string& from, const std::string& to,
          const std::vector<Named>& names) {
  auto* moved = journal.commit().on("product/" + product).mutable_units_moved();
  moved->set_product(product);
  moved->set_quantity(units);
  moved->set_from(from);
  moved->set_to(to);
  name(moved->mutable_batches(), names);
}

void adjust(testing::Journal& journal, const std::string& product, std::int64_t units, const std::string& location,
            const std::vector<Named>& names) {
  auto* adjusted = journal.commit().on("product/" + product).mutable_units_adjusted();
  adjusted->set_product(product);
  adjusted->set_quantity(units);
  adjusted->set_location(location);
  name(adjusted->mutable_batches(), names);
}

// "FG-1@main=3 ": each may be empty, any.
std::string lying(const testing::Journal& journal, std::string_view product = "", std::string_view location = "") {
  const Folded folded(journal);
  std::string out;
  PageRequest request{.cursor = "", .limit = 2};
  do {
    const auto page = lots::units(folded.queries, here, product, location, request);
    REQUIRE(page);
    for (const Document& document : page->items) {
      const Json json = *Json::parse(document.json);
      out += fmt::format("{}@{}={} ", json.text("sku"), json.text("location"), json.integer("on_hand"));
    }
    request.cursor = page->cursor;
  } while (!request.cursor.empty());
  return out;
}

std::int64_t units_at(const testing::Journal& journal, std::string_view location) {
  const Folded folded(journal);
  const auto page = lots::locations(folded.queries, here, {});
  REQUIRE(page);
  for (const Document& document : page->items) {
    const Json json = *Json::parse(document.json);
    if (json.text("id") == location) return json.integer("units");
  }
  return -1;
}

testing::Journal two_products() {
  testing::Journal journal;
  testing::open_workshop(journal);
  define(journal, "turtle", "FG-2");
  define(journal, "box", "FG-1");
  receive(journal, "turtle", "PUR-1", 3);
  receive(journal, "turtle", "PUR-2", 2);
  receive(journal, "box", "PUR-2", 7, "shelf");
  return journal;
}

}  // namespace

TEST_CASE("projections: locations: units lie where they came to, and are listed by SKU, of one product or at one location") {
  testing::Journal journal = two_products();
  CHECK(lying(journal) == "FG-1@shelf=7 FG-2@main=5 ");
  move(journal, "turtle", 4, "main", "shelf", {{"PUR-1", 3}, {"PUR-2", 1}});
  CHECK(lying(journal) == "FG-1@shelf=7 FG-2@main=1 FG-2@shelf=4 ");
  CHECK(lying(journal, "turtle") == "FG-2@main=1 FG-2@shelf=4 ");
  CHECK(lying(journal, "", "shelf") == "FG-1@shelf=7 FG-2@shelf=4 ");
  CHECK(lying(journal, "turtle", "shelf") == "FG-2@shelf=4 ");
  CHECK(lying(journal, "fox").empty());
  CHECK(units_at(journal, "main") == 1);
  CHECK(units_at(journal, "shelf") == 11);
}

TEST_CASE("projections: locations: a product is at no location that the last of it has left, until some come again") {
  testing::Journal journal = two_products();
  adjust(journal, "box", -7, "shelf", {{"PUR-2", 7, "shelf"}});
  CHECK(lying(journal) == "FG-2@main=5 ");
  CHECK(units_at(journal, "shelf") == 0);
  adjust(journal, "box", 1, "shelf", {});
  CHECK(lying(journal) == "FG-1@shelf=1 FG-2@main=5 ");
}

TEST_CASE("projections: locations: what an event names no batch of is the oldest of where it says, and keeps its age when it is moved") {
  testing::Journal journal = two_products();
  move(journal, "turtle", 1, "main", "shelf", {{"PUR-1", 1}});
  move(journal, "turtle", 3, "main", "shelf", {});
  CHECK(lying(journal, "turtle") == "FG-2@main=1 FG-2@shelf=4 ");
  move(journal, "turtle", 1, "shelf", "main", {{"PUR-1", 1, "shelf"}});
  adjust(journal, "turtle", -1, "", {});   // the oldest: the one that was moved twice, or its neighbour
  receive(journal, "turtle", "PUR-3", 1, "shelf");
  adjust(journal, "turtle", -3, "shelf", {});
  CHECK(lying(journal, "turtle") == "FG-2@main=2 ");
}

TEST_CASE("projections: locations: a journal of before there were any lies at the main one") {
  testing::Journal journal;
  testing::open_workshop(journal);
  define(journal, "turtle", "FG-2");
  receive(journal, "turtle", "PUR-1", 3);
  adjust(journal, "turtle", 2, "", {});
  adjust(journal, "turtle", -4, "", {});
  CHECK(lying(journal) == "FG-2@main=1 ");
}
