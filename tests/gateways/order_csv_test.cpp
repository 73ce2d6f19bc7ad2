#include <doctest/doctest.h>

#include "gateways/rest/order_csv.hpp"

using namespace layerline;
using rest::OrderFile;
using rest::OrderKey;
using rest::read_order_file;

namespace {

OrderFile read(std::string_view text) {
  auto file = read_order_file(text);
  REQUIRE(file.has_value());
  return std::move(*file);
}

std::vector<OrderKey> orders_of(const OrderFile& file) {
  std::vector<OrderKey> out;
  for (const auto& [key, order] : file.orders) out.push_back(key);
  return out;
}

std::vector<bool> taken(const OrderFile& file) {
  std::vector<bool> out;
  for (const rest::OrderRow& row : file.rows) out.push_back(row.problem.empty());
  return out;
}

}  // namespace

TEST_CASE("order csv: the same number of two shops is two orders") {
  const OrderFile file = read("order_number,shop,sku,name\n1001,a,X,Ada\n1001,b,Y,Ben\n1001,a,Z,\n");
  CHECK(orders_of(file) == std::vector<OrderKey>{{"a", "1001"}, {"b", "1001"}});
  const orders::ObserveShopOrder& of_a = file.orders.at({"a", "1001"});
  CHECK(of_a.shop == "a");
  CHECK(of_a.external_id == "1001");
  REQUIRE(of_a.lines.size() == 2);
  CHECK(of_a.lines[1].sku == "Z");
  CHECK(of_a.lines[1].external_line == "2");
  const orders::ObserveShopOrder& of_b = file.orders.at({"b", "1001"});
  CHECK(of_b.customer_name == "Ben");
  CHECK(of_b.lines.size() == 1);
}

TEST_CASE("order csv: a row without a shop goes on with the order above it, and else is of the main one") {
  const OrderFile file = read("order_number,shop,sku\n1,,X\n2,b,X\n2,,Y\n3,,X\n");
  CHECK(orders_of(file) == std::vector<OrderKey>{{"b", "2"}, {"main", "1"}, {"main", "3"}});
  CHECK(file.orders.at({"b", "2"}).lines.size() == 2);
}

TEST_CASE("order csv: a row that can't be read leaves its whole order out, and no other") {
  for (const char* bad : {"1001,a,X,1,,surplus", "1001,a,,1,", "1001,a,X,none,", "1001,a,X,0,", "1001,a,X,1,-1", "1001,a,X,1,1.50"}) {
    CAPTURE(bad);
    const std::string heading = "order_number,shop,sku,quantity,unit_price\n";
    const OrderFile last = read(heading + "1001,a,X,1,\n1002,a,X,1,\n" + bad + "\n");
    CHECK(orders_of(last) == std::vector<OrderKey>{{"a", "1002"}});
    CHECK(taken(last) == std::vector<bool>{false, true, false});
    CHECK(last.rows[0].problem == "another row of this order can't be read");
    CHECK(last.rows[2].order == OrderKey{"a", "1001"});
    const OrderFile first = read(heading + bad + "\n1001,a,X,1,\n1002,a,X,1,\n");
    CHECK(taken(first) == std::vector<bool>{false, false, true});
  }
}

TEST_CASE("order csv: where a row has too many fields its shop may be another one: no order of its number is taken") {
  const OrderFile file = read("order_number,sku,title,shop\n1001,X,Turtle,a\n1001,Y,Turtle, blue,a\n1002,X,Turtle,a\n");
  CHECK(orders_of(file) == std::vector<OrderKey>{{"a", "1002"}});
  CHECK(taken(file) == std::vector<bool>{false, false, true});
}

TEST_CASE("order csv: a row without a number spoils no order") {
  const OrderFile file = read("order_number,sku\n,X\n1,X\n");
  CHECK(taken(file) == std::vector<bool>{false, true});
}

TEST_CASE("order csv: a field that no order could hold is refused, unless nobody reads it") {
  const std::string much(2'001, 'x');
  CHECK(taken(read("order_number,sku,line1\n1,X," + much + "\n")) == std::vector<bool>{false});
  CHECK(taken(read("order_number,sku,remark\n1,X," + much + "\n")) == std::vector<bool>{true});
}

TEST_CASE("order csv: what is no UTF-8 is refused, as an older spreadsheet writes it") {
  CHECK(read_order_file("order_number,sku,name\n1,X,J\xC3\xB6rg\n").has_value());
  const auto file = read_order_file("order_number,sku,name\n1,X,J\xF6rg\n");
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().status == 400);
}

TEST_CASE("order csv: a dry run refuses in the owner's words what he would refuse, order by order") {
  const std::string much(401, 'x');
  OrderFile file = read("order_number,sku,quantity,unit_price,shipping,currency,shop,title\n"
                        "1,X,1000000,,,,,\n"
                        "2,X,1,,,EUR,,\n"
                        "3,X,1,100000001,,,,\n"
                        "4,X,1,,100000000001,,,\n"
                        "5,X,1,,,,the fair,\n"
                        "6,X,1,,,,," + much + "\n"
                        "7,X,1,,,USD,,\n"
                        "1,Y,1,,,,,\n");
  CHECK(file.orders.size() == 7);
  rest::refuse_as_the_owner_would(file, "USD");
  CHECK(orders_of(file) == std::vector<OrderKey>{{"main", "7"}});
  CHECK(taken(file) == std::vector<bool>{false, false, false, false, false, false, true, false});
  CHECK(file.rows[1].problem == "The workshop keeps its books in USD.");
  CHECK(file.rows[7].problem == file.rows[0].problem);
}
