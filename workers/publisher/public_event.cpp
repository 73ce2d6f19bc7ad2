#include "workers/publisher/public_event.hpp"

#include <simdjson.h>

#include <charconv>

#include "domain/kernel/iso_time.hpp"
#include "infra/json/writer.hpp"

namespace layerline::publisher {
namespace {

// A CloudEvent's source is a URI; journals have unique ids.
constexpr std::string_view source_prefix = "urn:layerline:journal:";

}  // namespace

std::string_view name(Topic topic) {
  switch (topic) {
    case Topic::quotes: return "quotes";
    case Topic::orders: return "orders";
    case Topic::payments: return "payments";
    case Topic::production: return "production";
    case Topic::inventory: return "inventory";
    case Topic::printing: return "printing";
    case Topic::shipments: return "shipments";
  }
  return "";
}

std::string text_of(const EventId& id) {
  return std::to_string(id.partition) + ':' + std::to_string(id.offset) + ':' + std::to_string(id.index);
}

std::optional<EventId> parse_event_id(std::string_view text) {
  EventId id;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](auto& value, bool last) {
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || (last ? next != end : next == end || *next != ':')) return false;
    at = last ? next : next + 1;
    return true;
  };
  if (!number(id.partition, false) || !number(id.offset, false) || !number(id.index, true)) return std::nullopt;
  return id;
}

std::optional<Origin> origin_of(std::string_view cloud_event) {
  const simdjson::padded_string padded(cloud_event);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  std::string_view id;
  std::string_view source;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document["id"].get(id) != simdjson::SUCCESS ||
      document["source"].get(source) != simdjson::SUCCESS || !source.starts_with(source_prefix)) {
    return std::nullopt;
  }
  const auto parsed = parse_event_id(id);
  if (!parsed) return std::nullopt;
  return Origin{*parsed, std::string(source.substr(source_prefix.size()))};
}

// Structured mode: the whole event is the record's value, so that a dump of a topic is a file of JSON lines that needs no headers.
PublicEvent cloud_event(const EventId& id, std::string_view journal_id, const journal::Commit& commit, const journal::Entry& entry,
                        PublicData data) {
  PublicEvent out{id, data.topic, commit.workshop() + '/' + entry.stream(), commit.time_ms(), {}};
  json::Writer(out.json)
      .begin_object()
      .member("specversion", "1.0")
      .member("id", text_of(id))
      .member("source", std::string(source_prefix) + std::string(journal_id))
      .member("type", "layerline." + entry.type())
      .member("subject", entry.stream())
      .member("time", iso_time(commit.time_ms()))
      .member("datacontenttype", "application/json")
      .member("workshop", commit.workshop())
      .member("partitionkey", out.key)
      .key("data")
      .raw(data.json)
      .end();
  return out;
}

}  // namespace layerline::publisher
