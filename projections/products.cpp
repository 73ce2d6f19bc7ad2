#include "projections/products.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "domain/kernel/one_if_untold.hpp"
#include "projections/dispatch.hpp"
#include "projections/document.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"
#include "projections/limits.hpp"

namespace layerline::projections::products {
namespace {

// Lower case, and cut at everything that is neither letter nor digit; bytes above ASCII count as letters. At most so many, the first ones.
std::set<std::string> words_of(std::string_view text, std::size_t words_max = std::numeric_limits<std::size_t>::max()) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (words.size() == words_max) return words;
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || byte >= 0x80) {
      word += static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  if (!word.empty() && words.size() < words_max) words.insert(word);
  return words;
}

// What a product is found by.
std::set<std::string> words_of(const Json& product) {
  std::set<std::string> words = words_of(product.text("name"));
  words.merge(words_of(product.text("sku")));
  words.merge(words_of(product.text("description"), description_words_max));
  return words;
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The list of a product's variants in that order.
std::string variants_by(std::string_view by) { return std::string("variants-by-").append(by); }

Json bom_json(const google::protobuf::RepeatedPtrField<events::BomLine>& lines) {
  Json::Array out;
  for (const events::BomLine& line : lines)
    out.push_back(Json{{"material", text_or_null(line.material())},
                       {"grams_per_unit", grams(line.milligrams_per_unit())},
                       {"mg_per_unit", line.milligrams_per_unit()},
                       {"model", text_or_null(line.model())},
                       {"file", text_or_null(line.file())},
                       {"print_time_hours_per_unit", hours(line.print_ms_per_unit())},
                       {"print_time_ms_per_unit", line.print_ms_per_unit()},
                       {"component_id", text_or_null(line.component())},
                       {"quantity", line.quantity()},
                       {"scrap_ppm", line.scrap_ppm()}});
  return Json(std::move(out));
}

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  std::string currency() {
    const Entry* settings = documents.find("settings", "workshop");
    return settings == nullptr ? "" : std::string(settings->json.text("currency"));
  }
  Entry& changed(const std::string& product) {
    Entry& entry = documents.edit("product", product);
    entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  Json empty_product(const std::string& product, const std::string& sku) {
    return Json{{"id", product}, {"sku", sku}, {"name", Json()}, {"quote_id", Json()}, {"kind", "custom"}, {"category", Json()},
                {"description", Json()}, {"parent_id", Json()}, {"variants", 0}, {"options", Json::Object{}}, {"price", Json()},
                {"price_levels", Json::Array{}}, {"active", true}, {"stocked", false}, {"images", Json::Array{}}, {"material", Json()},
                {"purchase_cost", Json()}, {"work_steps", Json()}, {"unit_cost", Json()}, {"bom", Json::Array{}}, {"bom_version", 0},
                {"boms", Json::Array{}}, {"files", Json::Array{}}, {"on_hand", 0}, {"allocated", 0}, {"available", 0}, {"short", 0},
                {"created_at", iso_time(commit.time_ms)}, {"updated_at", iso_time(commit.time_ms)}};
  }

  void operator()(const events::WorkshopOpened& opened) {
    documents.create("settings", "workshop", commit.time_ms).json["currency"] = opened.currency();
  }
  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::ProductCreated& created) {
    Entry& entry = documents.create("product", created.product(), commit.time_ms);
    entry.version = event.version;
    entry.json = empty_product(created.product(), created.sku());
    entry.json["quote_id"] = text_or_null(created.quote());
    documents.personal(entry, "name", created.name());
    documents.list(entry, "all", "all");
    order(entry, created.sku(), true);
    documents.name(entry, "sku", created.sku());
  }
  void operator()(const events::BomDefined& defined) { changed(defined.product()).json["bom"] = bom_json(defined.lines()); }

  // ---- the catalogue ----

  void store_entry(Entry& entry, const events::ProductEntry& said);
  void count_offer(const Json& product, std::int64_t products);
  void count_category(const Json& product, std::int64_t products);
  void index(const Entry& entry, bool listed);
  void order(const Entry& entry, std::string_view name, bool listed);
  void operator()(const events::ProductDefined& defined) {
    Entry& entry = documents.create("product", defined.product(), commit.time_ms);
    entry.version = event.version;
    entry.json = empty_product(defined.product(), defined.sku());
    store_entry(entry, defined.entry());
    entry.json["unit_cost"] = entry.json["purchase_cost"];
    documents.list(entry, "all", "all");
    documents.list(entry, "catalogue", "all");
    documents.name(entry, "sku", defined.sku());
    index(entry, true);
    count_offer(entry.json, 1);
  }
  void operator()(const events::ProductChanged& change) {
    Entry& entry = changed(change.product());
    index(entry, false);
    count_offer(entry.json, -1);
    store_entry(entry, change.entry());
    index(entry, true);
    count_offer(entry.json, 1);
  }
  void operator()(const events::ProductFileSet& set) {
    Entry& entry = changed(set.product());
    remove_file(entry, set.profile());
    entry.json["files"].push_back(Json{{"profile", set.profile()}, {"blob", set.blob()}, {"facts", facts(set.facts())},
                                       {"grams", grams(set.milligrams())}, {"print_time_ms", set.print_ms()},
                                       {"pieces", one_if_untold(set.pieces())}, {"plate", one_if_untold(set.plate())},
                                       {"set_at", iso_time(commit.time_ms)}});
  }
  void operator()(const events::ProductFileRemoved& removed) { remove_file(changed(removed.product()), removed.profile()); }
  static void remove_file(Entry& entry, std::string_view profile) {
    std::erase_if(entry.json["files"].items(), [&](const Json& file) { return file.text("profile") == profile; });
  }
  void operator()(const events::BomVersionDefined& defined) {
    changed(defined.product())
        .json["boms"]
        .push_back(Json{{"version", defined.version()}, {"active", false}, {"lines", bom_json(defined.lines())},
                        {"defined_at", iso_time(commit.time_ms)}});
  }
  void operator()(const events::BomVersionActivated& activated) {
    Json& json = changed(activated.product()).json;
    json["bom_version"] = activated.version();
    for (Json& bom : json["boms"].items()) {
      const bool active = bom.integer("version") == activated.version();
      bom["active"] = active;
      if (active) json["bom"] = *bom.find("lines");
    }
  }
  void operator()(const events::ProductCostRolled& rolled) {
    changed(rolled.product()).json["unit_cost"] = money(rolled.unit_cost(), currency());
  }

  // ---- finished units ----

  void count(const std::string& product, std::int64_t on_hand, std::int64_t allocated) {
    Json& json = changed(product).json;
    json["on_hand"] = json.integer("on_hand") + on_hand;
    json["allocated"] = json.integer("allocated") + allocated;
    json["available"] = json.integer("on_hand") - json.integer("allocated");
  }
  void operator()(const events::UnitsReceived& e) {
    count(e.product(), e.quantity(), 0);
    Json line{{"by", text_or_null(e.by())}, {"production_order_id", text_or_null(e.production_order())},
              {"reference", text_or_null(e.reference())}, {"places", Json::Array{place(e.location(), e.quantity())}}};
    write_line(e.product(), "received", e.quantity(), std::move(line));
  }
  void operator()(const events::UnitsAllocated& e) { count(e.product(), 0, e.quantity()); }
  void operator()(const events::UnitsReleased& e) { count(e.product(), 0, -e.quantity()); }
  void operator()(const events::UnitsIssued& e) {
    count(e.product(), -e.quantity(), -e.quantity());
    Json line = held_by(e.holder());
    line["places"] = left(e.batches(), e.quantity());
    write_line(e.product(), "issued", -e.quantity(), std::move(line));
  }
  void operator()(const events::UnitsScrapped& e) {
    count(e.product(), -e.quantity(), e.holder().empty() ? 0 : -e.quantity());
    Json line = held_by(e.holder());
    line["places"] = left(e.batches(), e.quantity());
    if (!e.production_order().empty()) line["production_order_id"] = e.production_order();   // the one whose units were bad
    write_line(e.product(), "scrapped", -e.quantity(), std::move(line));
  }
  void operator()(const events::UnitsAdjusted& e) {
    count(e.product(), e.quantity(), 0);
    const bool wherever = e.quantity() < 0 && e.location().empty();
    write_line(e.product(), "adjusted", e.quantity(),
               Json{{"by", text_or_null(e.by())}, {"reason", text_or_null(e.reason())},
                    {"places", wherever ? left(e.batches(), -e.quantity()) : Json::Array{place(e.location(), e.quantity())}}});
  }
  void operator()(const events::UnitsMoved& e) {
    count(e.product(), 0, 0);
    write_line(e.product(), "moved", 0,
               Json{{"by", text_or_null(e.by())}, {"reason", text_or_null(e.reason())},
                    {"places", Json::Array{place(e.from(), -e.quantity()), place(e.to(), e.quantity())}}});
  }
  // How many more lie at a location, or fewer.
  static Json place(const std::string& location, std::int64_t change) {
    return Json{{"location", location.empty() ? "main" : location}, {"change", change}};
  }
  // From where so many left. An event without batches is from when there was one location; of very many not all are named.
  static Json::Array left(const google::protobuf::RepeatedPtrField<events::UnitBatch>& batches, std::int64_t units) {
    if (batches.empty()) return {place("", -units)};
    std::map<std::string, std::int64_t> from;
    for (const events::UnitBatch& batch : batches) {
      from[batch.location()] += batch.units();
      units -= batch.units();
    }
    Json::Array out;
    for (const auto& [location, gone] : from) out.push_back(place(location, -gone));
    if (units > 0) out.push_back(Json{{"location", Json()}, {"change", -units}});
    return out;
  }
  void write_line(const std::string& product, std::string_view what, std::int64_t change, Json said);
  // "<order>/<line>", or the production order that uses them up; empty: nobody held them.
  static Json held_by(std::string_view holder) {
    const std::size_t slash = holder.find('/');
    if (slash == std::string_view::npos) return Json{{"production_order_id", text_or_null(holder)}};
    return Json{{"order_id", holder.substr(0, slash)}, {"line", holder.substr(slash + 1)}};
  }
  // What is waited for, by whom; the document shows the sum.
  void operator()(const events::UnitsShortageNoted& e) {
    Entry* known = documents.find("shortages", e.product());
    Entry& entry = known != nullptr ? *known : documents.create("shortages", e.product(), commit.time_ms);
    entry.json[e.holder()] = e.quantity();
    if (e.quantity() == 0) entry.json.erase(e.holder());
    std::int64_t sum = 0;
    for (const store::Member& holder : *entry.json.object()) sum += holder.value.integer();
    changed(e.product()).json["short"] = sum;
  }

  // ---- what the shops call them ----

  static std::string mapping_id(std::string_view source, std::string_view shop, std::string_view sku) {
    return std::string(source).append("\n").append(shop).append("\n").append(sku);
  }
  void operator()(const events::SkuMapped& mapped) {
    Entry& entry = documents.create("mapping", mapping_id(mapped.source(), mapped.shop(), mapped.sku()), commit.time_ms);
    entry.version = event.version;
    const Entry* product = documents.find("product", mapped.product());
    entry.json = Json{{"source", mapped.source()}, {"shop", mapped.shop()}, {"sku", mapped.sku()}, {"product_id", mapped.product()},
                      {"product_sku", product == nullptr ? Json() : Json(product->json.text("sku"))}, {"by", mapped.by()},
                      {"mapped_at", iso_time(commit.time_ms)}};
    documents.list(entry, "mappings", "all", entry.json.text("source"));
  }
  void operator()(const events::SkuUnmapped& unmapped) {
    Entry& entry = documents.edit("mapping", mapping_id(unmapped.source(), unmapped.shop(), unmapped.sku()));
    documents.unlist(entry, "mappings", "all", entry.json.text("source"));
    documents.erase(entry);
  }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> ||
             OneOf<T, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::TimerSet,
                   events::TimerFired, events::DailyReported, events::UnitsLow> ||
             ModelEvent<T> || QuoteEvent<T> || OrderEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> ||
             PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

// The ledger: one line for each change of what is on hand. Its place is that of the event in the product's stream.
void Fold::write_line(const std::string& product, std::string_view what, std::int64_t change, Json said) {
  const std::string id = fmt::format("{}-{:012}", product, event.version);
  const std::int64_t on_hand = documents.edit("product", product).json.integer("on_hand");
  Entry& line = documents.create("ledger", id, commit.time_ms);
  line.final = true;
  line.version = event.version;
  line.json = Json{{"id", id}, {"product_id", product}, {"event", what}, {"at", iso_time(commit.time_ms)}, {"actor", commit.actor},
                   {"change", change}, {"on_hand", on_hand}, {"by", Json()}, {"reason", Json()}, {"reference", Json()},
                   {"production_order_id", Json()}, {"order_id", Json()}, {"line", Json()}, {"places", Json::Array{}}};
  for (const store::Member& member : *said.object()) line.json[member.name] = member.value;
  documents.list(line, "ledger", product, newest_first(static_cast<std::int64_t>(event.version)));
}

void Fold::store_entry(Entry& entry, const events::ProductEntry& said) {
  const std::string unit = currency();
  Json& json = entry.json;
  json["kind"] = said.kind();
  json["name"] = said.name();
  json["category"] = text_or_null(said.category());
  json["description"] = text_or_null(said.description());
  json["parent_id"] = text_or_null(said.parent());
  json["options"] = Json::Object{};
  for (const events::ProductOption& option : said.options()) json["options"][option.name()] = option.value();
  json["price"] = money(said.price(), unit);
  json["price_levels"] = Json::Array{};
  for (const events::PriceLevel& level : said.price_levels())
    json["price_levels"].push_back(Json{{"from_quantity", level.from_quantity()}, {"unit_price", money(level.unit_price(), unit)}});
  json["active"] = said.active();
  json["stocked"] = said.stocked();
  json["images"] = Json::Array(said.images().begin(), said.images().end());
  json["material"] = text_or_null(said.material());
  json["purchase_cost"] = money(said.purchase_cost(), unit);
  const auto& steps = said.work_steps().names();
  json["work_steps"] = said.has_work_steps() ? Json(Json::Array(steps.begin(), steps.end())) : Json();
  documents.set_status(entry, said.active() ? "active" : "inactive");
}

// Where so many more are on offer: its category, and the product that it is a variant of.
void Fold::count_offer(const Json& product, std::int64_t products) {
  if (!product.flag("active") || product.text("kind") != "standard") return;
  count_category(product, products);
  const std::string_view parent_id = product.text("parent_id");
  Entry* parent = parent_id.empty() ? nullptr : documents.find("product", parent_id);
  if (parent != nullptr) parent->json["variants"] = parent->json.integer("variants") + products;
}

// A category is there as long as a product of it is on offer.
void Fold::count_category(const Json& product, std::int64_t products) {
  const std::string_view name = product.text("category");
  if (name.empty()) return;
  Entry* known = documents.find("category", name);
  Entry& category = known != nullptr ? *known : documents.create("category", name, commit.time_ms);
  const std::int64_t count = category.json.integer("products") + products;
  category.json = Json{{"name", name}, {"products", count}};
  const std::string place = in_lower_case(name) + '\0';
  if (count > 0) {
    documents.list(category, "categories", "all", place);
  } else {
    documents.unlist(category, "categories", "all", place);
    documents.erase(category);
  }
}

// Under its category, the product that it is a variant of, and every word that it can be searched by.
void Fold::index(const Entry& entry, bool listed) {
  const auto put = [&](std::string_view list, std::string_view value) {
    if (listed) documents.list(entry, list, value);
    else documents.unlist(entry, list, value);
  };
  if (!entry.json.text("category").empty()) put("category", entry.json.text("category"));
  if (!entry.json.text("parent_id").empty()) put("variants", entry.json.text("parent_id"));
  for (const std::string& word : words_of(entry.json)) put("word", word);
  order(entry, entry.json.text("name"), listed);
}

// In the lists that are not in the order of time. The key outlives an erasure: nothing personal may be in it.
void Fold::order(const Entry& entry, std::string_view name, bool listed) {
  const std::string parent(entry.json.text("parent_id"));
  const auto put_into = [&](std::string_view list, std::string_view value, const std::string& place) {
    if (listed) documents.list(entry, list, value, place);
    else documents.unlist(entry, list, value, place);
  };
  const auto put = [&](std::string_view by, std::string place) {
    place += '\0';   // so that "box" comes before "box, large"
    put_into("by", by, place);
    if (!parent.empty()) put_into(variants_by(by), parent, place);
  };
  const Json* price = entry.json.find("price");
  put("name", in_lower_case(name));
  put("sku", in_lower_case(entry.json.text("sku")));
  put("price", fmt::format("{:016x}", std::max<std::int64_t>(0, price == nullptr ? 0 : price->integer("amount"))));
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

// What the index that is read does not say.
bool belongs(const Document& document, std::string_view category, const std::set<std::string>& words) {
  const auto json = Json::parse(document.json);
  if (!json || (!category.empty() && json->text("category") != category)) return false;
  return std::ranges::includes(words_of(*json), words);
}

// Of a product by its id or its SKU; of one that is not there, what was said.
std::expected<std::string, QueryError> id_of(const Queries& queries, const Scope& scope, std::string_view product) {
  const auto named = queries.named(view.name, scope, "sku", product);
  if (!named && named.error() == QueryError::damaged) return std::unexpected(named.error());
  const auto json = named ? Json::parse(named->json) : std::nullopt;
  return std::string(json ? json->text("id") : product);
}

}  // namespace

const View view{.name = "products", .version = 7, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view product) {
  return queries.get(view.name, scope, "product", product);
}
std::expected<Document, QueryError> find_by_sku(const Queries& queries, const Scope& scope, std::string_view sku) {
  return queries.named(view.name, scope, "sku", sku);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const Filter& filter, std::string_view by,
                                     const PageRequest& request) {
  const std::set<std::string> words = words_of(filter.search);
  const auto parent = filter.parent.empty() ? std::string() : id_of(queries, scope, filter.parent);
  if (!parent) return std::unexpected(parent.error());
  Listing read{"all", "all"};
  if (!parent->empty()) read = {by.empty() ? "variants" : variants_by(by), *parent};
  else if (!by.empty()) read = {"by", std::string(by)};
  else if (!words.empty()) read = {"word", *std::ranges::max_element(words, {}, std::ranges::size)};   // the longer, the rarer
  else if (!filter.category.empty()) read = {"category", std::string(filter.category)};
  Queries::Keep keep;
  if (!words.empty() || (!filter.category.empty() && read.list != "category"))
    keep = [&](const Document& document) { return belongs(document, filter.category, words); };
  return queries.list(view.name, scope, read.list, read.value, filter.status, request, keep);
}
std::expected<Page, QueryError> ledger(const Queries& queries, const Scope& scope, std::string_view product, const PageRequest& request) {
  const auto id = id_of(queries, scope, product);
  if (!id) return std::unexpected(id.error());
  return queries.list(view.name, scope, "ledger", *id, "", request);
}
std::expected<Page, QueryError> categories(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "categories", "all", "", request);
}
std::expected<Page, QueryError> mappings(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "mappings", "all", "", request);
}

}  // namespace layerline::projections::products
