#include "workers/publisher/session.hpp"

#include <fmt/format.h>

#include <charconv>

#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "workers/publisher/limits.hpp"

namespace layerline::publisher {
namespace {

using kafka::Broken;

constexpr std::string_view checkpoint_name = "checkpoint";
constexpr std::string_view content_type = "application/cloudevents+json; charset=UTF-8";

Broken replace(std::string reason) { return {Broken::Kind::replace, std::move(reason)}; }

// Two of three brokers have a record before it counts, as in the journal.
std::uint32_t replication_on(std::uint32_t brokers) { return brokers >= 3 ? 3 : 1; }

journal::TopicSettings compacted(journal::TopicSettings settings) {
  for (auto& [name, value] : settings) {
    if (name == "cleanup.policy") value = "compact";
  }
  return settings;
}

// "<journal>/<what>"
std::pair<std::string_view, std::string_view> parts_of(std::string_view key) {
  const auto slash = key.rfind('/');
  if (slash == std::string_view::npos) return {};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace

std::string topic_name(const Target& target, Topic topic) { return fmt::format("{}.{}.v1", target.prefix, name(topic)); }
std::string positions_topic(const Target& target) { return target.prefix + ".positions"; }

// ---------------------------------------------------------------- opening

std::expected<std::unique_ptr<Session>, Broken> Session::open(const journal::Log& log, const Target& target, Counts& counts) {
  std::unique_ptr<Session> session(new Session(log, target, counts));
  // 1. The topics are there.
  if (auto made = session->make_topics(); !made) return std::unexpected(replace(made.error()));
  // 2. From here on no older publisher can commit anything.
  auto producer = kafka::TransactionalProducer::open(target.bootstrap, target.options, target.prefix + ".publisher");
  if (!producer) return std::unexpected(std::move(producer.error()));
  session->producer_ = std::move(*producer);
  // 3. What is published, and how far the positions say that it is.
  auto committed = kafka::CommittedReader::open(target.bootstrap, target.options);
  if (!committed) return std::unexpected(replace(committed.error()));
  session->committed_ = std::move(*committed);
  for (const auto step : {&Session::read_positions, &Session::read_published, &Session::open_readers}) {
    if (auto done = (*session.*step)(); !done) return std::unexpected(replace(done.error()));
  }
  return session;
}

Session::Session(const journal::Log& log, const Target& target, Counts& counts)
    : log_(log), target_(target), counts_(counts), journal_id_(log.describe().journal_id) {}

std::expected<void, std::string> Session::make_topics() {
  const auto cluster = journal::look_at_cluster({target_.bootstrap, positions_topic(target_)}, target_.options);
  if (!cluster) return std::unexpected(cluster.error());
  const std::uint32_t replication = replication_on(cluster->brokers);
  const journal::TopicSettings keeping = journal::journal_settings(replication);   // an analyst begins at the beginning
  const auto make = [&](const std::string& topic, std::uint32_t partitions, const journal::TopicSettings& settings) {
    return journal::create_topic({target_.bootstrap, topic}, partitions, replication, settings, target_.options);
  };
  if (!cluster->topic_exists) {
    if (auto made = make(positions_topic(target_), 1, compacted(keeping)); !made) return std::unexpected(made.error());
  }
  for (const Topic topic : topics) {
    if (auto made = make(topic_name(target_, topic), limits::topic_partitions, keeping); !made) return std::unexpected(made.error());
  }
  return {};
}

std::expected<void, std::string> Session::read_positions() {
  std::string foreign;
  bool damaged = false;
  const kafka::Place begin{positions_topic(target_), 0, 0};
  auto read = committed_->read_to_end(std::span(&begin, 1), [&](const kafka::Committed& record) {
    const auto [journal, what] = parts_of(record.key);
    if (journal != journal_id_) {
      foreign = journal;
    } else if (what == checkpoint_name) {
      damaged = damaged || !checkpoint_.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()));
    } else if (const auto position = journal::decode_position(record.value)) {
      recorded_[position->partition] = *position;
    } else {
      damaged = true;
    }
  });
  if (!read) return read;
  if (!foreign.empty()) {
    return std::unexpected(fmt::format("the topics {}.* hold what another journal published ({}): give this one a prefix of its own",
                                       target_.prefix, foreign));
  }
  if (damaged) return std::unexpected(fmt::format("a record of {} can't be decoded: delete the topic", positions_topic(target_)));
  currencies_ = {checkpoint_.currencies().begin(), checkpoint_.currencies().end()};
  return {};
}

std::expected<void, std::string> Session::read_published() {
  std::vector<kafka::Place> from;
  for (const auto& end : checkpoint_.ends()) from.push_back({end.topic(), end.partition(), end.offset()});
  if (from.empty()) {
    for (const Topic topic : topics) {
      const auto ends = committed_->ends(topic_name(target_, topic), limits::topic_partitions);
      if (!ends) return std::unexpected(ends.error());
      for (const kafka::Place& end : *ends) from.push_back({end.topic, end.partition, 0});
    }
  }
  return committed_->read_to_end(from, [&](const kafka::Committed& record) {
    const auto origin = origin_of(record.value);
    if (origin && origin->journal_id == journal_id_) published_.insert(origin->id);
  });
}

std::expected<void, std::string> Session::open_readers() {
  for (std::uint32_t partition = 0; partition < log_.describe().partitions; ++partition) written_.push_back(journal::start_of(partition));
  for (const std::string& bytes : checkpoint_.positions()) {
    const auto position = journal::decode_position(bytes);
    if (position && position->partition < written_.size()) written_[position->partition] = *position;
  }
  for (const auto& [partition, position] : recorded_) {
    if (auto same = journal::Reader(log_, position).check(); !same) {
      return std::unexpected("what was published is not what the journal holds: " + describe(same.error()));
    }
  }
  for (const journal::Position& position : written_) {
    auto& reader = readers_.emplace_back(log_, position);
    if (auto same = reader.check(); !same) return std::unexpected(describe(same.error()));
  }
  return {};
}

// ---------------------------------------------------------------- reading the journal

std::expected<bool, Broken> Session::collect() {
  obstacle_.clear();
  std::size_t passed = 0;
  for (journal::Reader& reader : readers_) {
    while (batch_.size() < limits::batch_events_max && batch_records_ < limits::batch_records) {
      const std::uint32_t partition = reader.position().partition;
      const auto read = reader.poll([&](const journal::Commit& commit, std::uint64_t offset) { return take(commit, partition, offset); });
      if (!read) return std::unexpected(replace(describe(read.error())));
      if (*read == 0) break;
      passed += *read;
      batch_records_ += *read;
    }
  }
  const bool at_the_end = passed == 0 && batch_.size() < limits::batch_events_max && batch_records_ < limits::batch_records;
  if (at_the_end && !published_.empty() && obstacle_.empty()) {
    obstacle_ = fmt::format("{} public events, such as {}, are not in the journal", published_.size(), text_of(*published_.begin()));
  }
  return passed > 0;
}

// False: the commit can't be published now; the reader stays before it.
bool Session::take(const journal::Commit& commit, std::uint32_t partition, std::uint64_t offset) {
  if (batch_.size() >= limits::batch_events_max) return false;
  if (journal::must_wait(commit, [this](std::uint32_t other) { return readers_.at(other).position().offset; })) return false;
  std::vector<PublicEvent> events;
  std::uint32_t index = 0;
  for (const journal::Entry& entry : commit.entries()) {
    if (!take_entry(commit, entry, {partition, offset, index++}, events)) return false;
  }
  for (PublicEvent& event : events) add(std::move(event));
  return true;
}

// Sealed fields stay sealed: the publisher has no keys.
bool Session::take_entry(const journal::Commit& commit, const journal::Entry& entry, const EventId& id, std::vector<PublicEvent>& out) {
  if (!event_.ParseFromString(entry.data()) || event_.kind_case() == events::Event::KIND_NOT_SET) {
    obstacle_ = fmt::format("partition {}, offset {}: this build does not know the event {}", id.partition, id.offset, entry.type());
    return false;
  }
  if (event_.has_workshop_opened()) currencies_[commit.workshop()] = event_.workshop_opened().currency();
  const auto currency = currencies_.find(commit.workshop());
  auto data = public_data(event_, currency == currencies_.end() ? "" : currency->second);
  if (!data) return true;
  if (data->lacks_currency) {
    // The workshop was opened in another partition, which was not read so far.
    obstacle_ =
        fmt::format("partition {}, offset {}: the currency of workshop {} is not known", id.partition, id.offset, commit.workshop());
    return false;
  }
  out.push_back(cloud_event(id, journal_id_, commit, entry, std::move(*data)));
  return true;
}

void Session::add(PublicEvent event) {
  const auto recorded = recorded_.find(event.id.partition);
  const bool before = recorded != recorded_.end() && event.id.offset < recorded->second.offset;
  if (published_.erase(event.id) > 0) {
    counts_.found += before ? 0 : 1;
    return;
  }
  counts_.repaired += before ? 1 : 0;
  batch_.push_back(
      {topic_name(target_, event.topic), std::move(event.key), std::move(event.json), event.time_ms, std::string(content_type)});
}

// ---------------------------------------------------------------- writing

bool Session::idle() const { return batch_.empty() && records_since_checkpoint_ + batch_records_ < limits::checkpoint_records; }

std::expected<void, Broken> Session::write(const std::atomic<bool>& stopping) {
  const std::size_t events = batch_.size();
  const std::size_t records = batch_records_;
  const auto keep_events = [&] { batch_.resize(events); };
  add_positions();
  const bool checkpoint = events_since_checkpoint_ >= limits::checkpoint_events ||
                          records_since_checkpoint_ + records >= limits::checkpoint_records;
  if (checkpoint) {
    if (auto added = add_checkpoint(); !added) {
      keep_events();
      return std::unexpected(Broken{Broken::Kind::again, added.error()});
    }
  }
  if (auto written = producer_->write(batch_, stopping); !written) {
    keep_events();
    return written;
  }
  for (const journal::Reader& reader : readers_) written_[reader.position().partition] = reader.position();
  batch_.clear();
  batch_records_ = 0;
  events_since_checkpoint_ = (checkpoint ? 0 : events_since_checkpoint_) + events;
  records_since_checkpoint_ = (checkpoint ? 0 : records_since_checkpoint_) + records;
  counts_.events += events;
  ++counts_.transactions;
  return {};
}

void Session::add_positions() {
  for (const journal::Reader& reader : readers_) {
    const journal::Position& position = reader.position();
    if (position == written_[position.partition]) continue;
    const std::string key = fmt::format("{}/{}", journal_id_, position.partition);
    batch_.push_back({positions_topic(target_), key, encode(position), position.time_ms, {}});
  }
}

// As things stand before this transaction; nobody else writes these topics, so the ends hold still.
std::expected<void, std::string> Session::add_checkpoint() {
  published::Checkpoint checkpoint;
  for (const journal::Position& position : written_) checkpoint.add_positions(encode(position));
  for (const Topic topic : topics) {
    const auto ends = committed_->ends(topic_name(target_, topic), limits::topic_partitions);
    if (!ends) return std::unexpected(ends.error());
    for (const kafka::Place& place : *ends) {
      auto& end = *checkpoint.add_ends();
      end.set_topic(place.topic);
      end.set_partition(place.partition);
      end.set_offset(place.offset);
    }
  }
  checkpoint.mutable_currencies()->insert(currencies_.begin(), currencies_.end());
  batch_.push_back({positions_topic(target_), fmt::format("{}/{}", journal_id_, checkpoint_name), checkpoint.SerializeAsString(), 0, {}});
  return {};
}

}  // namespace layerline::publisher
