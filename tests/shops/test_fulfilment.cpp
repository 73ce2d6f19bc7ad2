#include <doctest/doctest.h>

#include <deque>

#include "workers/shops/fulfilment.hpp"

namespace layerline::shops {
namespace {

using effects::Outcome;

const app::ConnectedShop squarespace_shop{.workshop = "main", .id = "one", .source = "squarespace", .base_url = "https://sq.example",
                                          .api_key = Secret<std::string>("key")};
const app::ConnectedShop woocommerce_shop{.workshop = "main", .id = "two", .source = "woocommerce", .base_url = "https://wc.example",
                                          .consumer_key = Secret<std::string>("ck"), .consumer_secret = Secret<std::string>("cs")};
const Parcel parcel{"7", "Post", "T1", {0}};
const Parcel first_of_two{"7", "Post", "T1", {0}, true, {{"FG-1", 2}}};

Called good(std::string body) { return {End::good, std::move(body), {}, ""}; }
Called ended(End end) { return {end, "", {}, "why"}; }

// A shop that answers as it is told, and remembers what it was asked: "GET /7/notes".
struct ScriptedShop {
  std::deque<Called> answers;
  std::vector<std::string> asked = {};

  Told tell(const app::ConnectedShop& shop, const Parcel& which = parcel) {
    const auto call = [this](const http::ClientRequest& request) {
      asked.push_back(std::string(http::name_of(request.method)) + " " + request.url.substr(request.url.find("/orders") + 7));
      REQUIRE_FALSE(answers.empty());
      Called answer = std::move(answers.front());
      answers.pop_front();
      return answer;
    };
    return tell_parcel(shop, which, call, [] { return Stamp{"n", 1}; });
  }
};

constexpr const char* pending = R"({"id":"7","fulfillmentStatus":"PENDING","fulfillments":[]})";
constexpr const char* processing = R"({"id":7,"status":"processing"})";

}  // namespace

TEST_CASE("shops: fulfilment: squarespace: written once it is known to be missing") {
  ScriptedShop shop{{good(pending), good("")}};
  CHECK(shop.tell(squarespace_shop).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7", "POST /7/fulfillments"});
}

TEST_CASE("shops: fulfilment: squarespace: a number that stands there already is not written again") {
  ScriptedShop shop{{good(R"({"id":"7","fulfillmentStatus":"FULFILLED","fulfillments":[{"trackingNumber":"T1"}]})")}};
  CHECK(shop.tell(squarespace_shop).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7"});
}

TEST_CASE("shops: fulfilment: squarespace: another parcel of the same order is added") {
  ScriptedShop shop{{good(R"({"id":"7","fulfillmentStatus":"FULFILLED","fulfillments":[{"trackingNumber":"T0"}]})"), good("")}};
  CHECK(shop.tell(squarespace_shop).outcome == Outcome::succeeded);
  CHECK(shop.asked.back() == "POST /7/fulfillments");
}

TEST_CASE("shops: fulfilment: nothing is written to an order that is over") {
  ScriptedShop cancelled{{good(R"({"id":"7","fulfillmentStatus":"CANCELED","fulfillments":[]})")}};
  CHECK(cancelled.tell(squarespace_shop).outcome == Outcome::failed_for_good);
  ScriptedShop refunded{{good(R"({"id":7,"status":"refunded"})")}};
  CHECK(refunded.tell(woocommerce_shop).outcome == Outcome::failed_for_good);
  ScriptedShop gone{{ended(End::gone)}};
  CHECK(gone.tell(woocommerce_shop).outcome == Outcome::failed_for_good);
}

TEST_CASE("shops: fulfilment: only a write whose end is open is unknown; a read can be repeated") {
  const auto first = [](End end) { return ScriptedShop{{ended(end)}}.tell(squarespace_shop).outcome; };
  CHECK(first(End::unknown) == Outcome::failed);
  CHECK(first(End::limited) == Outcome::failed);
  CHECK(first(End::not_done) == Outcome::failed);
  CHECK(first(End::refused) == Outcome::failed_for_good);
  const auto second = [](End end) { return ScriptedShop{{good(pending), ended(end)}}.tell(squarespace_shop).outcome; };
  CHECK(second(End::unknown) == Outcome::unknown);
  CHECK(second(End::limited) == Outcome::failed);
  CHECK(second(End::refused) == Outcome::failed_for_good);
  CHECK(ScriptedShop{{good("<html>")}}.tell(squarespace_shop).outcome == Outcome::unknown);
}

TEST_CASE("shops: fulfilment: woocommerce: the note with the number, then the status") {
  ScriptedShop shop{{good(processing), good("[]"), good("{}"), good("{}")}};
  CHECK(shop.tell(woocommerce_shop).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7", "GET /7/notes", "POST /7/notes", "PUT /7"});
}

TEST_CASE("shops: fulfilment: woocommerce: the order is complete with its last parcel, and not before") {
  ScriptedShop shop{{good(processing), good("[]"), good("{}")}};
  CHECK(shop.tell(woocommerce_shop, first_of_two).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7", "GET /7/notes", "POST /7/notes"});
  ScriptedShop again{{good(processing), good(R"([{"note":"Tracking number: T1 - it holds 2 x FG-1."}])")}};
  CHECK(again.tell(woocommerce_shop, first_of_two).outcome == Outcome::succeeded);
  CHECK(again.asked == std::vector<std::string>{"GET /7", "GET /7/notes"});
}

TEST_CASE("shops: fulfilment: woocommerce: the note of a parcel whose number only begins alike is not this one's") {
  ScriptedShop shop{{good(processing), good(R"([{"note":"Tracking number: T12"},{"note":"T1-2"}])"), good("{}"), good("{}")}};
  CHECK(shop.tell(woocommerce_shop).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7", "GET /7/notes", "POST /7/notes", "PUT /7"});
}

TEST_CASE("shops: fulfilment: squarespace: each parcel is a shipment of its own, the first one too") {
  ScriptedShop shop{{good(pending), good("")}};
  CHECK(shop.tell(squarespace_shop, first_of_two).outcome == Outcome::succeeded);
  CHECK(shop.asked == std::vector<std::string>{"GET /7", "POST /7/fulfillments"});
}

TEST_CASE("shops: fulfilment: woocommerce: after an open end only what is missing is written") {
  ScriptedShop noted{{good(processing), good(R"([{"note":"Tracking number: T1"}])"), good("{}")}};
  CHECK(noted.tell(woocommerce_shop).outcome == Outcome::succeeded);
  CHECK(noted.asked == std::vector<std::string>{"GET /7", "GET /7/notes", "PUT /7"});
  ScriptedShop all{{good(R"({"id":7,"status":"completed"})"), good(R"([{"note":"Tracking number: T1"}])")}};
  CHECK(all.tell(woocommerce_shop).outcome == Outcome::succeeded);
  CHECK(all.asked == std::vector<std::string>{"GET /7", "GET /7/notes"});
}

}  // namespace layerline::shops
