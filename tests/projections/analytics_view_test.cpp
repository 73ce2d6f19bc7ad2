#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/analytics.hpp"
#include "projections/projector.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
const testing::Journey first{};
constexpr std::chrono::sys_days begin = std::chrono::year(2026) / 11 / 18;   // of every journal, at 11:06:40

struct Folded : testing::Folded {
  using testing::Folded::Folded;
  [[nodiscard]] Json days(int count) const {
    const auto found = analytics::days(queries, here, begin, begin + std::chrono::days(count - 1));
    REQUIRE(found);
    return *Json::parse(found->json);
  }
  [[nodiscard]] Json only(const std::expected<Page, QueryError>& page) const {
    REQUIRE(page);
    REQUIRE(page->items.size() == 1);
    return *Json::parse(page->items.front().json);
  }
};

void price(testing::Journal& journal) {
  auto* rules = journal.commit().on("workshop/w1").mutable_workshop_configured()->mutable_rules();
  rules->set_machine_price_per_hour(25'000);
  auto* material = rules->add_materials();
  material->set_type("PLA");
  material->set_price_per_kg(2'000);
}

testing::Journal delivered() {
  testing::Journal journal;
  testing::open_workshop(journal);
  price(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  testing::print(journal, first);
  testing::ship(journal, first);
  return journal;
}

}  // namespace

TEST_CASE("projections: analytics: a day tells the funnel, the money, the prints and whether promises were kept") {
  const Folded folded(delivered());
  const Json answer = folded.days(1);
  REQUIRE(answer.find("items")->array()->size() == 1);
  const Json& day = answer.find("items")->array()->front();
  CHECK(day.text("date") == "2026-11-18");
  CHECK(day.find("quotes")->integer("accepted") == 1);
  CHECK(day.find("orders")->integer("paid") == 1);
  CHECK(day.find("orders")->integer("delivered") == 1);
  CHECK(day.find("received")->str() == R"({"amount":19332,"currency":"USD"})");
  CHECK(day.find("promises")->str() == R"({"kept":1,"broken":0,"counted":1,"kept_share":1})");
  CHECK(day.find("prints")->integer("finished") == 1);
  CHECK(day.find("prints")->integer("used_mg") == 45'300);
  CHECK(day.find("printers")->str() == R"([{"printer_id":"p1","busy_ms":20000,"prints":1,"busy_share":0}])");
  CHECK(day.find("materials")->str() == R"([{"material_id":"PLA-black","used_mg":45300}])");
}

TEST_CASE("projections: analytics: an order and its product cost what their prints took, and a weighing corrects it once") {
  testing::Journal journal = delivered();
  for (int twice = 0; twice < 2; ++twice) {
    auto* corrected = journal.commit().on("material/PLA-black").mutable_stock_consumption_corrected();
    corrected->set_material("PLA-black");
    corrected->set_job("job-00000001");
    corrected->set_milligrams(50'000);
    corrected->set_origin("weighed");
  }
  const Folded folded(journal);
  const Json print = folded.only(analytics::jobs(folded.queries, here, {"order-00000001", ""}, {}, {"", 10}));
  CHECK(print.find("estimated")->integer("mg") == 45'300);
  CHECK(print.find("variance")->find("mass")->str() == "1.104");   // 50 g instead of 45.3
  CHECK(print.find("actual")->str() == R"({"print_time_ms":20000,"mg":50000,"cost":{"amount":239,"currency":"USD"}})");   // 100 + 139
  for (const auto& page : {analytics::orders(folded.queries, here, {}, {"", 10}), analytics::products(folded.queries, here, {"", 10})}) {
    const Json sum = folded.only(page);
    CHECK(sum.integer("prints") == 1);
    CHECK(sum.find("actual")->str() ==
          R"({"print_time_ms":20000,"mg":50000,"parts_cost":{"amount":0,"currency":"USD"},"cost":{"amount":239,"currency":"USD"}})");
    for (const char* part : {"print_time", "mass", "cost"})
      CHECK(sum.find("variance")->find(part)->str() == print.find("variance")->find(part)->str());
  }
  CHECK(folded.days(1).find("totals")->find("prints")->integer("used_mg") == 50'000);
}

TEST_CASE("projections: analytics: a printer with a price of its own costs that, and zero is one") {
  for (const std::int64_t price_per_hour : {0, 50'000}) {
    testing::Journal journal;
    testing::open_workshop(journal);
    price(journal);
    auto* added = journal.commit().on("printer/p1").mutable_printer_added();
    added->set_printer("p1");
    added->set_price_per_hour(price_per_hour);
    added->set_currency("USD");
    testing::upload_and_quote(journal, first);
    testing::accept_and_pay(journal, first);
    testing::print(journal, first);
    const Folded folded(journal);
    const Json print = folded.only(analytics::jobs(folded.queries, here, {"order-00000001", ""}, {}, {"", 10}));
    CHECK(print.find("actual")->find("cost")->integer("amount") == 91 + (price_per_hour == 0 ? 0 : 278));   // 45.3 g, and 20 s
  }
}

namespace {

void print_of(testing::Journal& journal, const std::string& production, int job) {
  const std::string id = "job-" + std::to_string(job), stream = "job/" + id;
  auto* dispatched = journal.commit().on(stream).mutable_print_dispatched();
  dispatched->set_job(id);
  dispatched->set_production_order(production);
  dispatched->set_printer("p1");
  journal.commit().on(stream).mutable_print_failed()->set_job(id);
}

// Prints 1 to 4 of two orders, in turn, one a day from the 18th on.
testing::Journal four_days() {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (const std::int64_t number : {1, 2}) {
    testing::upload_and_quote(journal, {.number = number});
    testing::accept_and_pay(journal, {.number = number});
  }
  for (int job = 1; job <= 4; ++job) {
    print_of(journal, job % 2 == 1 ? "production-00000001" : "production-00000002", job);
    journal.pass(86'400'000);
  }
  return journal;
}

std::string ids(const std::expected<Page, QueryError>& page, std::string_view name) {
  REQUIRE(page);
  std::string out;
  for (const Document& item : page->items) out.append(out.empty() ? "" : " ").append(Json::parse(item.json)->text(name));
  return out + (page->cursor.empty() ? "" : " …");
}

}  // namespace

TEST_CASE("projections: analytics: prints and orders are listed by the days on which their prints ended, page by page") {
  const Folded folded(four_days());
  const auto day = [](int of_november) {
    return static_cast<std::int32_t>((begin + std::chrono::days(of_november - 18)).time_since_epoch().count());
  };
  const auto jobs = [&](const analytics::Of& of, const Period& period, const PageRequest& request = {"", 10}) {
    return analytics::jobs(folded.queries, here, of, period, request);
  };
  CHECK(ids(jobs({}, {}), "id") == "job-4 job-3 job-2 job-1");
  CHECK(ids(jobs({}, {day(19), day(20)}), "id") == "job-3 job-2");
  CHECK(ids(jobs({}, {day(19)}), "id") == "job-4 job-3 job-2");
  CHECK(ids(jobs({}, {day(22), day(30)}), "id").empty());
  CHECK(ids(jobs({}, {-7, -1}), "id").empty());
  const auto newest = jobs({}, {day(19), day(20)}, {"", 1});
  CHECK(ids(newest, "id") == "job-3 …");
  const auto older = jobs({}, {day(19), day(20)}, {newest->cursor, 1});
  CHECK(ids(older, "id") == "job-2");   // the last of these days
  const auto orders = [&](const Period& period) { return ids(analytics::orders(folded.queries, here, period, {"", 10}), "order_id"); };
  CHECK(orders({}) == "order-00000002 order-00000001");
  CHECK(orders({day(18), day(20)}) == "order-00000001");   // the other's last print ended on the 21st
  CHECK(orders({day(18), day(19)}).empty());
}

TEST_CASE("projections: analytics: prints of an order and a product are those of both") {
  const Folded folded(four_days());
  const auto jobs = [&](std::string_view order, std::string_view product, const Period& period = {}) {
    return ids(analytics::jobs(folded.queries, here, {order, product}, period, {"", 10}), "id");
  };
  CHECK(jobs("order-00000001", "product-00000001") == "job-3 job-1");
  CHECK(jobs("", "product-00000002") == "job-4 job-2");
  CHECK(jobs("order-00000001", "product-00000002").empty());
  const auto first_day = static_cast<std::int32_t>(begin.time_since_epoch().count());
  CHECK(jobs("order-00000001", "product-00000001", {first_day, first_day}) == "job-1");
}

TEST_CASE("projections: analytics: a printer's new price counts from then on, and without one the rules' again") {
  testing::Journal journal;
  testing::open_workshop(journal);
  price(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  const auto change = [&](const std::string& currency) {
    auto* changed = journal.commit().on("printer/p1").mutable_printer_changed();
    changed->set_printer("p1");
    changed->set_price_per_hour(50'000);
    changed->set_currency(currency);
  };
  const auto cost = [&] {
    testing::Journal printed = journal;
    testing::print(printed, first);
    const Folded folded(printed);
    const Json print = folded.only(analytics::jobs(folded.queries, here, {"order-00000001", ""}, {}, {"", 10}));
    return print.find("actual")->find("cost")->integer("amount");
  };
  const std::int64_t by_rules = cost();
  change("USD");
  CHECK(cost() == 91 + 278);   // 45.3 g, and 20 s
  change("");
  CHECK(cost() == by_rules);
}

TEST_CASE("projections: analytics: a print over midnight keeps its printer busy on both days") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, first);
  testing::accept_and_pay(journal, first);
  auto* dispatched = journal.commit().on("job/job-1").mutable_print_dispatched();
  dispatched->set_job("job-1");
  dispatched->set_production_order("production-00000001");
  dispatched->set_printer("p1");
  journal.commit().on("job/job-1").mutable_print_started()->set_job("job-1");
  for (int second = 1; second < 50'000; ++second)   // a commit is a second
    journal.commit().on("printer/p1").mutable_printer_plate_cleared()->set_printer("p1");
  journal.commit().on("job/job-1").mutable_print_failed()->set_job("job-1");
  const Folded folded(journal);
  const Json answer = folded.days(3);
  REQUIRE(answer.find("items")->array()->size() == 2);
  const auto busy = [](const Json& day) { return day.find("printers")->array()->front().integer("busy_ms"); };
  CHECK(busy(answer.find("items")->array()->front()) + busy(answer.find("items")->array()->back()) == 50'000'000);
  CHECK(busy(answer.find("items")->array()->back()) > 0);
  CHECK(busy(*answer.find("totals")) == 50'000'000);
  CHECK(answer.find("totals")->find("printers")->array()->front().find("busy_share")->str() == "0.193");   // of three days
  CHECK(answer.find("totals")->find("promises")->find("kept_share")->is_null());
  CHECK(answer.find("totals")->find("prints")->find("print_time_variance")->is_null());   // nothing was estimated
  CHECK(answer.find("totals")->find("prints")->integer("failed") == 1);
}
