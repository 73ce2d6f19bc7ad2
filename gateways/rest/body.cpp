#include "gateways/rest/body.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <cmath>
#include <deque>

#include "domain/planning/facts.hpp"

namespace layerline::rest {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

struct Parsed {
  simdjson::dom::parser parser;
  object root;
  std::deque<object> nested;   // that were handed out
};

Parsed& of_this_thread() {
  thread_local Parsed parsed;
  return parsed;
}

std::optional<element> field(const void* root, std::string_view name) {
  element found;
  if (static_cast<const object*>(root)->at_key(name).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return found;
}

// A whole number, which JSON may write as 2.0 as well; nothing if it is none, or does not fit.
std::optional<std::int64_t> whole(const element& value) {
  constexpr double too_large = 9'223'372'036'854'775'808.0;
  std::int64_t integer = 0;
  double number = 0;
  if (value.get(integer) == simdjson::SUCCESS) return integer;
  if (value.get(number) != simdjson::SUCCESS || number != std::trunc(number)) return std::nullopt;
  if (number < -too_large || number >= too_large) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

// Of an amount; that none is named is fine.
bool has_odd_currency(const object& money) {
  const auto currency = field(&money, "currency");
  return currency && !currency->is_string();
}

constexpr double grams_max = 1e9;
constexpr double scaled_max = 1e9;

}  // namespace

std::expected<Body, http::Response> Body::parse(const http::Request& request) {
  Parsed& parsed = of_this_thread();
  parsed.nested.clear();
  static const simdjson::padded_string empty = simdjson::padded_string("{}", 2);
  const std::string& body = request.body();
  element root;
  const auto error =
      body.empty() ? parsed.parser.parse(empty).get(root)
                   : parsed.parser.parse(body.data(), body.size(), body.capacity() < body.size() + simdjson::SIMDJSON_PADDING).get(root);
  if (error == simdjson::NUMBER_ERROR)   // it may be well-formed all the same
    return std::unexpected(http::problem(422, "number-out-of-range", "A number of the body does not fit into 64 bits."));
  if (error != simdjson::SUCCESS) return std::unexpected(http::problem(400, "malformed-json", "The body is not valid JSON."));
  if (root.get(parsed.root) != simdjson::SUCCESS)
    return std::unexpected(http::problem(400, "malformed-json", "The body must be a JSON object."));
  return Body(&parsed.root);
}

bool Body::has(std::string_view name) const { return field(object_, name).has_value(); }

bool Body::is_null(std::string_view name) const {
  element found;
  return static_cast<const object*>(object_)->at_key(name).get(found) == simdjson::SUCCESS && found.is_null();
}

void Body::wrong(std::string_view name, std::string_view wanted) {
  if (error_.empty()) error_ = fmt::format("The field \"{}\" must be {}.", name, wanted);
}

std::string Body::text(std::string_view name) {
  const auto found = field(object_, name);
  if (!found) return "";
  std::string_view value;
  if (found->get(value) != simdjson::SUCCESS) wrong(name, "text");
  return std::string(value);
}

std::string Body::text(std::string_view name, std::string_view other_name) {
  std::string other = text(other_name);
  return has(name) ? text(name) : std::move(other);
}

std::int64_t Body::integer(std::string_view name, std::int64_t fallback) {
  const auto found = field(object_, name);
  if (!found) return fallback;
  const auto value = whole(*found);
  if (!value) wrong(name, "a whole number");
  return value.value_or(fallback);
}

std::int64_t Body::integer(std::string_view name, std::string_view other_name, std::int64_t fallback) {
  return integer(name, integer(other_name, fallback));
}

bool Body::flag(std::string_view name, bool fallback) {
  const auto found = field(object_, name);
  if (!found) return fallback;
  bool value = fallback;
  if (found->get(value) != simdjson::SUCCESS) wrong(name, "true or false");
  return value;
}

std::optional<Time> Body::day(std::string_view name) {
  if (!has(name)) return std::nullopt;
  const auto parsed = planning::parse_day(text(name));
  if (parsed) return Time{std::chrono::duration_cast<std::chrono::milliseconds>(parsed->time_since_epoch()).count()};
  wrong(name, "a day, such as 2026-02-01");
  return std::nullopt;
}

std::optional<Mass> Body::mass() {
  const std::optional<Mass> in_grams = grams("grams");
  if (!has("milligrams") && !has("quantity_mg")) return in_grams;
  return Mass{integer("milligrams", "quantity_mg", 0)};
}

std::optional<Mass> Body::mass(const std::string& name) {
  const std::optional<Mass> in_grams = grams(name + "_grams");
  return has(name + "_mg") ? Mass{integer(name + "_mg", 0)} : in_grams;
}

std::optional<Mass> Body::grams(std::string_view name) {
  const auto found = field(object_, name);
  if (!found) return std::nullopt;
  double grams = 0;
  if (found->get(grams) != simdjson::SUCCESS || !(std::abs(grams) <= grams_max)) {
    wrong(name, "a number of grams");
    return std::nullopt;
  }
  return Mass{std::llround(grams * 1000)};
}

std::optional<std::int64_t> Body::amount(std::string_view name) {
  const auto found = field(object_, name);
  if (!found) return std::nullopt;
  object money;
  auto value = whole(*found);
  if (!value && found->get(money) == simdjson::SUCCESS && !has_odd_currency(money)) {
    const auto amount = field(&money, "amount");
    value = amount ? whole(*amount) : std::nullopt;
  }
  if (!value) wrong(name, "an amount in minor units");
  return value;
}

std::optional<std::int64_t> Body::scaled(std::string_view name, std::int64_t parts) {
  const auto found = field(object_, name);
  if (!found) return std::nullopt;
  double number = 0;
  if (found->get(number) != simdjson::SUCCESS || !(std::abs(number) <= scaled_max)) {
    wrong(name, "a number");
    return std::nullopt;
  }
  const double exact = number * static_cast<double>(parts);
  return std::llround(exact < 0 ? std::floor(exact) : exact);   // what is below 0 stays below it, however little
}

std::optional<Body> Body::object_of(std::string_view name) {
  const auto found = field(object_, name);
  if (!found) return std::nullopt;
  object value;
  if (found->get(value) == simdjson::SUCCESS) return Body(&of_this_thread().nested.emplace_back(value));
  wrong(name, "an object");
  return std::nullopt;
}

std::vector<Body> Body::objects(std::string_view name) {
  std::vector<Body> out;
  const auto found = field(object_, name);
  simdjson::dom::array items;
  if (!found) return out;
  if (found->get(items) != simdjson::SUCCESS) {
    wrong(name, "a list");
    return out;
  }
  std::deque<object>& nested = of_this_thread().nested;
  for (const element item : items) {
    object value;
    if (item.get(value) == simdjson::SUCCESS) out.push_back(Body(&nested.emplace_back(value)));
    else wrong(name, "a list of objects");
  }
  return out;
}

std::vector<std::string> Body::texts(std::string_view name) {
  std::vector<std::string> out;
  const auto found = field(object_, name);
  simdjson::dom::array items;
  if (!found) return out;
  if (found->get(items) != simdjson::SUCCESS) {
    wrong(name, "a list");
    return out;
  }
  for (const element item : items) {
    std::string_view value;
    if (item.get(value) == simdjson::SUCCESS) out.emplace_back(value);
    else wrong(name, "a list of texts");
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Body::members(std::string_view name) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto found = field(object_, name);
  object values;
  if (!found) return out;
  if (found->get(values) != simdjson::SUCCESS) {
    wrong(name, "an object");
    return out;
  }
  for (const auto& [key, member] : values) {
    std::string_view value;
    if (member.get(value) == simdjson::SUCCESS) out.emplace_back(key, value);
    else wrong(name, "an object of texts");
  }
  return out;
}

std::optional<http::Response> Body::error() const {
  if (error_.empty()) return std::nullopt;
  return http::problem(400, "malformed-field", error_);
}

}  // namespace layerline::rest
