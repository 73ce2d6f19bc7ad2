// A producer whose writes happen all or not at all, as seen by readers of committed records. One thread at a time.
//
// Opening one fences the older ones of the same id: what they left open is aborted, and they can't commit any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "infra/journal/log/kafka/client.hpp"

namespace layerline::kafka {

struct Output {
  std::string topic = {};
  std::string key = {};                  // decides the partition, as it does for Java's clients
  std::string value = {};
  std::int64_t time_ms = 0;
  std::string content_type = {};         // a header; empty: none
};

struct Broken {
  enum class Kind {
    again,      // nothing was written; the same producer may try again
    replace,    // whether it was written is unknown; only a new producer can go on
    fenced,     // a newer producer of this id has taken over
  };
  Kind kind = Kind::replace;
  std::string reason = {};
};

class TransactionalProducer {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<TransactionalProducer>, Broken> open(const std::string& bootstrap,
                                                                                         const journal::KafkaOptions& options,
                                                                                         const std::string& transactional_id);

  // Writes all outputs in one transaction. Blocks until it has ended, at the latest after a transaction's time; while the brokers are
  // away it gives up earlier when `stopping` becomes true.
  [[nodiscard]] std::expected<void, Broken> write(std::span<const Output> outputs, const std::atomic<bool>& stopping);

 private:
  explicit TransactionalProducer(const journal::KafkaOptions& options) : health_(options.report) {}
  [[nodiscard]] std::expected<void, Broken> produce(const Output& output);
  [[nodiscard]] std::expected<void, Broken> commit(const std::atomic<bool>& stopping);
  [[nodiscard]] std::unexpected<Broken> abort(Broken why);

  journal::kafka::Health health_;
  journal::kafka::Handle handle_;
};

}  // namespace layerline::kafka
