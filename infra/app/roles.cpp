#include "infra/app/roles.hpp"

#include <array>

namespace layerline::app {
namespace {

constexpr std::array every = {Role::gateway, Role::owner, Role::projector, Role::slicer, Role::payments, Role::printer, Role::notifier,
                              Role::shops,   Role::publisher};

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::gateway: return "gateway";
    case Role::owner: return "owner";
    case Role::projector: return "projector";
    case Role::slicer: return "slicer";
    case Role::payments: return "payments";
    case Role::printer: return "printer";
    case Role::notifier: return "notifier";
    case Role::shops: return "shops";
    case Role::publisher: return "publisher";
  }
  return "";
}

Roles Roles::all() {
  Roles roles;
  for (const Role role : every) roles.bits_ |= 1U << static_cast<unsigned>(role);
  return roles;
}

std::expected<Roles, std::string> Roles::parse(std::string_view text) {
  Roles roles;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    const std::uint32_t before = roles.bits_;
    if (word == "all") roles.bits_ |= all().bits_;
    for (const Role role : every)
      if (word == name(role)) roles.bits_ |= 1U << static_cast<unsigned>(role);
    if (roles.bits_ == before && word != "all") {
      std::string words;
      for (const Role role : every) words.append(words.empty() ? "" : ", ").append(name(role));
      return std::unexpected("\"" + std::string(word) + "\" is no role, or is named twice; there are " + words + " and all");
    }
    if (comma == std::string_view::npos) return roles;
    text.remove_prefix(comma + 1);
  }
}

bool Roles::any_worker() const {
  return has(Role::slicer) || has(Role::payments) || has(Role::printer) || has(Role::notifier) || has(Role::shops);
}

std::vector<std::string> Roles::names() const {
  std::vector<std::string> out;
  for (const Role role : every)
    if (has(role)) out.emplace_back(name(role));
  return out;
}

}  // namespace layerline::app
