// The documents of all projections: one ordered map of bytes to bytes on disk (RocksDB), written in atomic batches.
// Any number of threads may read; one writes. A document is never older than the position that was written with it.
#pragma once

#include <expected>
#include <functional>
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

  // Visits the keys that start with `prefix` and are larger than `after` (empty: all), ascending, until `visit` returns false.
  // The visitor sees one moment of the store and must not keep the views.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] std::expected<void, Error> scan(std::string_view prefix, std::string_view after, const Visit& visit) const;

  [[nodiscard]] std::expected<void, Error> write(Batch& batch, Writing writing = Writing::logged);
  // Puts on disk what was written in bulk.
  [[nodiscard]] std::expected<void, Error> flush();

 private:
  struct Body;
  explicit Store(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace layerline::store
