#include "infra/app/wire.hpp"

#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

namespace layerline::app::wire {
namespace {

namespace pfr = boost::pfr;

constexpr char format = 1;
constexpr std::size_t header_bytes = 1 + sizeof(std::uint64_t);

template <class T>
constexpr bool is_id = false;
template <class Tag>
constexpr bool is_id<Id<Tag>> = true;
template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
constexpr bool is_pair = false;
template <class First, class Second>
constexpr bool is_pair<std::pair<First, Second>> = true;
template <class T>
constexpr bool is_variant = false;
template <class... Alternatives>
constexpr bool is_variant<std::variant<Alternatives...>> = true;

// A plain struct of ours, walked field by field. Whatever is none of these does not compile.
template <class T>
concept Struct = std::is_class_v<T> && std::is_aggregate_v<T>;

// ---- names, which only a fingerprint is made of ----

template <class T>
consteval std::string_view name_of_type() {
  const std::string_view text = __PRETTY_FUNCTION__;
  return text.substr(text.find("T = "));
}

template <auto value>
consteval std::string_view name_of_value() {
  const std::string_view text = __PRETTY_FUNCTION__;
  return text.substr(text.find("value = ") + 8);   // "layerline::Refusal::stale]", or "(layerline::Refusal)4]" of what has no name
}

// Enumerators count up from 0.
template <class E, std::size_t from = 0>
consteval std::size_t enumerators() {
  if constexpr (name_of_value<static_cast<E>(from)>().starts_with('(')) {
    return from;
  } else {
    return enumerators<E, from + 1>();
  }
}

constexpr std::uint64_t mixed(std::uint64_t hash, std::string_view text) {   // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return (hash ^ 0xFF) * 0x100000001B3;
}

template <class T>
constexpr std::uint64_t mixed_in(std::uint64_t hash);

template <class E, std::size_t... index>
constexpr std::uint64_t mixed_enumerators(std::uint64_t hash, std::index_sequence<index...>) {
  ((hash = mixed(hash, name_of_value<static_cast<E>(index)>())), ...);
  return hash;
}

template <class T, std::size_t... index>
constexpr std::uint64_t mixed_fields(std::uint64_t hash, std::index_sequence<index...>) {
  ((hash = mixed_in<pfr::tuple_element_t<index, T>>(hash)), ...);
  return hash;
}

template <class... Alternatives>
constexpr std::uint64_t mixed_alternatives(std::uint64_t hash, std::type_identity<std::variant<Alternatives...>>) {
  ((hash = mixed_in<Alternatives>(hash)), ...);
  return hash;
}

// The names and order of all types within T, with the enumerators. Two fields of one struct and type that change places do not show:
// give such a struct a new name.
template <class T>
constexpr std::uint64_t mixed_in(std::uint64_t hash) {
  if constexpr (std::is_enum_v<T>) {
    return mixed_enumerators<T>(mixed(hash, name_of_type<T>()), std::make_index_sequence<enumerators<T>()>());
  } else if constexpr (std::integral<T> || std::same_as<T, std::string> || is_id<T>) {
    return mixed(hash, name_of_type<T>());
  } else if constexpr (is_optional<T> || is_vector<T>) {
    return mixed_in<typename T::value_type>(mixed(hash, is_optional<T> ? "optional" : "vector"));
  } else if constexpr (is_pair<T>) {
    return mixed_in<typename T::second_type>(mixed_in<typename T::first_type>(mixed(hash, "pair")));
  } else if constexpr (is_variant<T>) {
    return mixed_alternatives(mixed(hash, "variant"), std::type_identity<T>());
  } else {
    static_assert(Struct<T>, "a command holds a type that can't be sent: give infra/app/wire.cpp a way to write and read it");
    return mixed_fields<T>(mixed(hash, name_of_type<T>()), std::make_index_sequence<pfr::tuple_size_v<T>>());
  }
}

constexpr std::uint64_t fingerprint = mixed_in<Outcome>(mixed_in<Envelope>(0xCBF29CE484222325));

std::string header() {
  std::string out(1, format);
  for (std::size_t i = 0; i < sizeof(fingerprint); ++i) out += static_cast<char>(fingerprint >> (8 * i) & 0xFF);
  return out;
}

// ---- writing ----

void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

template <class T>
void put(std::string& out, const T& value) {
  if constexpr (std::is_enum_v<T> || std::unsigned_integral<T>) {
    put_number(out, static_cast<std::uint64_t>(value));
  } else if constexpr (std::signed_integral<T>) {   // small numbers of either sign are short
    const auto wide = static_cast<std::int64_t>(value);
    put_number(out, (static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
  } else if constexpr (std::same_as<T, std::string>) {
    put_text(out, value);
  } else if constexpr (is_id<T>) {
    put_text(out, value.str());
  } else if constexpr (is_optional<T>) {
    put(out, value.has_value());
    if (value) put(out, *value);
  } else if constexpr (is_vector<T>) {
    put_number(out, value.size());
    for (const auto& item : value) put(out, item);
  } else if constexpr (is_pair<T>) {
    put(out, value.first);
    put(out, value.second);
  } else if constexpr (is_variant<T>) {
    put_number(out, value.index());
    std::visit([&out](const auto& alternative) { put(out, alternative); }, value);
  } else {
    static_assert(Struct<T>);
    pfr::for_each_field(value, [&out](const auto& field) { put(out, field); });
  }
}

// ---- reading; how deep it goes is bounded by the types, how much it makes by the bytes ----

struct Reader {
  std::string_view rest;
  bool good = true;

  void fail() {
    good = false;
    rest = {};
  }
};

// Only the shortest form of a number is one.
std::uint64_t get_number(Reader& reader) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (reader.rest.empty()) break;
    const auto byte = static_cast<unsigned char>(reader.rest.front());
    reader.rest.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    number |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0) break;
    return number;
  }
  reader.fail();
  return 0;
}

std::uint64_t get_number_up_to(Reader& reader, std::uint64_t most) {
  const std::uint64_t number = get_number(reader);
  if (number <= most) return number;
  reader.fail();
  return 0;
}

std::string_view get_text(Reader& reader) {
  const std::uint64_t size = get_number(reader);
  if (size > reader.rest.size()) reader.fail();
  const std::string_view text = reader.rest.substr(0, reader.good ? size : 0);
  reader.rest.remove_prefix(text.size());
  return text;
}

template <class T>
void get(Reader& reader, T& value);

template <class Variant, std::size_t... index>
void get_alternative(Reader& reader, Variant& value, std::uint64_t chosen, std::index_sequence<index...>) {
  ((chosen == index ? get(reader, value.template emplace<index>()) : void()), ...);
}

template <class T>
void get_items(Reader& reader, std::vector<T>& value) {
  static_assert(!std::is_empty_v<T>, "an item takes at least a byte, so that a count is bounded by what is left");
  value.clear();
  const std::uint64_t count = get_number_up_to(reader, reader.rest.size());
  for (std::uint64_t i = 0; i < count && reader.good; ++i) get(reader, value.emplace_back());
}

template <class T>
void get(Reader& reader, T& value) {
  if constexpr (std::is_enum_v<T>) {
    static_assert(enumerators<T>() > 0);
    value = static_cast<T>(get_number_up_to(reader, enumerators<T>() - 1));
  } else if constexpr (std::unsigned_integral<T>) {   // bool as well
    value = static_cast<T>(get_number_up_to(reader, std::numeric_limits<T>::max()));
  } else if constexpr (std::signed_integral<T>) {
    const std::uint64_t number = get_number(reader);
    const auto wide = static_cast<std::int64_t>((number >> 1) ^ (~(number & 1) + 1));
    if (!std::in_range<T>(wide)) reader.fail();
    value = static_cast<T>(wide);
  } else if constexpr (std::same_as<T, std::string>) {
    value = get_text(reader);
  } else if constexpr (is_id<T>) {
    value = T(std::string(get_text(reader)));
  } else if constexpr (is_optional<T>) {
    value.reset();
    bool present = false;
    get(reader, present);
    if (present) get(reader, value.emplace());
  } else if constexpr (is_vector<T>) {
    get_items(reader, value);
  } else if constexpr (is_pair<T>) {
    get(reader, value.first);
    get(reader, value.second);
  } else if constexpr (is_variant<T>) {
    const std::uint64_t chosen = get_number_up_to(reader, std::variant_size_v<T> - 1);
    if (reader.good) get_alternative(reader, value, chosen, std::make_index_sequence<std::variant_size_v<T>>());
  } else {
    static_assert(Struct<T>);
    pfr::for_each_field(value, [&reader](auto& field) { get(reader, field); });
  }
}

template <class T>
std::string encoded(const T& value) {
  std::string out = header();
  put(out, value);
  return out;
}

template <class T>
std::optional<T> decoded(std::string_view bytes) {
  if (!of_same_build(bytes)) return std::nullopt;
  Reader reader{bytes.substr(header_bytes)};
  std::optional<T> value(std::in_place);
  get(reader, *value);
  if (!reader.good || !reader.rest.empty()) value.reset();
  return value;
}

}  // namespace

std::string encode(const Envelope& envelope) { return encoded(envelope); }
std::string encode(const Outcome& outcome) { return encoded(outcome); }

std::optional<Envelope> decode_envelope(std::string_view bytes) { return decoded<Envelope>(bytes); }
std::optional<Outcome> decode_outcome(std::string_view bytes) { return decoded<Outcome>(bytes); }

bool of_same_build(std::string_view bytes) {
  static const std::string ours = header();
  return bytes.starts_with(ours);
}

void append_part(std::string& body, std::string_view part) { put_text(body, part); }

std::optional<std::vector<std::string_view>> parts_of(std::string_view body, std::size_t most) {
  Reader reader{body};
  std::vector<std::string_view> parts;
  while (!reader.rest.empty()) {
    parts.push_back(get_text(reader));
    if (!reader.good || parts.size() > most) return std::nullopt;
  }
  if (!reader.good) return std::nullopt;
  return parts;
}

}  // namespace layerline::app::wire
