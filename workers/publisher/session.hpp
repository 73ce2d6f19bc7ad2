// The publisher between two failures: one producer, and what it knows of the public topics.
//
// Opening it fences an older publisher, reads back what was published since the last checkpoint, and goes through the journal from there:
// what is found is passed over, what is missing is published. So nothing is lost or doubled, whatever has become of the last transaction.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "infra/journal/reader.hpp"
#include "infra/kafka/committed.hpp"
#include "infra/kafka/transactions.hpp"
#include "schemas/layerline/events.pb.h"
#include "schemas/layerline/published.pb.h"
#include "workers/publisher/public_event.hpp"

namespace layerline::publisher {

struct Target {
  std::string bootstrap = {};
  std::string prefix = "layerline";             // of all topics
  journal::KafkaOptions options = {};           // settings of librdkafka, and who hears what goes wrong
};
[[nodiscard]] std::string topic_name(const Target& target, Topic topic);   // "layerline.quotes.v1"
[[nodiscard]] std::string positions_topic(const Target& target);

struct Counts {
  std::uint64_t events = 0;                     // published
  std::uint64_t transactions = 0;
  std::uint64_t found = 0;                      // behind the last position, and published already: a torn transaction
  std::uint64_t repaired = 0;                   // before the last position, and missing: likewise
};

class Session {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Session>, kafka::Broken> open(const journal::Log& log, const Target& target,
                                                                                   Counts& counts);

  // Reads what the journal has, up to a batch; false: nothing new.
  [[nodiscard]] std::expected<bool, kafka::Broken> collect();
  [[nodiscard]] std::size_t waiting() const { return batch_.size(); }
  // Nothing of it is worth a transaction yet.
  [[nodiscard]] bool idle() const;
  // Publishes the batch with its position in one transaction. After `again` the batch is still there.
  [[nodiscard]] std::expected<void, kafka::Broken> write(const std::atomic<bool>& stopping);

  // What keeps a partition from being published, while the others go on; empty: nothing.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }

 private:
  Session(const journal::Log& log, const Target& target, Counts& counts);
  [[nodiscard]] std::expected<void, std::string> make_topics();
  [[nodiscard]] std::expected<void, std::string> read_positions();
  [[nodiscard]] std::expected<void, std::string> read_published();
  [[nodiscard]] std::expected<void, std::string> open_readers();
  [[nodiscard]] bool take(const journal::Commit& commit, std::uint32_t partition, std::uint64_t offset);
  [[nodiscard]] bool take_entry(const journal::Commit& commit, const journal::Entry& entry, const EventId& id,
                                std::vector<PublicEvent>& out);
  void add(PublicEvent event);
  void add_positions();
  [[nodiscard]] std::expected<void, std::string> add_checkpoint();

  const journal::Log& log_;
  const Target& target_;
  Counts& counts_;
  const std::string journal_id_;
  std::unique_ptr<kafka::TransactionalProducer> producer_;
  std::unique_ptr<kafka::CommittedReader> committed_;

  published::Checkpoint checkpoint_;                        // the last one that was written
  std::map<std::uint32_t, journal::Position> recorded_;     // positions at the start
  std::set<EventId> published_;                             // found at the start, and not yet met in the journal
  std::map<std::string, std::string> currencies_;           // by workshop

  std::vector<journal::Reader> readers_;                    // by partition
  std::vector<journal::Position> written_;                  // by partition: everything before it is published
  events::Event event_;
  std::vector<kafka::Output> batch_;
  std::size_t batch_records_ = 0;
  std::size_t events_since_checkpoint_ = 0;
  std::size_t records_since_checkpoint_ = 0;
  std::string obstacle_;
};

}  // namespace layerline::publisher
