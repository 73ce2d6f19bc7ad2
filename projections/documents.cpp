#include "projections/documents.hpp"

#include <cassert>
#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "projections/document.hpp"
#include "projections/limits.hpp"

namespace layerline::projections {
namespace {

// The value under "timeline/3/reason"; missing members are made, missing items are a bug of the fold.
Json* at_path(Json& root, std::string_view path) {
  Json* at = &root;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (at->array() != nullptr) {
      std::size_t index = 0;
      std::from_chars(name.data(), name.data() + name.size(), index);
      if (index >= at->items().size()) return nullptr;
      at = &at->items()[index];
    } else {
      at = &(*at)[name];
    }
  }
  return at;
}

// Keys are put together by hand: with a formatter they were an eighth of a fold.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string out;
  out.reserve(size);
  for (const std::string_view part : parts) out += part;
  return out;
}

std::string document_key(std::string_view kind, std::string_view id) { return joined({"d/", kind, "/", key_part(id)}); }

// `spot`: "<list>/<value>/<order>"
std::string list_key(const Entry& entry, std::string_view spot) {
  return joined({"l/", spot, "/", std::string_view(entry.local).substr(2)});
}

std::string list_key(const Entry& entry, std::string_view list, std::string_view value, std::string_view order) {
  const std::string newest = order.empty() ? newest_first(entry.hidden.integer("created_ms")) : std::string();
  return joined({"l/", list, "/", key_part(value), "/", order.empty() ? newest : order, "/", std::string_view(entry.local).substr(2)});
}

}  // namespace

Documents::Documents(const store::Store& store, std::string keyspace) : store_(store), keyspace_(std::move(keyspace)) {}

void Documents::enter(std::string_view workshop) {
  if (!prefix_.empty() && workshop_ == workshop) return;
  workshop_ = workshop;
  prefix_ = joined({keyspace_, key_part(workshop), "/"});
}

// What is in memory of it; a new entry has no key yet.
Entry& Documents::entry_of(std::string local) {
  const auto [at, fresh] = entries_.try_emplace(joined({prefix_, local}));
  Entry& entry = at->second;
  if (fresh) entry.local = std::move(local);
  return entry;
}

Entry& Documents::load(std::string local) {
  Entry& entry = entry_of(std::move(local));
  if (!entry.key.empty()) return entry;
  entry.key = joined({prefix_, entry.local});
  const auto found = store_.get(entry.key);
  if (!found) {
    fail_in_store("the store can't be read: " + found.error().message);
    return entry;
  }
  if (!*found) return entry;
  entry.stored = entry.exists = true;
  const std::optional<DocumentView> document = decode_document(**found);
  std::optional<Json> json = document ? Json::parse(document->json) : std::nullopt;
  std::optional<Json> hidden = document ? Json::parse(document->hidden) : std::nullopt;
  if (!json || !hidden) {
    fail_in_store("a stored document is damaged: " + entry.local);
    return entry;
  }
  entry.json = std::move(*json);
  entry.hidden = std::move(*hidden);
  entry.version = document->version;
  entry.customer = document->customer;
  entry.status = document->status;
  return entry;
}

Entry* Documents::find(std::string_view kind, std::string_view id) {
  Entry& entry = load(document_key(kind, id));
  if (!entry.exists) return nullptr;
  if (!std::exchange(entry.dirty, true)) dirty_.push_back(&entry);
  return &entry;
}

Entry& Documents::edit(std::string_view kind, std::string_view id) {
  if (Entry* found = find(kind, id)) return *found;
  fail(fmt::format("an event speaks of {}/{}, which is not there", kind, id));
  nowhere_ = Entry{};
  nowhere_.local = "d/";
  return nowhere_;
}

Entry& Documents::create(std::string_view kind, std::string_view id, std::int64_t created_ms) {
  Entry& entry = entry_of(document_key(kind, id));
  if (entry.key.empty()) {
    entry.key = joined({prefix_, entry.local});
    entry.stored = true;                     // for all that is known
    entry.fresh = true;
  }
  entry.json = Json::Object{};
  entry.hidden = Json{{"created_ms", created_ms}};
  entry.version = 0;
  entry.customer.clear();
  entry.status.clear();
  entry.exists = true;
  if (!std::exchange(entry.dirty, true)) dirty_.push_back(&entry);
  return entry;
}

void Documents::erase(Entry& entry) { entry.exists = false; }

// ---- personal data ----

void Documents::personal(Entry& entry, std::string_view path, const events::Sealed& sealed) {
  personal(entry, path, sealed.subject(), sealed.clear());
}

void Documents::personal(Entry& entry, std::string_view path, std::string_view subject, std::string_view clear) {
  Json* value = at_path(entry.json, path);
  if (value == nullptr) return;
  *value = clear.empty() ? Json() : Json(clear);
  if (clear.empty()) return;
  Json& fields = entry.hidden["personal"];
  for (const Json& field : fields.items())
    if ((*field.array())[0].text() == path && (*field.array())[1].text() == subject) return;
  fields.push_back(Json(Json::Array{path, subject}));
  put(joined({"s/", key_part(subject), "/", entry.local}), "");
}

void Documents::erase_subject(std::string_view subject) {
  const std::string prefix = joined({prefix_, "s/", key_part(subject), "/"});
  std::set<std::string> locals;
  const auto scanned = store_.scan(prefix, "", [&](std::string_view key, std::string_view) {
    locals.emplace(key.substr(prefix.size()));
    return true;
  });
  if (!scanned) return fail_in_store("the store can't be read: " + scanned.error().message);
  for (const auto& [key, value] : index_)
    if (value && key.starts_with(prefix)) locals.insert(key.substr(prefix.size()));
  for (const std::string& local : locals) {
    Entry& entry = load(local);
    if (!entry.exists) continue;
    if (!std::exchange(entry.dirty, true)) dirty_.push_back(&entry);
    for (const Json& field : entry.hidden["personal"].items()) {
      if ((*field.array())[1].text() != subject) continue;
      Json* value = at_path(entry.json, (*field.array())[0].text());
      if (value != nullptr && !value->is_null()) *value = Json(erased_placeholder);
    }
  }
}

// ---- lists ----

void Documents::list(const Entry& entry, std::string_view list, std::string_view value, std::string_view order) {
  put(list_key(entry, list, value, order), entry.local);
}
void Documents::unlist(const Entry& entry, std::string_view list, std::string_view value, std::string_view order) {
  remove(list_key(entry, list, value, order));
}

void Documents::relist(const Entry& entry, std::string_view list, std::string_view from, std::string_view to) {
  if (from == to || &entry == &nowhere_) return;
  if (!from.empty()) leave(entry, list_key(entry, list, from, {}));
  this->list(entry, list, to);
}

// Of a fresh one the store has no such key. Erasing it all the same would leave a mark that every later reader steps over.
void Documents::leave(const Entry& entry, const std::string& local) {
  if (entry.fresh) index_.erase(joined({prefix_, local}));
  else remove(local);
}

void Documents::place(Entry& entry, const std::vector<Spot>& spots) {
  if (&entry == &nowhere_) return;
  std::set<std::string> wanted;
  for (const Spot& spot : spots) wanted.insert(joined({spot.list, "/", key_part(spot.value), "/", spot.order}));
  std::set<std::string> known;
  for (const Json& spot : entry.hidden["spots"].items()) known.emplace(spot.text());
  if (wanted == known) return;
  for (const std::string& spot : known)
    if (!wanted.contains(spot)) leave(entry, list_key(entry, spot));
  for (const std::string& spot : wanted)
    if (!known.contains(spot)) put(list_key(entry, spot), entry.local);
  entry.hidden["spots"] = Json::Array(wanted.begin(), wanted.end());
}

void Documents::set_status(Entry& entry, std::string_view status) {
  relist(entry, "status", entry.status, status);
  if (&entry != &nowhere_) entry.status = status;
}

void Documents::name(const Entry& entry, std::string_view lookup, std::string_view value) {
  put(joined({"u/", lookup, "/", key_part(value)}), entry.local);
}

void Documents::put(const std::string& local, std::string_view value) { index_[joined({prefix_, local})] = std::string(value); }
void Documents::remove(const std::string& local) { index_[joined({prefix_, local})] = std::nullopt; }

// ---- batches ----

void Documents::fail(std::string reason) {
  if (failure_.empty()) failure_ = std::move(reason);
}

void Documents::fail_in_store(std::string reason) {
  fail(std::move(reason));
  store_failed_ = true;
}

void Documents::flush(store::Batch& batch) {
  assert(failure_.empty());
  std::string json;
  std::string hidden;
  for (Entry* entry : dirty_) {
    entry->dirty = entry->fresh = false;
    if (entry->exists) {
      json.clear();
      hidden.clear();
      entry->json.write(json);
      entry->hidden.write(hidden);
      batch.put(entry->key, encode({entry->version, entry->status, entry->customer, hidden, json}));
    } else if (entry->stored) {
      batch.erase(entry->key);
    }
    entry->stored = entry->exists;
    if (entry->final) entries_.erase(entry->key);
  }
  for (const auto& [key, value] : index_) {
    if (value) {
      batch.put(key, *value);
    } else {
      batch.erase(key);
    }
  }
  dirty_.clear();
  index_.clear();
  if (entries_.size() > cached_documents) entries_.clear();
}

void Documents::discard() {
  entries_.clear();
  dirty_.clear();
  index_.clear();
  failure_.clear();
  store_failed_ = false;
}

}  // namespace layerline::projections
