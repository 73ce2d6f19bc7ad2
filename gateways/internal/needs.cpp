#include "gateways/internal/needs.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "domain/kernel/scrap.hpp"
#include "domain/production/work_step.hpp"
#include "projections/planning.hpp"
#include "projections/products.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using production::Expected;
using production::Work;
using store::Json;

std::span<const Json> list_of(const Json& json, std::string_view name) {
  const Json* list = json.find(name);
  return list == nullptr || list->array() == nullptr ? std::span<const Json>() : std::span<const Json>(*list->array());
}

std::optional<Json> product_of(const p::Queries& queries, const p::Scope& all, std::string_view id) {
  const auto found = p::products::find(queries, all, id);
  return found ? Json::parse(found->json) : std::nullopt;
}

// A print of the product's usual file, if it has one.
std::optional<Work> print_of(const Json& product, std::int64_t pieces) {
  const auto files = list_of(product, "files");
  if (files.empty()) return std::nullopt;
  const auto usual = std::ranges::find_if(files, [](const Json& file) { return file.text("profile") == "default"; });
  const Json& file = usual == files.end() ? files.front() : *usual;
  Work print;
  print.pieces = prints_of(pieces, file);
  print.print_ms = file.integer("print_time_ms");
  read_facts(file.find("facts"), print);
  return print;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, [](unsigned char c) { return std::tolower(c); }, [](unsigned char c) { return std::tolower(c); });
}

// As production orders get them (domain/production/work_step.cpp); nullopt: it says nothing of them.
std::optional<std::vector<std::string>> said_steps(const p::Queries& queries, const p::Scope& all, const Json& product) {
  if (const Json* said = product.find("work_steps"); said != nullptr && said->array() != nullptr) {
    std::vector<std::string> steps;
    for (const Json& step : *said->array()) steps.emplace_back(step.text());
    return steps;
  }
  const Json* options = product.find("options");
  if (options == nullptr || options->object() == nullptr) return std::nullopt;
  for (const store::Member& option : *options->object()) {
    if (!same_word(option.name, "finish")) continue;
    const auto rules = p::planning::after_printing(queries, all);
    if (!rules) return std::nullopt;
    const auto is_named = [&](const std::string& name) { return same_word(name, option.value.text()); };
    const auto finish = std::ranges::find_if(rules->finishes, is_named);
    if (finish != rules->finishes.end()) return production::steps_of(*finish);
  }
  return std::nullopt;
}

std::vector<std::string> steps_of(const p::Queries& queries, const p::Scope& all, const Json& product) {
  auto said = said_steps(queries, all, product);
  if (said || product.text("parent_id").empty()) return said.value_or(std::vector<std::string>{});
  const auto parent = product_of(queries, all, product.text("parent_id"));
  return parent ? said_steps(queries, all, *parent).value_or(std::vector<std::string>{}) : std::vector<std::string>{};
}

}  // namespace

void add_needs(const p::Queries& queries, const p::Scope& all, const Json& product, std::int64_t quantity, Needs& needs) {
  if (product.text("kind") == "material") {
    needs.bought[std::string(product.text("id"))] += quantity;
    return;
  }
  const std::int64_t missing = quantity - std::min(quantity, std::max<std::int64_t>(0, product.integer("available")));
  if (missing == 0) return;
  Made made{print_of(product, missing), {}, steps_of(queries, all, product), missing};
  bool has_parts = false;
  for (const Json& line : list_of(product, "bom")) {
    const std::int64_t scrap_ppm = line.integer("scrap_ppm");
    if (const std::string material(line.text("material")); !material.empty())
      made.materials[material] += with_scrap(missing * line.integer("mg_per_unit"), scrap_ppm);
    if (line.text("component_id").empty()) continue;
    has_parts = true;
    const auto part = product_of(queries, all, line.text("component_id"));
    if (part) add_needs(queries, all, *part, with_scrap(missing * line.integer("quantity"), scrap_ppm), needs);
    else needs.unknown = true;
  }
  if (!made.print && !has_parts) needs.unknown = true;
  needs.made.push_back(std::move(made));
}

namespace {

std::optional<Time> later(std::optional<Time> one, std::optional<Time> other) {
  return one && other ? std::optional(std::max(*one, *other)) : std::nullopt;
}

// Of what is asked for several times, each gets what those before it leave.
class Arrivals {
 public:
  Arrivals(const p::Queries& queries, const p::Scope& all, const Outlook& outlook) : queries_(queries), all_(all), outlook_(outlook) {}

  std::expected<std::optional<Time>, p::QueryError> of_all(const std::string& kind, const std::map<std::string, std::int64_t>& quantities) {
    std::optional<Time> last = outlook_.now();
    for (const auto& [id, quantity] : quantities) {
      const std::string item = kind + id;
      std::int64_t& asked = asked_[item];
      asked += quantity;
      const auto there = outlook_.awaited().of_more(queries_, all_, item, asked, outlook_.now());
      if (!there) return std::unexpected(there.error());
      last = later(last, *there);
    }
    return last;
  }

 private:
  const p::Queries& queries_;
  const p::Scope& all_;
  const Outlook& outlook_;
  std::map<std::string, std::int64_t> asked_;
};

}  // namespace

Readiness when_there(const p::Queries& queries, const p::Scope& all, std::span<const Needs> wanted, const Outlook& outlook) {
  Arrivals arrivals(queries, all, outlook);
  std::vector<std::optional<Time>> ready;   // of each: its bought parts, at first
  std::vector<Work> prints;
  for (const Needs& needs : wanted) {
    const auto parts = arrivals.of_all("product/", needs.bought);
    if (!parts) return std::unexpected(parts.error());
    ready.push_back(needs.unknown ? std::nullopt : *parts);
    for (const Made& made : needs.made) {
      const auto material = arrivals.of_all("material/", made.materials);
      if (!material) return std::unexpected(material.error());
      if (!made.print) continue;
      prints.push_back(*made.print);
      prints.back().ready_at = *material;
    }
  }
  const std::vector<Expected> ends = outlook.of_new(prints, Urgency{});
  auto end = ends.begin();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (const Made& made : wanted[i].made) {
      const std::optional<Time> printed = made.print ? (end++)->at : std::optional(outlook.now());
      const Duration work = outlook.work_of(made.steps, made.pieces);
      ready[i] = later(ready[i], printed.transform([&](Time at) { return at + work; }));
    }
  return ready;
}

}  // namespace layerline::internal
