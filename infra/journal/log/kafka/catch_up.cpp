#include "infra/journal/log/kafka/catch_up.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "infra/journal/limits.hpp"
#include "infra/journal/log/kafka/limits.hpp"

namespace layerline::journal::kafka {

CatchUp::~CatchUp() {
  while (!cursors_.empty()) close(cursors_.begin());
}

std::expected<std::vector<StoredRecord>, LogError> CatchUp::read(std::uint32_t partition, std::uint64_t from, std::size_t limit) {
  const auto cursor = take(partition, from);
  if (!cursor) return std::unexpected(LogError{partition, from, false, cursor.error()});
  auto records = read(**cursor, limit);
  const std::lock_guard lock(mutex_);
  (*cursor)->busy = false;
  (*cursor)->used = Clock::now();
  // One record from the middle is no reason to fetch megabytes behind it.
  if (!records || limit < single_read_records) close(*cursor);
  freed_.notify_all();
  return records;
}

// ---------------------------------------------------------------- cursors

// The cursor that goes on here, or a new one, taken from who used his least lately if there are too many.
std::expected<CatchUp::Cursors::iterator, std::string> CatchUp::take(std::uint32_t partition, std::uint64_t from) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto found = std::ranges::find_if(cursors_, [&](const Cursor& cursor) {
      return !cursor.busy && cursor.partition == partition && cursor.next == from;
    });
    if (found != cursors_.end()) {
      found->busy = true;
      return found;
    }
    const auto lane = free_lane(partition);
    if (!lane) return std::unexpected(lane.error());
    if (*lane != nullptr) {
      Cursor& cursor = cursors_.emplace_back(Cursor{.partition = partition, .next = from, .lane = *lane, .busy = true});
      cursor.queue.reset(rd_kafka_queue_new((*lane)->handle.get()));
      if (rd_kafka_consume_start_queue((*lane)->topic.get(), static_cast<std::int32_t>(partition), static_cast<std::int64_t>(from),
                                       cursor.queue.get()) == 0) {
        return std::prev(cursors_.end());
      }
      cursors_.pop_back();
      return std::unexpected(std::string(rd_kafka_err2str(rd_kafka_last_error())));
    }
    const auto oldest = oldest_idle(partition);
    if (oldest != cursors_.end()) close(oldest);
    else freed_.wait(lock);                      // every read ends, at the latest by its time
  }
}

CatchUp::Cursors::iterator CatchUp::oldest_idle(std::uint32_t partition) {
  auto oldest = cursors_.end();
  for (auto cursor = cursors_.begin(); cursor != cursors_.end(); ++cursor) {
    if (cursor->busy || cursor->partition != partition) continue;
    if (oldest == cursors_.end() || cursor->used < oldest->used) oldest = cursor;
  }
  return oldest;
}

// A lane without a cursor in this partition; null: there can't be one more.
std::expected<CatchUp::Lane*, std::string> CatchUp::free_lane(std::uint32_t partition) {
  for (Lane& lane : lanes_) {
    const auto uses_it = [&](const Cursor& cursor) { return cursor.lane == &lane && cursor.partition == partition; };
    if (std::ranges::none_of(cursors_, uses_it)) return &lane;
  }
  if (lanes_.size() == lanes) return nullptr;
  return open_lane();
}

std::expected<CatchUp::Lane*, std::string> CatchUp::open_lane() {
  auto handle = open_consumer(address_, options_, health_,
                              {{"fetch.wait.max.ms", std::to_string(lane_fetch_wait_ms)},
                               {"queued.min.messages", "10000000"},          // the bytes are the bound
                               {"queued.max.messages.kbytes", std::to_string(lane_queue_kbytes)}});
  if (!handle) return std::unexpected(std::move(handle.error()));
  Topic topic = open_topic(*handle, address_.topic);
  if (topic == nullptr) return std::unexpected(std::string("the topic can't be opened"));
  return &lanes_.emplace_back(std::move(*handle), std::move(topic));
}

void CatchUp::close(Cursors::iterator cursor) {
  rd_kafka_consume_stop(cursor->lane->topic.get(), static_cast<std::int32_t>(cursor->partition));
  cursors_.erase(cursor);
}

void CatchUp::close_idle() {
  const std::lock_guard lock(mutex_);
  const auto limit = Clock::now() - std::chrono::milliseconds(cursor_idle_ms);
  for (auto cursor = cursors_.begin(); cursor != cursors_.end();) {
    const auto next = std::next(cursor);
    if (!cursor->busy && cursor->used < limit) close(cursor);
    cursor = next;
  }
  std::erase_if(lanes_, [&](const Lane& lane) {
    return std::ranges::none_of(cursors_, [&](const Cursor& cursor) { return cursor.lane == &lane; });
  });
  for (const Lane& lane : lanes_) serve_events(lane.handle);
}

// ---------------------------------------------------------------- reading

std::expected<std::vector<StoredRecord>, LogError> CatchUp::read(Cursor& cursor, std::size_t limit) {
  const std::uint64_t from = cursor.next;
  std::vector<StoredRecord> records;
  std::size_t bytes = 0;
  const std::vector<Message> messages = receive(cursor.queue, limit, read_wait_ms);
  if (messages.empty()) {
    return std::unexpected(LogError{cursor.partition, from, false, fmt::format("the brokers did not answer in {} ms", read_wait_ms)});
  }
  records.reserve(messages.size());
  for (const Message& message : messages) {
    const auto offset = static_cast<std::uint64_t>(message->offset);
    const bool failed = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (failed || offset != cursor.next) {
      // What came before it is handed out; the next read opens another cursor and meets it again.
      if (!records.empty()) {
        cursor.next = ~std::uint64_t{0};
        break;
      }
      if (failed) return std::unexpected(error_of(cursor, *message));
      return std::unexpected(LogError{cursor.partition, from, true, "the record is missing"});
    }
    records.push_back({offset, {static_cast<const char*>(message->payload), message->len}});
    bytes += message->len;
    ++cursor.next;
  }
  health_.good();
  keep_fetching(cursor, bytes);
  return records;
}

LogError CatchUp::error_of(const Cursor& cursor, const rd_kafka_message_s& message) {
  const std::string why = fmt::format("{}: {}", rd_kafka_err2name(message.err), rd_kafka_message_errstr(&message));
  LogError error{cursor.partition, cursor.next, false, why};
  health_.report(fmt::format("partition {}, offset {}: {}", error.partition, error.offset, error.reason));
  if (message.err == RD_KAFKA_RESP_ERR__BAD_MSG || message.err == RD_KAFKA_RESP_ERR__BAD_COMPRESSION) error.damaged = true;
  if (message.err != RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message.err != RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) return error;
  const auto begin = query_offsets(cursor.lane->handle, address_.topic, Edge::begin, cursor.partition, 1, query_timeout_ms);
  if (begin && begin->front() > cursor.next) {
    error.damaged = true;
    error.reason = fmt::format("the topic begins at {} now: history was deleted", begin->front());
  }
  return error;
}

// librdkafka 2.0.2 stops fetching while its queue is full and looks again only after up to a second, or when its thread is woken: any
// request to the partition's leader does that.
void CatchUp::keep_fetching(Cursor& cursor, std::size_t bytes) {
  cursor.bytes += bytes;
  if (cursor.bytes < std::size_t{lane_queue_kbytes} * 1024 / 2) return;
  cursor.bytes = 0;
  static_cast<void>(query_offsets(cursor.lane->handle, address_.topic, Edge::end, cursor.partition, 1, query_timeout_ms));
}

}  // namespace layerline::journal::kafka
