// Orders listed by source and state together, which is a list of its own.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "infra/store/json_tree.hpp"
#include "projections/limits.hpp"
#include "projections/orders.hpp"
#include "tests/projections/folded.hpp"

using namespace layerline;
using namespace layerline::projections;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

std::string order_id(int n) { return fmt::format("order-{:05}", n); }

void place(testing::Journal& journal, int n, std::string_view source) {
  auto* placed = journal.commit().on("order/" + order_id(n)).mutable_order_placed();
  placed->set_order(order_id(n));
  placed->set_number(fmt::format("SO-2026-{:05}", n));
  placed->set_source(std::string(source));
  placed->set_customer(n % 2 == 0 ? "customer-1" : "customer-2");
  placed->set_currency("USD");
}

struct Listed {
  std::vector<std::string> ids;
  int pages = 0;
};

Listed every(const Folded& folded, const orders::Filter& filter, std::size_t limit) {
  Listed listed;
  PageRequest request{.cursor = "", .limit = limit};
  do {
    const auto page = orders::list(folded.queries, here, filter, request);
    REQUIRE(page);
    for (const Document& document : page->items) listed.ids.emplace_back(store::Json::parse(document.json)->text("id"));
    request.cursor = page->cursor;
    ++listed.pages;
  } while (!request.cursor.empty());
  return listed;
}

}  // namespace

TEST_CASE("projections: orders: those of a source in a state are found at once, however seldom the two meet") {
  testing::Journal journal;
  testing::open_workshop(journal);
  // By turns, an order is of the source or paid; only the oldest is both.
  const int count = static_cast<int>(page_look_max) * 3;
  for (int n = 0; n < count; ++n) {
    place(journal, n, n % 2 == 0 ? "woocommerce" : "csv");
    if (n % 2 == 1 || n == 0) journal.on("order/" + order_id(n)).mutable_order_paid()->set_order(order_id(n));
  }
  const Folded folded(journal);
  const Listed rare = every(folded, {.status = "PAID", .source = "woocommerce"}, 200);
  CHECK(rare.ids == std::vector<std::string>{order_id(0)});
  CHECK(rare.pages == 1);
  const Listed none = every(folded, {.status = "QUOTED", .source = "csv"}, 200);
  CHECK(none.ids.empty());
  CHECK(none.pages == 1);
  const Listed many = every(folded, {.customer = "customer-2", .status = "PAID", .source = "csv"}, 200);
  CHECK(many.ids.size() == static_cast<std::size_t>(count / 2));
  CHECK(many.ids.front() == order_id(count - 1));
  CHECK(many.ids.back() == order_id(1));
}

TEST_CASE("projections: orders: in the list of its source and state an order stands once, where it is now") {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (int n = 0; n < 4; ++n) place(journal, n, n < 3 ? "squarespace" : "csv");
  for (const int n : {1, 3}) {
    const std::string id = order_id(n);
    journal.commit().on("order/" + id).mutable_order_paid()->set_order(id);
    journal.commit().on("order/" + id).mutable_order_queued()->set_order(id);
    journal.commit().on("order/" + id).mutable_order_printing()->set_order(id);
  }
  journal.commit().on("order/" + order_id(2)).mutable_order_cancelled()->set_order(order_id(2));
  journal.commit().on("order/" + order_id(2)).mutable_order_reopened()->set_order(order_id(2));
  const Folded folded(journal);
  const auto found = [&](std::string_view status) { return every(folded, {.status = status, .source = "squarespace"}, 1).ids; };
  CHECK(found("PRINTING") == std::vector<std::string>{order_id(1)});
  CHECK(found("QUOTED") == std::vector<std::string>{order_id(2), order_id(0)});
  for (const std::string_view left : {"PAID", "QUEUED", "CANCELLED"}) {
    CAPTURE(left);
    CHECK(found(left).empty());
  }
  CHECK(every(folded, {.status = "PRINTING"}, 1).ids == std::vector<std::string>{order_id(3), order_id(1)});
  CHECK(every(folded, {.source = "squarespace"}, 1).ids.size() == 3);
}
