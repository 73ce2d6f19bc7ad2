// What a gateway asks a projector's process, as bytes.
#include <doctest/doctest.h>

#include <utility>

#include "gateways/internal/limits.hpp"
#include "gateways/internal/question.hpp"

using namespace layerline;
using namespace layerline::internal;

namespace {

bool same(const Question& a, const Question& b) {
  return a.scope.partition == b.scope.partition && a.scope.workshop == b.scope.workshop && a.scope.customer == b.scope.customer &&
         a.what == b.what && a.needed == b.needed && a.wait_ms == b.wait_ms;
}

std::vector<Question> questions() {
  const std::string foreign = std::string("a\0b/%\xff", 6) + "ü";
  return {{{3, "w1", "customer-1"}, FindDocument{Thing::tracking, foreign, "draft"}, {{0, 7}, {15, ~std::uint64_t{0}}}, 5'000},
          {{0, "w", {}}, ReadPage{List::effects, "customer-1", "parked", "00ff", 200}},
          {{0, "w", {}}, ReadPage{List::products, {}, "active", {}, 1, foreign, "sea turtle", "-price"}},
          {{0, "w", {}}, ReadPage{List::print_costs, "order-1", {}, {}, 1, "product-1", {}, {}, {-1, 20'000}}},
          {{0, "w", {}}, ReadPlan{ReadPlan::What::requirements, foreign, 52, 1'790'000'000'000}},
          {{1, "w", "customer-1"}, ReadUnits{foreign, 10'000}},
          {{0xFFFF'FFFF, "w", {}}, ReadAvailability{"PLA", "", -1}}};
}

}  // namespace

TEST_CASE("gateways: question: it is the same after its way as bytes") {
  for (const Question& question : questions()) {
    const auto decoded = decode_question(encode(question));
    REQUIRE(decoded);
    CHECK(same(*decoded, question));
  }
}

TEST_CASE("gateways: question: cut short, or with a byte more, it is refused") {
  for (const Question& question : questions()) {
    const std::string bytes = encode(question);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_question(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(decode_question(bytes + "x"));
  }
}

TEST_CASE("gateways: question: what may not be asked is refused") {
  const auto refused = [](Question question) { return !decode_question(encode(question)); };
  const Question good{{0, "w1", {}}, ReadPage{List::orders, {}, {}, {}, 50}};
  REQUIRE_FALSE(refused(good));
  const auto changed = [&good](auto change) {
    Question question = good;
    change(question);
    return question;
  };
  CHECK(refused(changed([](Question& q) { q.scope.workshop.clear(); })));
  CHECK(refused(changed([](Question& q) { q.wait_ms = internal::limits::wait_ms + 1; })));
  CHECK(refused(changed([](Question& q) { q.needed.resize(internal::limits::needed_offsets + 1); })));
  CHECK(refused(changed([](Question& q) { q.what = ReadPage{List::orders, {}, {}, {}, 0}; })));
  CHECK(refused(changed([](Question& q) { q.what = ReadPage{List::orders, {}, {}, {}, 201}; })));
  CHECK(refused(changed([](Question& q) { q.what = ReadPage{static_cast<List>(std::to_underlying(last_list) + 1), {}, {}, {}, 50}; })));
  CHECK(refused(changed([](Question& q) { q.what = FindDocument{static_cast<Thing>(std::to_underlying(last_thing) + 1), "order-1"}; })));
  CHECK(refused(changed([](Question& q) { std::get<ReadPage>(q.what).sort = "price"; })));
  CHECK(refused(changed([](Question& q) { q.what = ReadPlan{ReadPlan::What::requirements, {}, 53, 1}; })));
  CHECK(refused(changed([](Question& q) { q.what = ReadUnits{"FG-1", 0}; })));
  CHECK(refused(changed([](Question& q) { q.what = ReadUnits{"FG-1", 10'001}; })));
  CHECK(refused(changed([](Question& q) { q.what = FindDocument{Thing::order, std::string(internal::limits::question_bytes, 'x')}; })));
}

TEST_CASE("gateways: answer: it is the same after its way as bytes, and cut short it is refused") {
  const Answer answer{Answer::Outcome::found, 4711, {12, "PRINTING", "customer-1", R"({"id":"order-1"})"}};
  const std::string bytes = encode(answer);
  const auto decoded = decode_answer(bytes);
  REQUIRE(decoded);
  CHECK(decoded->outcome == answer.outcome);
  CHECK(decoded->next_offset == 4711);
  CHECK(decoded->document.version == 12);
  CHECK(decoded->document.status == "PRINTING");
  CHECK(decoded->document.customer == "customer-1");
  CHECK(decoded->document.json == answer.document.json);
  for (std::size_t size = 0; size + answer.document.json.size() < bytes.size(); ++size)
    CHECK_FALSE(decode_answer(std::string_view(bytes).substr(0, size)));
  std::string unknown = bytes;
  unknown[1] = 4;
  CHECK_FALSE(decode_answer(unknown));
}
