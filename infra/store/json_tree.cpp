#include "infra/store/json_tree.hpp"

#include <cassert>

#include <fmt/format.h>
#include <simdjson.h>

#include "infra/json/writer.hpp"
#include "infra/store/limits.hpp"

namespace layerline::store {
namespace {

namespace ondemand = simdjson::ondemand;

bool read(ondemand::value from, Json& into, std::size_t depth);

bool read_number(ondemand::value from, Json& into) {
  std::int64_t integer = 0;
  std::string_view token = from.raw_json_token();
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  if (from.get_int64().get(integer) == simdjson::SUCCESS) {
    into = Json(integer);
    return true;
  }
  double number = 0;   // only to have it checked
  if (from.get_double().get(number) != simdjson::SUCCESS) return false;
  into = Json(Decimal{std::string(token)});
  return true;
}

bool read_array(ondemand::array from, Json& into, std::size_t depth) {
  Json::Array items;
  for (auto item : from) {
    ondemand::value value;
    if (item.get(value) != simdjson::SUCCESS || !read(value, items.emplace_back(), depth + 1)) return false;
  }
  into = Json(std::move(items));
  return true;
}

bool read_object(ondemand::object from, Json& into, std::size_t depth) {
  Json::Object members;
  for (auto field : from) {
    std::string_view name;
    ondemand::value value;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
    Member& member = members.emplace_back(Member{std::string(name), {}});
    if (field.value().get(value) != simdjson::SUCCESS || !read(value, member.value, depth + 1)) return false;
  }
  into = Json(std::move(members));
  return true;
}

bool read(ondemand::value from, Json& into, std::size_t depth) {
  if (depth > json_depth_max) return false;
  ondemand::json_type type{};
  if (from.type().get(type) != simdjson::SUCCESS) return false;
  switch (type) {
    case ondemand::json_type::null: into = Json(); return from.is_null();
    case ondemand::json_type::number: return read_number(from, into);
    case ondemand::json_type::boolean: {
      bool flag = false;
      if (from.get_bool().get(flag) != simdjson::SUCCESS) return false;
      into = Json(flag);
      return true;
    }
    case ondemand::json_type::string: {
      std::string_view text;
      if (from.get_string().get(text) != simdjson::SUCCESS) return false;
      into = Json(text);
      return true;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      return from.get_array().get(array) == simdjson::SUCCESS && read_array(array, into, depth);
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      return from.get_object().get(object) == simdjson::SUCCESS && read_object(object, into, depth);
    }
  }
  return false;
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

Decimal decimal(std::int64_t units, int places) {
  assert(places >= 0 && places <= 18);
  std::string digits = std::to_string(units < 0 ? -units : units);
  if (places > 0) {
    const auto wanted = static_cast<std::size_t>(places) + 1;
    if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  if (units < 0) digits.insert(0, "-");
  return {digits};
}

Json::Json() noexcept = default;
Json::~Json() = default;
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::Json(bool flag) : value_(flag) {}
Json::Json(std::int64_t number) : value_(number) {}
Json::Json(Decimal number) : value_(std::move(number)) {}
Json::Json(std::string text) : value_(std::move(text)) {}
Json::Json(Array items) : value_(std::move(items)) {}
Json::Json(Object members) : value_(std::move(members)) {}
Json::Json(std::initializer_list<Pair> pairs) {
  Object& members = value_.emplace<Object>();
  members.reserve(pairs.size());
  for (const Pair& pair : pairs) members.push_back({std::string(pair.name), std::move(pair.value)});
}

bool Json::is_null() const { return std::holds_alternative<std::monostate>(value_); }
const Json::Array* Json::array() const { return std::get_if<Array>(&value_); }
const Json::Object* Json::object() const { return std::get_if<Object>(&value_); }

const Json* Json::find(std::string_view name) const {
  if (const Object* members = object())
    for (const Member& member : *members)
      if (member.name == name) return &member.value;
  return nullptr;
}
Json* Json::find(std::string_view name) { return const_cast<Json*>(std::as_const(*this).find(name)); }

Json& Json::operator[](std::string_view name) {
  if (Json* found = find(name)) return *found;
  if (object() == nullptr) value_ = Object{};
  return std::get<Object>(value_).emplace_back(Member{std::string(name), {}}).value;
}

void Json::erase(std::string_view name) {
  if (Object* members = std::get_if<Object>(&value_)) std::erase_if(*members, [&](const Member& member) { return member.name == name; });
}

Json::Array& Json::items() {
  if (array() == nullptr) value_ = Array{};
  return std::get<Array>(value_);
}
Json& Json::push_back(Json item) { return items().emplace_back(std::move(item)); }

std::string_view Json::text() const {
  const std::string* text = std::get_if<std::string>(&value_);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}
std::int64_t Json::integer() const {
  const std::int64_t* number = std::get_if<std::int64_t>(&value_);
  return number == nullptr ? 0 : *number;
}
std::string_view Json::text(std::string_view name) const {
  const Json* member = find(name);
  return member == nullptr ? std::string_view() : member->text();
}
std::int64_t Json::integer(std::string_view name) const {
  const Json* member = find(name);
  return member == nullptr ? 0 : member->integer();
}
bool Json::flag(std::string_view name) const {
  const Json* member = find(name);
  const bool* flag = member == nullptr ? nullptr : std::get_if<bool>(&member->value_);
  return flag != nullptr && *flag;
}

void Json::write(std::string& out) const {
  std::visit(Overloaded{
                 [&](std::monostate) { out += "null"; },
                 [&](bool flag) { out += flag ? "true" : "false"; },
                 [&](std::int64_t number) {
                   const fmt::format_int digits(number);
                   out.append(digits.data(), digits.size());
                 },
                 [&](const Decimal& number) { out += number.digits.empty() ? "0" : number.digits; },
                 [&](const std::string& text) { json::append_string(out, text); },
                 [&](const Array& items) {
                   out += '[';
                   for (const Json& item : items) {
                     if (&item != items.data()) out += ',';
                     item.write(out);
                   }
                   out += ']';
                 },
                 [&](const Object& members) {
                   out += '{';
                   for (const Member& member : members) {
                     if (&member != members.data()) out += ',';
                     json::append_string(out, member.name);
                     out += ':';
                     member.value.write(out);
                   }
                   out += '}';
                 },
             },
             value_);
}

std::string Json::str() const {
  std::string out;
  write(out);
  return out;
}

std::optional<Json> Json::parse(std::string_view text) {
  thread_local ondemand::parser parser;
  thread_local std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(text);
  ondemand::document document;
  if (parser.iterate(padded.data(), padded.size(), padded.capacity()).get(document) != simdjson::SUCCESS) return std::nullopt;
  ondemand::value root;
  Json tree;
  // Every document of ours is an object or an array; on-demand reads a lone scalar by another way.
  if (document.get_value().get(root) != simdjson::SUCCESS || !read(root, tree, 0)) return std::nullopt;
  return tree;
}

}  // namespace layerline::store
