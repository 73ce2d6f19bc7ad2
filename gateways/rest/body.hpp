// The JSON body of a request, read field by field. A body that is not an object of such fields is a 400 with the reason.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/types.hpp"
#include "infra/http/message.hpp"

namespace layerline::rest {

class Body {
 public:
  // An empty body reads as an empty object. The view lives until the next parse on this thread.
  [[nodiscard]] static std::expected<Body, http::Response> parse(const http::Request& request);

  [[nodiscard]] bool has(std::string_view name) const;
  // It is there, and says null; then it is nothing that the body `has`.
  [[nodiscard]] bool is_null(std::string_view name) const;
  // Empty or the fallback if it is not there; another type than asked for is remembered in error().
  // Of two names the first that is there counts, and the other one is no less to be of its type.
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string_view other_name);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::string_view other_name, std::int64_t fallback);
  [[nodiscard]] bool flag(std::string_view name, bool fallback);
  // The start of a day that is written as "2026-02-01"; nothing if it is not there.
  [[nodiscard]] std::optional<Time> day(std::string_view name);
  // "milligrams" (or "quantity_mg") as an integer, else "grams" as a number of grams; of a name "<name>_mg" and "<name>_grams". The first
  // that is there counts.
  [[nodiscard]] std::optional<Mass> mass();
  [[nodiscard]] std::optional<Mass> mass(const std::string& name);
  // {"amount": 1250, "currency": "USD"} or a bare integer, in minor units.
  [[nodiscard]] std::optional<std::int64_t> amount(std::string_view name);

  // A number, in so small parts of it: hours by 3'600'000 are milliseconds.
  [[nodiscard]] std::optional<std::int64_t> scaled(std::string_view name, std::int64_t parts);

  // An object; nothing if it is not there.
  [[nodiscard]] std::optional<Body> object_of(std::string_view name);
  // A list of objects, of texts, and the members of an object whose values are texts. Nothing if it is not there.
  [[nodiscard]] std::vector<Body> objects(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> members(std::string_view name);
  // What was wrong in one of its objects.
  void blame(const Body& nested) {
    if (error_.empty()) error_ = nested.error_;
  }

  // The first field of a wrong type as a 400; to be asked after all fields were read.
  [[nodiscard]] std::optional<http::Response> error() const;

 private:
  std::optional<Mass> grams(std::string_view name);
  explicit Body(const void* object) : object_(object) {}
  void wrong(std::string_view name, std::string_view wanted);

  const void* object_;        // simdjson's, owned by the thread's parser
  std::string error_;
};

}  // namespace layerline::rest
