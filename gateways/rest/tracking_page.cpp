#include "gateways/rest/tracking_page.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>

#include "gateways/rest/html.hpp"

namespace layerline::rest {
namespace {

struct Step {
  std::string_view state;
  std::string_view words;
};
constexpr std::array<Step, 11> steps = {{{"OPPORTUNITY", "Model received"},
                                         {"QUOTED", "Quoted"},
                                         {"PAID", "Paid"},
                                         {"QUEUED", "In the queue"},
                                         {"PRINTING", "Printing"},
                                         {"PRINTED", "Printed"},
                                         {"QUALITY_CHECK", "Quality check"},
                                         {"READY_TO_SHIP", "Packed"},
                                         {"SHIPPED", "Shipped"},
                                         {"DELIVERED", "Delivered"},
                                         {"COMPLETE", "Complete"}}};

constexpr std::string_view head =
    R"(<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Your order</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1b2430;background:#f6f7f9}
main{background:#fff;border-radius:12px;padding:2rem;box-shadow:0 1px 4px #0002}
h1{margin:0 0 .2rem;font-size:1.5rem}p{margin:.2rem 0 1.2rem;color:#5a6675}
ol{list-style:none;padding:0;margin:0}li{padding:.45rem 0 .45rem 1.8rem;border-left:3px solid #d9dee5;margin-left:.5rem;
position:relative;color:#8a94a1}
li.done{border-color:#1f8a5b;color:#1b2430}
li::before{content:"";position:absolute;left:-.55rem;top:.9rem;width:.8rem;height:.8rem;border-radius:50%;
background:#d9dee5}
li.done::before{background:#1f8a5b}time{float:right;color:#8a94a1;font-size:.85rem}</style><main>)";

// What is missing of it, and the two ways to go on, until one is chosen.
std::string choice(const simdjson::dom::object& order, std::string_view token) {
  std::int64_t pieces = 0;
  std::string_view answer;
  if (order["shortage"]["pieces"].get(pieces) != simdjson::SUCCESS) return "";
  if (order["shortage"]["answer"].get(answer) == simdjson::SUCCESS)
    return answer == "wait" ? fmt::format("<p>We are making the {} missing.</p>", pieces) : "<p>You get your money back.</p>";
  return fmt::format(R"(<p>{0} of its pieces are no longer on our shelf. We make them, unless you would rather have your money back.</p>
<form method="post"><button formaction="/track/{1}/shortage?answer=wait">I wait</button>
<button formaction="/track/{1}/shortage?answer=refund">I want my money back</button></form>)", pieces, escaped(token));
}

// Each by its number; what lies in it and whether it has arrived matter only where there are several, or one that others follow.
std::string parcels(const simdjson::dom::object& order) {
  simdjson::dom::array all;
  std::int64_t quantity = 0;
  if (order["parcels"].get(all) != simdjson::SUCCESS || order["quantity"].get(quantity) != simdjson::SUCCESS) return "";
  std::string out;
  for (const simdjson::dom::element parcel : all) {
    std::string_view carrier, number, delivered_at;
    std::int64_t pieces = 0;
    if (parcel["carrier"].get(carrier) != simdjson::SUCCESS || parcel["tracking_number"].get(number) != simdjson::SUCCESS ||
        parcel["pieces"].get(pieces) != simdjson::SUCCESS)
      continue;
    out += fmt::format("<p>{} parcel <strong>{}</strong>", escaped(carrier), escaped(number));
    if (pieces < quantity) out += fmt::format(" with {} of {} pieces", pieces, quantity);
    out += parcel["delivered_at"].get(delivered_at) == simdjson::SUCCESS ? ", delivered</p>" : "</p>";
  }
  return out;
}

}  // namespace

std::string tracking_page(std::string_view json, std::string_view token) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::dom::object order;
  if (parser.parse(padded).get(order) != simdjson::SUCCESS) return std::string(head) + "<p>The order can't be shown now.</p></main></html>";
  const auto text = [&](std::string_view name) {
    std::string_view value;
    return order[name].get(value) == simdjson::SUCCESS ? escaped(value) : std::string();
  };
  std::string out(head);
  out += fmt::format("<h1>Order {}</h1><p>Status: <strong>{}</strong></p>", text("order_number"), text("status"));
  out += parcels(order);
  if (const std::string date = text("expected_delivery_date"); !date.empty())
    out += fmt::format("<p>Expected on <strong>{}</strong></p>", date);
  if (!text("waiting_for").empty()) out += "<p>Waiting for material</p>";
  out += choice(order, token) + "<ol>";
  simdjson::dom::array timeline;
  const bool known = order["timeline"].get(timeline) == simdjson::SUCCESS;
  for (const Step& step : steps) {
    std::string_view reached_at;
    if (known)
      for (const auto& line : timeline) {
        std::string_view state;
        if (line["event"].get(state) == simdjson::SUCCESS && state == step.state && line["at"].get(reached_at) != simdjson::SUCCESS)
          reached_at = " ";
      }
    out += reached_at.empty() ? fmt::format("<li>{}</li>", step.words)
                              : fmt::format("<li class=\"done\">{}<time>{}</time></li>", step.words, escaped(reached_at.substr(0, 16)));
  }
  return out + "</ol></main></html>";
}

}  // namespace layerline::rest
