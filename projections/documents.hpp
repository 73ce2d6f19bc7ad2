// The documents of one view while commits are folded: each is read and parsed at most once, changed in memory, and written once per batch.
//   d/<kind>/<id>                     a document
//   l/<list>/<value>/<order>/<kind>/<id>    an entry of a list; value: "d/<kind>/<id>"
//   u/<lookup>/<value>                a unique name; value: "d/<kind>/<id>"
//   s/<subject>/d/<kind>/<id>         the documents that hold personal data of a subject
// all behind <name>@<version>…/<workshop>/: a workshop keeps its documents when it moves to another partition
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "infra/store/json_tree.hpp"
#include "infra/store/store.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::projections {

using store::Json;

// What a personal field holds after its subject's key was destroyed, live and rebuilt alike.
inline constexpr std::string_view erased_placeholder = "[erased]";

// Where a document stands in a list that is in the order of `order` instead of time. Nothing in it is personal: it outlives an erasure.
struct Spot {
  std::string_view list;
  std::string value;
  std::string order;
};

struct Entry {
  Json json;                      // published
  Json hidden;                    // of the fold: created_ms, personal [[path, subject]], spots; never published
  std::uint64_t version = 0;      // of the aggregate's stream
  std::string customer;
  std::string status;
  // Of the collection:
  std::string key;                // full
  std::string local;              // "d/order/0190…"
  bool stored = false;            // the store has a document under the key
  bool exists = false;
  bool dirty = false;
  bool fresh = false;             // made since the last flush
  bool final = false;             // nothing changes it any more: not kept in memory behind its write
};

class Documents {
 public:
  // `keyspace` is what the view's keys begin with: "orders@1.2a/".
  Documents(const store::Store& store, std::string keyspace);

  // The workshop of the commit that is folded next.
  void enter(std::string_view workshop);

  // The document for changing; nullptr: there is none.
  [[nodiscard]] Entry* find(std::string_view kind, std::string_view id);
  // The same where a missing one means that the view has lost something: then the fold fails, and the changes go nowhere.
  [[nodiscard]] Entry& edit(std::string_view kind, std::string_view id);
  // Makes it, or empties the one that is there; what is stored is not read for that.
  Entry& create(std::string_view kind, std::string_view id, std::int64_t created_ms);
  void erase(Entry& entry);

  // Personal text: stored under `path` ("ship_to/name", "timeline/3/reason"), purged with its subject. Empty text: the member is null.
  void personal(Entry& entry, std::string_view path, const events::Sealed& sealed);
  void personal(Entry& entry, std::string_view path, std::string_view subject, std::string_view clear);
  void erase_subject(std::string_view subject);

  // Lists are read in the order of `order`: newest_first(created) unless one is given.
  void list(const Entry& entry, std::string_view list, std::string_view value, std::string_view order = {});
  void unlist(const Entry& entry, std::string_view list, std::string_view value, std::string_view order = {});
  // From one value of a list to another; empty: it is in none yet.
  void relist(const Entry& entry, std::string_view list, std::string_view from, std::string_view to);
  // Moves it between the values of the list "status".
  void set_status(Entry& entry, std::string_view status);
  // Puts it there, and takes it away from where it was put before.
  void place(Entry& entry, const std::vector<Spot>& spots);
  void name(const Entry& entry, std::string_view lookup, std::string_view value);

  // Why the current commit can't be folded; empty: it could.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // The failure lies in the store and not in the commit.
  [[nodiscard]] bool store_failed() const { return store_failed_; }
  void fail(std::string reason);

  // Adds every change since the last flush to the batch, each key once.
  void flush(store::Batch& batch);
  // Forgets every change since the last flush, and the failure.
  void discard();

 private:
  Entry& load(std::string local);
  Entry& entry_of(std::string local);
  void put(const std::string& local, std::string_view value);
  void remove(const std::string& local);
  void leave(const Entry& entry, const std::string& local);
  void fail_in_store(std::string reason);

  const store::Store& store_;
  std::string keyspace_;
  std::string prefix_;                                       // keyspace/workshop/
  std::string workshop_;                                     // what prefix_ was made of
  std::unordered_map<std::string, Entry> entries_;           // by full key
  std::vector<Entry*> dirty_;
  std::unordered_map<std::string, std::optional<std::string>> index_;   // full key → value, or erased
  std::string failure_;
  bool store_failed_ = false;
  Entry nowhere_;
};

}  // namespace layerline::projections
