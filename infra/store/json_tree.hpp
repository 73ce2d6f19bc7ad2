// A JSON value that is read, changed in place and written back to the same bytes: members keep their order, numbers their digits.
// Folds use it instead of a library's tree because a number that passes through a double need not come back as the text it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace layerline::store {

class Json;
struct Member;

// A number that is not an integer, as its text: "45.3".
struct Decimal {
  std::string digits;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
// `units` / 10^places without trailing zeros: decimal(45300, 3) is 45.3. places: 0..18.
[[nodiscard]] Decimal decimal(std::int64_t units, int places);

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  Json() noexcept;   // null
  ~Json();
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  Json(bool flag);
  Json(std::int64_t number);
  Json(int number) : Json(std::int64_t{number}) {}
  Json(Decimal number);
  Json(std::string text);
  Json(std::string_view text) : Json(std::string(text)) {}
  Json(const char* text) : Json(std::string(text)) {}
  Json(Array items);
  Json(Object members);
  struct Pair;
  Json(std::initializer_list<Pair> pairs);   // Json{{"id", id}, {"at", time}}

  // The member `name`, made at the end (null) when it is missing; a value that is no object becomes an empty one first.
  Json& operator[](std::string_view name);
  // nullptr: no object, or no such member.
  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] Json* find(std::string_view name);
  void erase(std::string_view name);

  // The items; a value that is no array becomes an empty one first.
  [[nodiscard]] Array& items();
  Json& push_back(Json item);

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] const Array* array() const;
  [[nodiscard]] const Object* object() const;
  // The text or number of it, or of its member; "" and 0 where it is something else.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;

  void write(std::string& out) const;
  [[nodiscard]] std::string str() const;
  // nullopt: not JSON, or deeper than json_depth_max.
  [[nodiscard]] static std::optional<Json> parse(std::string_view text);

 private:
  std::variant<std::monostate, bool, std::int64_t, Decimal, std::string, Array, Object> value_;
};

struct Member {
  std::string name;
  Json value;
};

// A member on its way into a tree: lists of initial values are constant, and copies of whole trees cost.
struct Json::Pair {
  std::string_view name;
  mutable Json value;
};

}  // namespace layerline::store
