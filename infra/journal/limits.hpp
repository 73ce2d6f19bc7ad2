// Every limit of the journal by name. Sizes in bytes, times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::journal {

inline constexpr std::size_t record_payload_max_bytes = std::size_t{900} * 1024;   // in every driver; Kafka's default message cap is 1 MB
inline constexpr std::uint32_t partitions_default = 16;                            // may only grow: a workshop keeps its partition
inline constexpr std::uint32_t partitions_max = 1024;

// Of one partition's owner; a test or a deployment may choose others.
struct OwnerLimits {
  std::size_t queue = 4096;                          // commands waiting to be decided; one more is answered busy
  std::size_t batch_commands = 1024;                 // commands decided for one append
  std::size_t batch_bytes = std::size_t{4} << 20;    // an append is closed when it holds so many
  std::size_t batches_in_flight = 16;                // decided and not yet settled: decisions go on while a write runs
  std::int64_t answer_timeout_ms = 30'000;           // then a waiting caller hears busy (never sent) or unknown (sent)
  std::int64_t retry_ms = 200;                       // between two tries to write a genesis or a claim
};

inline constexpr std::size_t read_batch_records = 1000;                            // of one read of a driver
inline constexpr std::size_t read_batch_bytes = std::size_t{8} << 20;
inline constexpr std::size_t genesis_within_records = 16;                          // only a shared log has anything before it
inline constexpr std::int64_t idle_wait_ms = 100;                                  // longest sleep of the journal thread between two ticks

}  // namespace layerline::journal
