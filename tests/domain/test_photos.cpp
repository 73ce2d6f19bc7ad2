// Photos of the quality check.
#include <doctest/doctest.h>

#include "domain/workshop/limits.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using orders::TakePhoto;
namespace {

TakePhoto photo(const OrderId& order, const ProductionOrderId& production = {}) {
  return {.order = order, .production = production, .photo = "p", .blob = BlobHash("b"), .content_type = "image/png", .bytes = 900};
}

}  // namespace

TEST_CASE("photos: of an order that is made, or of one of its production orders") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId id = s.ordered(black_pieces());
  s.when(photo(id)).rejected("nothing-made");
  s.given(payments::RecordPayment{id, 0, "cash", ""});
  s.when(photo(id)).then({"quality.photo_taken"});
}

TEST_CASE("photos: by the production order alone, the order is known") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId id = s.paid(black_pieces());
  const ProductionOrderId production = s.production_of(id).id;
  s.when(photo({}, production)).with("quality.photo_taken");
  CHECK(s.last("quality.photo_taken").quality_photo_taken().order() == id.str());
  CHECK(s.journal.back().stream == "order/" + id.str());
  s.when(photo(OrderId("other"), production)).rejected("not-found");
  s.when(photo({}, ProductionOrderId("none"))).rejected("not-found");
  s.when(photo(OrderId("none"))).rejected("not-found");
}

TEST_CASE("photos: what is made for the stock has its own") {
  Scenario s;
  s.stock(1'000'000);
  products::DefineProduct define{ProductId("turtle"), "SKU-turtle", {}};
  define.entry.name = "turtle";
  s.given(define);
  s.given(products::DefineBom{ProductId("turtle"), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 1'000}}});
  s.given(production::CreateProduction{ProductionOrderId("made"), ProductId("turtle"), 1});
  s.when(photo({}, ProductionOrderId("made"))).then({"quality.photo_taken"});
  CHECK(s.journal.back().stream == "production/made");
}

TEST_CASE("photos: pictures only, none without an end, and not without number") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId id = s.paid(black_pieces());
  TakePhoto page = photo(id);
  page.content_type = "image/svg+xml";
  s.when(page).rejected("not-a-picture");
  TakePhoto large = photo(id);
  large.bytes = limits::photo_bytes_max + 1;
  s.when(large).rejected("not-a-picture");
  for (std::int64_t i = 0; i < limits::photos_max; ++i) s.given(photo(id));
  s.when(photo(id)).rejected("too-many-photos");
}

}  // namespace layerline::test
