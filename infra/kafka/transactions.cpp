#include "infra/kafka/transactions.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include "infra/kafka/limits.hpp"

namespace layerline::kafka {
namespace {

struct ErrorCloser {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using Error = std::unique_ptr<rd_kafka_error_t, ErrorCloser>;

bool is_fence(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

Broken broken(Broken::Kind kind, const char* what, const Error& error) {
  if (is_fence(rd_kafka_error_code(error.get()))) kind = Broken::Kind::fenced;
  return {kind, fmt::format("{}: {}", what, rd_kafka_error_string(error.get()))};
}

}  // namespace

std::expected<std::unique_ptr<TransactionalProducer>, Broken> TransactionalProducer::open(const std::string& bootstrap,
                                                                                          const journal::KafkaOptions& options,
                                                                                          const std::string& transactional_id) {
  std::unique_ptr<TransactionalProducer> producer(new TransactionalProducer(options));
  auto handle = journal::kafka::open_producer({bootstrap, {}}, options, producer->health_,
                                              {{"transactional.id", transactional_id},
                                               {"transaction.timeout.ms", std::to_string(limits::transaction_time.count())},
                                               {"message.timeout.ms", std::to_string(limits::message_time.count())},
                                               {"linger.ms", std::to_string(limits::linger_time.count())},
                                               {"partitioner", "murmur2_random"}}, nullptr);
  if (!handle) return std::unexpected(Broken{Broken::Kind::replace, handle.error()});
  producer->handle_ = std::move(*handle);
  if (const Error error{rd_kafka_init_transactions(producer->handle_.get(), static_cast<int>(limits::init_time.count()))}) {
    return std::unexpected(broken(Broken::Kind::replace, "transactions can't begin", error));
  }
  return producer;
}

std::expected<void, Broken> TransactionalProducer::write(std::span<const Output> outputs, const std::atomic<bool>& stopping) {
  if (const Error error{rd_kafka_begin_transaction(handle_.get())}) {
    return std::unexpected(broken(Broken::Kind::replace, "a transaction can't begin", error));
  }
  for (const Output& output : outputs) {
    if (auto produced = produce(output); !produced) return abort(std::move(produced.error()));
  }
  return commit(stopping);
}

// librdkafka takes it into its queue; the end of the transaction tells whether it was stored.
std::expected<void, Broken> TransactionalProducer::produce(const Output& output) {
  rd_kafka_headers_t* headers = nullptr;
  if (!output.content_type.empty()) {
    headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, "content-type", -1, output.content_type.data(), static_cast<ssize_t>(output.content_type.size()));
  }
  rd_kafka_vu_t fields[6] = {};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = output.topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_KEY;
  fields[1].u.mem = {const_cast<char*>(output.key.data()), output.key.size()};       // copied: librdkafka's C has no const here
  fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[2].u.mem = {const_cast<char*>(output.value.data()), output.value.size()};
  fields[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[3].u.i64 = output.time_ms;
  fields[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[4].u.i = RD_KAFKA_MSG_F_COPY;
  fields[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  fields[5].u.headers = headers;
  const Error error{rd_kafka_produceva(handle_.get(), fields, headers == nullptr ? 5 : 6)};
  if (error == nullptr) return {};
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  return std::unexpected(broken(Broken::Kind::again, "an event can't be sent", error));
}

// -1 is the time of the transaction; any other timeout could leave librdkafka apart from the coordinator.
std::expected<void, Broken> TransactionalProducer::commit(const std::atomic<bool>& stopping) {
  for (int tries = 1;; ++tries) {
    const Error error{rd_kafka_commit_transaction(handle_.get(), -1)};
    if (error == nullptr) return {};
    const bool once_more = rd_kafka_error_is_retriable(error.get()) != 0 && tries < limits::commit_tries && !stopping;
    if (once_more) continue;
    Broken why = broken(Broken::Kind::replace, "a transaction can't be ended", error);
    if (rd_kafka_error_txn_requires_abort(error.get()) != 0) return abort(std::move(why));
    return std::unexpected(std::move(why));
  }
}

std::unexpected<Broken> TransactionalProducer::abort(Broken why) {
  const Error error{rd_kafka_abort_transaction(handle_.get(), -1)};
  if (why.kind != Broken::Kind::fenced) why.kind = error == nullptr ? Broken::Kind::again : Broken::Kind::replace;
  if (error != nullptr && is_fence(rd_kafka_error_code(error.get()))) why.kind = Broken::Kind::fenced;
  return std::unexpected(std::move(why));
}

}  // namespace layerline::kafka
