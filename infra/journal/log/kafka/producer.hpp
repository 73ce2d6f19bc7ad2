// Appends: an idempotent producer that is waited for, so that its records are the caller's bytes and every one has its outcome.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/journal/log/log.hpp"

namespace layerline::journal::kafka {

// One thread at a time.
class Producer {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Producer>, std::string> open(const KafkaAddress& address, const KafkaOptions& options,
                                                                                  Health& health);

  // Returns when every record has its result, at the latest some seconds after the time of a record is over.
  [[nodiscard]] std::vector<AppendResult> append(std::span<const Append> records);

  // librdkafka gave up on it for good: only a new one appends again.
  [[nodiscard]] bool is_broken() const;

 private:
  Producer(Health& health, Handle handle, Topic topic) : health_(health), handle_(std::move(handle)), topic_(std::move(topic)) {}
  void wait_for(const std::size_t& open) const;

  Health& health_;
  Handle handle_;
  Topic topic_;                 // closed before the handle
};

}  // namespace layerline::journal::kafka
