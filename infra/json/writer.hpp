// Writes JSON text in one pass, without a tree: the caller opens, names and closes. Reading is simdjson's business.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::json {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so the result is always valid JSON.
void append_string(std::string& out, std::string_view text);

// Appends to a string that the caller owns. Commas are set by the writer; closing what was not opened is a bug (assertion).
//   Writer(out).begin_object().member("id", id).key("lines").begin_array().value(1).end().end();
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{', '}'); }
  Writer& begin_array() { return open('[', ']'); }
  Writer& end();

  Writer& key(std::string_view name);
  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(bool flag);
  Writer& value(std::signed_integral auto number) { return integer(number); }
  Writer& value(std::unsigned_integral auto number) { return natural(number); }
  Writer& value(double number);           // a number that is not finite is written as null
  Writer& null() { return raw("null"); }
  Writer& raw(std::string_view json);     // a value that is JSON already

  template <class T>
  Writer& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

 private:
  Writer& open(char first, char last);
  Writer& integer(std::int64_t number);
  Writer& natural(std::uint64_t number);
  void separate();

  std::string& out_;
  std::vector<char> closers_;   // what each open level ends with
  bool first_ = true;           // nothing was written in this level yet
  bool after_key_ = false;
};

}  // namespace layerline::json
