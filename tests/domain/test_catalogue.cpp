#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

using products::BomLine;

BomLine of_material(std::int64_t milligrams) { return {.material = MaterialId("PLA-black"), .milligrams_per_unit = milligrams}; }
BomLine of_component(const std::string& name, std::int64_t quantity) { return {.component = ProductId(name), .quantity = quantity}; }

products::DefineProduct product(const std::string& id, products::Kind kind = products::Kind::standard) {
  products::DefineProduct command{ProductId(id), "", {}};
  command.entry.kind = kind;
  command.entry.name = "Turtle " + id;
  command.entry.price = 1'500;
  return command;
}

}  // namespace

TEST_CASE("catalogue: SKU: standard products are numbered on from the highest, materials are called after what they are") {
  Scenario s;
  s.given(product("a"));
  CHECK(s.last("product.defined").product_defined().sku() == "FG-00001");
  products::DefineProduct given = product("b");
  given.sku = "FG-00041";
  s.given(given);
  s.given(product("c"));
  CHECK(s.last("product.defined").product_defined().sku() == "FG-00042");
  products::DefineProduct material = product("m", products::Kind::material);
  material.entry.material = MaterialId("PLA-black");
  s.given(material);
  CHECK(s.last("product.defined").product_defined().sku() == "MAT-PLA-black");
}

TEST_CASE("catalogue: SKU: the one of another product is a conflict, the same definition again is nothing new") {
  Scenario s;
  products::DefineProduct first = product("a");
  first.sku = "TURTLE";
  s.given(first);
  s.when(first).nothing_happened();
  products::DefineProduct second = product("b");
  second.sku = "TURTLE";
  s.when(second).rejected("sku-exists");
}

TEST_CASE("catalogue: price: the level of the quantity counts, and levels ascend") {
  Scenario s;
  products::DefineProduct command = product("a");
  command.entry.price_levels = {{10, 1'200}, {100, 900}};
  s.given(command);
  const products::Product& known = *s.workshop.product(ProductId("a"));
  CHECK(products::unit_price(known, 9) == 1'500);
  CHECK(products::unit_price(known, 10) == 1'200);
  CHECK(products::unit_price(known, 5'000) == 900);
  command.entry.price_levels = {{100, 900}, {10, 1'200}};
  s.when(products::ChangeProduct{ProductId("a"), command.entry}).rejected("bad-product");
}

TEST_CASE("catalogue: variants: they name a product that is not a variant itself") {
  Scenario s;
  s.given(product("a"));
  products::DefineProduct blue = product("b");
  blue.entry.parent = ProductId("FG-00001");
  blue.entry.options = {{"colour", "blue"}};
  s.given(blue);
  CHECK(s.workshop.product(ProductId("b"))->entry.parent == ProductId("a"));
  products::DefineProduct bluer = product("c");
  bluer.entry.parent = ProductId("b");
  s.when(bluer).rejected("bad-product");
}

TEST_CASE("catalogue: BOM: one version is active, a new one takes over, an old one can come back") {
  Scenario s;
  s.stock(0);
  s.given(product("a"));
  s.given(products::DefineBom{ProductId("a"), {of_material(40'000)}});
  s.given(products::DefineBom{ProductId("a"), {of_material(50'000)}});
  CHECK(s.workshop.product(ProductId("a"))->bom_version == 2);
  CHECK(s.workshop.product(ProductId("a"))->bom.front().milligrams_per_unit == 50'000);
  s.when(products::ActivateBom{ProductId("a"), 1}).with("product.bom_version_activated");
  CHECK(s.workshop.product(ProductId("a"))->bom.front().milligrams_per_unit == 40'000);
  s.when(products::ActivateBom{ProductId("a"), 1}).nothing_happened();
  s.when(products::ActivateBom{ProductId("a"), 3}).rejected("not-found");
}

TEST_CASE("catalogue: BOM: a product is no part of itself, over any number of levels") {
  Scenario s;
  s.stock(0);
  for (const char* id : {"a", "b", "c"}) s.given(product(id));
  s.when(products::DefineBom{ProductId("a"), {of_component("a", 1)}}).rejected("bom-cycle");
  s.given(products::DefineBom{ProductId("a"), {of_component("b", 2)}});
  s.given(products::DefineBom{ProductId("b"), {of_component("c", 3)}});
  s.when(products::DefineBom{ProductId("c"), {of_component("a", 1)}}).rejected("bom-cycle");
  s.given(products::DefineBom{ProductId("c"), {of_material(1'000)}});
}

TEST_CASE("catalogue: BOM: a draft that became a cycle since cannot be activated") {
  Scenario s;
  for (const char* id : {"a", "b"}) s.given(product(id));
  s.given(products::DefineBom{ProductId("a"), {of_component("b", 1)}, false});
  s.given(products::DefineBom{ProductId("b"), {of_component("a", 1)}});
  s.when(products::ActivateBom{ProductId("a"), 1}).rejected("bom-cycle");
}

TEST_CASE("catalogue: BOM: what could not be counted for the largest order is refused, also where it is a part of another") {
  Scenario s;
  for (const char* id : {"crate", "box", "bag", "screw"}) s.given(product(id));
  s.given(products::DefineBom{ProductId("box"), {of_component("bag", 500)}});
  s.given(products::DefineBom{ProductId("crate"), {of_component("box", 2)}});
  s.when(products::DefineBom{ProductId("bag"), {of_component("screw", 200)}}).rejected("bom-too-large");   // 1 + 2 × (1 + 500 × 201)
  s.given(products::DefineBom{ProductId("bag"), {of_component("screw", 98)}});
  s.when(products::DefineBom{ProductId("crate"), {of_component("box", 3)}}).rejected("bom-too-large");
}

TEST_CASE("catalogue: BOM: what is unknown, empty or of several materials is refused") {
  Scenario s;
  s.stock(0);
  s.given(inventory::DefineMaterial{"PLA", "white", "", {1}});
  s.given(product("a"));
  s.when(products::DefineBom{ProductId("a"), {}}).rejected("bad-bom");
  s.when(products::DefineBom{ProductId("a"), {of_component("nobody", 1)}}).rejected("unknown-component");
  const BomLine pink{.material = MaterialId("PLA-pink"), .milligrams_per_unit = 1};
  s.when(products::DefineBom{ProductId("a"), {pink}}).rejected("unknown-material");
  s.when(products::DefineBom{ProductId("a"), {of_material(0)}}).rejected("mass-out-of-range");
  s.when(products::DefineBom{ProductId("a"), {of_material(1), {.material = MaterialId("PLA-white"), .milligrams_per_unit = 1}}})
      .rejected("several-materials");
}

TEST_CASE("catalogue: cost: it is rolled up through every level, and a change below moves all above") {
  Scenario s;
  s.stock(0);
  for (const char* id : {"top", "sub"}) s.given(product(id));
  products::DefineProduct magnet = product("magnet", products::Kind::material);
  magnet.sku = "MAT-MAGNET";
  magnet.entry.purchase_cost = 30;
  s.given(magnet);
  s.given(products::DefineBom{ProductId("sub"), {of_material(50'000), of_component("MAT-MAGNET", 2)}});
  CHECK(s.workshop.product(ProductId("sub"))->unit_cost == 160);   // 50 g at 20.00 a kg, and two magnets
  s.given(products::DefineBom{ProductId("top"), {of_component("sub", 3)}});
  CHECK(s.workshop.product(ProductId("top"))->unit_cost == 480);
  magnet.entry.purchase_cost = 50;
  s.when(products::ChangeProduct{ProductId("magnet"), magnet.entry}).with("product.cost_rolled", 3);
  CHECK(s.workshop.product(ProductId("top"))->unit_cost == 600);
}

TEST_CASE("catalogue: mappings: one name of a shop is one product, and another shop may call another thing so") {
  Scenario s;
  for (const char* id : {"a", "b"}) s.given(product(id));
  s.given(products::MapSku{"squarespace", "one", "SQ1", ProductId("a")});
  s.when(products::MapSku{"squarespace", "one", "SQ1", ProductId("FG-00001")}).nothing_happened();
  s.given(products::MapSku{"squarespace", "two", "SQ1", ProductId("b")});
  CHECK(products::product_of(s.workshop, "squarespace", "one", "SQ1") == ProductId("a"));
  CHECK(products::product_of(s.workshop, "squarespace", "two", "SQ1") == ProductId("b"));
  CHECK(products::product_of(s.workshop, "woocommerce", "one", "SQ1").empty());
  CHECK(products::product_of(s.workshop, "woocommerce", "one", "FG-00002") == ProductId("b"));
  s.given(products::UnmapSku{"squarespace", "one", "SQ1"});
  CHECK(products::product_of(s.workshop, "squarespace", "one", "SQ1").empty());
  s.when(products::UnmapSku{"squarespace", "one", "SQ1"}).rejected("not-found");
}

TEST_CASE("catalogue: units: counts move what is free, never below it") {
  Scenario s;
  s.given(product("a"));
  s.given(products::AdjustUnits{ProductId("a"), 5, "count"});
  s.when(products::AdjustUnits{ProductId("FG-00001"), -6, "count"}).rejected("units-below-zero");
  s.given(products::AdjustUnits{ProductId("a"), -5, "count"});
  CHECK(s.workshop.product(ProductId("a"))->on_hand == 0);
}

}  // namespace layerline::test
