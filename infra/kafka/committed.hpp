// Reads what transactions have committed, from given offsets to the end as it is now. One thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infra/journal/log/kafka/client.hpp"

namespace layerline::kafka {

struct Place {
  std::string topic = {};
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
};

struct Committed {
  std::string_view topic;
  std::string_view key;
  std::string_view value;        // empty: a tombstone, or nothing
};

class CommittedReader {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<CommittedReader>, std::string> open(const std::string& bootstrap,
                                                                                        const journal::KafkaOptions& options);

  using Consumer = std::function<void(const Committed&)>;
  // In order per partition. A transaction that was committed a moment ago may not show yet: the coordinator answers first, and marks the
  // partitions then. Who has opened a producer of its id since sees it.
  // An error: the brokers fell silent, or have nothing at such an offset.
  [[nodiscard]] std::expected<void, std::string> read_to_end(std::span<const Place> from, const Consumer& consumer);

  // Behind the last record of each partition.
  [[nodiscard]] std::expected<std::vector<Place>, std::string> ends(const std::string& topic, std::uint32_t partitions);

 private:
  explicit CommittedReader(const journal::KafkaOptions& options) : health_(options.report) {}

  journal::kafka::Health health_;
  journal::kafka::Handle handle_;
};

}  // namespace layerline::kafka
