#include "projections/queries.hpp"

#include <algorithm>
#include <utility>

#include "domain/kernel/iso_time.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/document.hpp"
#include "projections/limits.hpp"

namespace layerline::projections {
namespace {

// Cursors are the tail of an index key in hex: opaque, and safe in a URL.
std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return "";
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}

// Behind which place of the list it is read: an order comes before the entries that it is of.
std::string start_of(const PageRequest& request) {
  const std::string cursor = bytes_of(request.cursor);
  if (cursor.empty() || request.after.empty()) return cursor.empty() ? request.after : cursor;
  return request.direction == store::Direction::forwards ? std::max(cursor, request.after) : std::min(cursor, request.after);
}

bool is_beyond(const PageRequest& request, std::string_view place) {
  if (request.until.empty()) return false;
  return request.direction == store::Direction::forwards ? place >= request.until : place < request.until;
}

}  // namespace

std::string Queries::prefix(std::string_view view, const Scope& scope) const {
  return keyspaces_.of(view) + key_part(scope.workshop) + "/";
}

std::expected<Document, QueryError> Queries::read(const std::string& key, const Scope& scope) const {
  std::string bytes;
  const auto found = store_.get(key, bytes);
  if (!found) return std::unexpected(QueryError::damaged);
  if (!*found) return std::unexpected(QueryError::not_found);
  const auto document = decode_document(bytes);
  if (!document) return std::unexpected(QueryError::damaged);
  if (!scope.customer.empty() && document->customer != scope.customer) return std::unexpected(QueryError::not_found);
  return Document{document->version, std::string(document->status), std::string(document->customer), std::string(document->json)};
}

std::expected<Document, QueryError> Queries::get(std::string_view view, const Scope& scope, std::string_view kind,
                                                 std::string_view id) const {
  return read(prefix(view, scope).append("d/").append(kind).append("/").append(key_part(id)), scope);
}

std::expected<Document, QueryError> Queries::named(std::string_view view, const Scope& scope, std::string_view lookup,
                                                   std::string_view value) const {
  const std::string front = prefix(view, scope);
  const auto local = store_.get(front + "u/" + std::string(lookup) + "/" + key_part(value));
  if (!local) return std::unexpected(QueryError::damaged);
  if (!*local) return std::unexpected(QueryError::not_found);
  return read(front + **local, scope);
}

std::expected<Page, QueryError> Queries::list(std::string_view view, const Scope& scope, std::string_view list, std::string_view value,
                                              std::string_view status, const PageRequest& request, const Keep& keep) const {
  const std::size_t scan_max = keep ? page_read_max : page_scan_max;
  const std::size_t limit = request.limit == 0 ? page_default : std::min(request.limit, page_max);
  const std::string front = prefix(view, scope);
  const std::string under = front + "l/" + std::string(list) + "/" + key_part(value) + "/";
  const std::string place = start_of(request);
  const std::string after = place.empty() ? "" : under + place;
  Page page;
  std::size_t scanned = 0;
  std::string last;
  bool more = false;
  bool damaged = false;
  const auto read_all = store_.scan(under, after, [&](std::string_view key, std::string_view local) {
    if (is_beyond(request, key.substr(under.size()))) return false;
    if (page.items.size() == limit || scanned == scan_max) {
      more = true;
      return false;
    }
    ++scanned;
    last = key.substr(under.size());
    auto document = read(front + std::string(local), scope);
    if (document && (status.empty() || document->status == status) && (!keep || keep(*document)))
      page.items.push_back(std::move(*document));
    damaged = !document && document.error() == QueryError::damaged;
    return !damaged;
  }, request.direction);
  if (!read_all || damaged) return std::unexpected(QueryError::damaged);
  if (more) page.cursor = hex_of(last);
  return page;
}

namespace {

// Goes from place to place of several lists that have one order, and stops where all of them have an entry.
class Meeting {
 public:
  Meeting(std::vector<store::Walk> lists, std::string from) : lists_(std::move(lists)), place_(std::move(from)) {}

  enum class Found { entry, end, tired };
  // tired: as often as it may it has looked, and found nothing up to and with place().
  Found next() {
    for (std::size_t agreed = 0; agreed < lists_.size(); at_ = (at_ + 1) % lists_.size()) {
      const bool there = std::exchange(passing_, false) ? lists_[at_].seek_behind(place_) : lists_[at_].seek(place_);
      if (!there) return Found::end;
      if (lists_[at_].tail() == place_) {
        ++agreed;
        continue;
      }
      if (++looks_ > page_look_max) return Found::tired;
      place_ = lists_[at_].tail();
      agreed = 1;
    }
    return Found::entry;
  }
  void pass() { passing_ = true; }                         // what comes next lies behind place()
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] std::string_view entry() const { return lists_.front().value(); }
  [[nodiscard]] bool failed() const {
    return std::ranges::any_of(lists_, [](const store::Walk& list) { return !list.state(); });
  }

 private:
  std::vector<store::Walk> lists_;
  std::size_t at_ = 0;
  std::size_t looks_ = 0;
  std::string place_;
  bool passing_ = false;
};

}  // namespace

std::expected<Page, QueryError> Queries::list(std::string_view view, const Scope& scope, std::span<const Listing> lists,
                                              const PageRequest& request) const {
  if (lists.size() == 1) return list(view, scope, lists.front().list, lists.front().value, "", request);
  const std::size_t limit = request.limit == 0 ? page_default : std::min(request.limit, page_max);
  const std::string front = prefix(view, scope);
  std::vector<store::Walk> walks;
  for (const Listing& listing : lists)
    walks.push_back(store_.walk(front + "l/" + listing.list + "/" + key_part(listing.value) + "/", request.direction));
  const std::string start = start_of(request);
  Meeting meeting(std::move(walks), start);
  if (!start.empty()) meeting.pass();
  Page page;
  std::string last;
  for (Meeting::Found found = meeting.next(); found != Meeting::Found::end; found = meeting.next()) {
    if (is_beyond(request, meeting.place())) break;
    if (found == Meeting::Found::tired) last = meeting.place();
    if (found == Meeting::Found::tired || page.items.size() == limit) {
      page.cursor = hex_of(last);
      break;
    }
    last = meeting.place();
    auto document = read(front + std::string(meeting.entry()), scope);
    if (document) page.items.push_back(std::move(*document));
    else if (document.error() == QueryError::damaged) return std::unexpected(QueryError::damaged);
    meeting.pass();
  }
  if (meeting.failed()) return std::unexpected(QueryError::damaged);
  return page;
}

// ---- following ----

namespace {

// False: it is damaged, or the visitor finds it so.
bool visit_stored(std::string_view name, std::string_view bytes, const FollowedDocuments::Visit& visit) {
  const auto stored = decode_document(bytes);
  if (!stored) return false;
  const Document document{stored->version, std::string(stored->status), std::string(stored->customer), std::string(stored->json)};
  return visit(name, &document);
}

}  // namespace

std::expected<FollowedDocuments, QueryError> Queries::follow(std::string_view view, const Scope& scope, std::string_view kind,
                                                             const FollowedDocuments::Visit& visit) const {
  const std::string under = prefix(view, scope).append("d/").append(kind).append("/");
  bool damaged = false;
  auto following = store_.follow(under, [&](std::string_view key, std::string_view bytes) {
    damaged = !visit_stored(key.substr(under.size()), bytes, visit);
    return !damaged;
  });
  if (!following || damaged) return std::unexpected(QueryError::damaged);
  return FollowedDocuments(std::move(*following), under.size());
}

std::expected<bool, QueryError> FollowedDocuments::changed(const Visit& visit) {
  const auto changes = following_.take();
  if (!changes) return false;
  for (const auto& [key, bytes] : *changes) {
    const std::string_view name = std::string_view(key).substr(prefix_);
    if (!(bytes ? visit_stored(name, *bytes, visit) : visit(name, nullptr))) return std::unexpected(QueryError::damaged);
  }
  return true;
}

namespace {

constexpr std::int64_t day_ms = 86'400'000;
bool is_first_known(const Period& period) { return period.from > Period{}.from; }
bool is_last_known(const Period& period) { return period.to < Period{}.to; }
std::int64_t first_ms(const Period& period) { return period.from * day_ms; }
std::int64_t last_ms(const Period& period) { return (std::int64_t{period.to} + 1) * day_ms - 1; }

}  // namespace

// Such lists go from the newest to the oldest.
PageRequest within(const Period& period, PageRequest request) {
  std::string newest = is_last_known(period) ? newest_first(last_ms(period)) : "";
  std::string oldest = is_first_known(period) ? newest_first(first_ms(period) - 1) : "";
  const bool forwards = request.direction == store::Direction::forwards;
  request.after = forwards ? newest : oldest;
  request.until = forwards ? std::move(oldest) : std::move(newest);
  return request;
}

Queries::Keep made_within(const Period& period) {
  if (period == Period{}) return {};
  return [period](const Document& document) {
    const auto json = store::Json::parse(document.json);
    const std::string_view made = json ? json->text("created_at") : "";
    return (!is_first_known(period) || made >= iso_time(first_ms(period))) && (!is_last_known(period) || made <= iso_time(last_ms(period)));
  };
}

std::string json_of(const Page& page) {
  std::string out = "{\"items\":[";
  for (const Document& document : page.items) {
    if (&document != page.items.data()) out += ',';
    out += document.json;
  }
  out += "],\"next_cursor\":";
  store::Json(page.cursor.empty() ? store::Json() : store::Json(page.cursor)).write(out);
  return out + "}";
}

}  // namespace layerline::projections
