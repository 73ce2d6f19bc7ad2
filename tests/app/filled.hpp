// Every command with every field filled, each with another value.
#pragma once

#include <boost/pfr/core.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "infra/app/business.hpp"

namespace layerline::app {

class Filler {
 public:
  explicit Filler(std::int64_t seed) : next_(seed) {}

  void fill(bool& value) { value = true; }
  void fill(std::string& value) {
    value = "text " + std::to_string(next_++);
    value.append(static_cast<std::size_t>(next_ % 3) * 70, '\0');
  }
  template <class Tag>
  void fill(Id<Tag>& value) {
    value = Id<Tag>("id " + std::to_string(next_++));
  }
  template <class T>
  void fill(std::vector<T>& value) {
    value.resize(2 + static_cast<std::size_t>(next_ % 2));
    for (T& item : value) fill(item);
  }
  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class First, class Second>
  void fill(std::pair<First, Second>& value) {
    fill(value.first);
    fill(value.second);
  }
  template <class... T>
  void fill(std::variant<T...>& value) {
    value.template emplace<sizeof...(T) - 1>();
    std::visit([this](auto& alternative) { this->fill(alternative); }, value);
  }
  template <class T>
  void fill(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(1);
    } else if constexpr (std::is_integral_v<T>) {
      // One after the other: small, large and, where it can be, negative.
      value = static_cast<T>(next_ % 3 == 0 ? next_ : next_ % 3 == 1 ? -next_ * 1'000'003 : next_ << 20);
      ++next_;
    } else {
      boost::pfr::for_each_field(value, [this](auto& field) { this->fill(field); });
    }
  }

 private:
  std::int64_t next_;
};

template <std::size_t... index>
std::vector<Command> every_command(bool filled, std::index_sequence<index...>) {
  std::vector<Command> commands;
  const auto add = [&]<std::size_t i>() {
    std::variant_alternative_t<i, Command> command{};
    if (filled) Filler(static_cast<std::int64_t>(i) * 100 + 1).fill(command);
    commands.emplace_back(std::in_place_index<i>, std::move(command));
  };
  (add.template operator()<index>(), ...);
  return commands;
}

inline std::vector<Command> every_command(bool filled) {
  return every_command(filled, std::make_index_sequence<std::variant_size_v<Command>>());
}

// Field by field, because commands have no operator==.
template <class T>
bool same(const T& a, const T& b);
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  bool all = a.size() == b.size();
  for (std::size_t i = 0; all && i < a.size(); ++i) all = same(a[i], b[i]);
  return all;
}
template <class... T>
bool same(const std::variant<T...>& a, const std::variant<T...>& b) {
  return a.index() == b.index() &&
         std::visit([&b](const auto& alternative) { return same(alternative, std::get<std::decay_t<decltype(alternative)>>(b)); }, a);
}
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (requires { { a == b } -> std::convertible_to<bool>; }) {
    return a == b;
  } else {
    bool all = true;
    const auto others = boost::pfr::structure_tie(b);
    boost::pfr::for_each_field(a, [&]<class Field, class Index>(const Field& field, Index) {
      all = all && same(field, std::get<Index::value>(others));
    });
    return all;
  }
}

}  // namespace layerline::app
