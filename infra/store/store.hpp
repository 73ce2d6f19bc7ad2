// The documents of all projections: one ordered map of bytes to bytes on disk (RocksDB), written in atomic batches.
// Any number of threads may read; one writes. A document is never older than the position that was written with it.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::store {

// An operating error of the disk or its files. No business meaning; `message` holds no document bytes.
struct Error {
  std::string message;
};

enum class Mode {
  read_write,   // makes the folder when it is missing
  read_only,    // beside nobody else's writes: sees what was there when it was opened
};

// How a batch is made durable. No mode syncs: after a crash of the machine the journal is folded again from the stored position.
enum class Writing {
  logged,       // through the write-ahead log: survives a kill of the process
  bulk,         // memory only until flush(): for rebuilds
};

class Store;

// The order in which keys are looked at: ascending or descending.
enum class Direction { forwards, backwards };

// Looks at the keys that start with one prefix, in their order: for whoever has to jump. Views hold until the next step; not to be used
// beyond the store's life. Sees the moment in which it was made.
class Walk {
 public:
  ~Walk();
  Walk(Walk&&) noexcept;
  Walk& operator=(Walk&&) noexcept;

  // To the first key that does not come before prefix and `tail` (empty: the first of all); false: there is none, or the store failed.
  [[nodiscard]] bool seek(std::string_view tail);
  // To the first that comes behind it.
  [[nodiscard]] bool seek_behind(std::string_view tail);
  [[nodiscard]] std::string_view tail() const;     // of the key, behind the prefix
  [[nodiscard]] std::string_view value() const;
  [[nodiscard]] std::expected<void, Error> state() const;

 private:
  friend class Store;
  struct Body;
  explicit Walk(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// Changes that happen together or not at all.
class Batch {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  void erase_prefix(std::string_view prefix);
  void clear();

 private:
  friend class Store;
  struct Body;
  std::unique_ptr<Body> body_;
};

// What becomes of the keys under a prefix, for who keeps something in memory that follows from them. Costs nothing once it is gone.
class Following {
 public:
  using Changes = std::map<std::string, std::optional<std::string>>;   // by key; nullopt: erased

  // The keys that changed since the last time, as they stand now, all of one moment. nullopt: there was no room for so many, and
  // the prefix has to be read and followed anew.
  [[nodiscard]] std::optional<Changes> take();

 private:
  friend class Store;
  struct Body;
  explicit Following(std::shared_ptr<Body> body) : body_(std::move(body)) {}
  std::shared_ptr<Body> body_;
};

class Store {
 public:
  [[nodiscard]] static std::expected<Store, Error> open(const std::string& folder, Mode mode = Mode::read_write);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  // One RocksDB get; nullopt: there is none.
  [[nodiscard]] std::expected<std::optional<std::string>, Error> get(std::string_view key) const;
  // The same without a fresh string per call: false and an untouched `value` when there is none.
  [[nodiscard]] std::expected<bool, Error> get(std::string_view key, std::string& value) const;

  // Visits the keys that start with `prefix` and come behind `after` (empty: all) until `visit` returns false.
  // The visitor sees one moment of the store and must not keep the views.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] std::expected<void, Error> scan(std::string_view prefix, std::string_view after, const Visit& visit,
                                                Direction direction = Direction::forwards) const;

  [[nodiscard]] Walk walk(std::string prefix, Direction direction = Direction::forwards) const;
  // scan() of the whole prefix, and what becomes of its keys after the moment that the visitor sees.
  [[nodiscard]] std::expected<Following, Error> follow(std::string_view prefix, const Visit& visit) const;

  [[nodiscard]] std::expected<void, Error> write(Batch& batch, Writing writing = Writing::logged);
  // Puts on disk what was written in bulk.
  [[nodiscard]] std::expected<void, Error> flush();

 private:
  struct Body;
  explicit Store(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace layerline::store
