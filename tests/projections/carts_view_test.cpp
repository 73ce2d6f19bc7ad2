#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/carts.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

void put(testing::Journal& journal, const std::string& cart) {
  auto* set = journal.commit().on("cart/" + cart).mutable_cart_item_set();
  set->set_cart(cart);
  set->set_product("turtle");
  set->set_quantity(2);
}

Json shown(const Folded& folded, const std::string& cart) {
  const auto found = projections::carts::find(folded.queries, here, cart);
  REQUIRE(found);
  return *Json::parse(found->json);
}

}  // namespace

TEST_CASE("views: carts: one that expired is empty and says since when; the others say nothing of it") {
  testing::Journal journal;
  testing::open_workshop(journal);
  put(journal, "left");
  put(journal, "kept");
  auto* checked_out = journal.commit().on("cart/left").mutable_cart_checked_out();
  checked_out->set_cart("left");
  checked_out->set_payment("payment-1");
  journal.commit().on("cart/left").mutable_cart_expired()->set_cart("left");

  const Folded folded(journal);
  Json left = shown(folded, "left");
  CHECK(left["items"].items().empty());
  CHECK(left.find("checkout")->text("payment_id").empty());
  CHECK_FALSE(left.text("expired_at").empty());
  Json kept = shown(folded, "kept");
  CHECK(kept["items"].items().size() == 1);
  CHECK(kept.find("expired_at") == nullptr);
}
