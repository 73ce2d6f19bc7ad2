#include "workers/publisher/public_event.hpp"

#include <simdjson.h>

#include <charconv>
#include <chrono>

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

std::string iso_time(std::int64_t time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(time_ms)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t at, int digits, std::int64_t number) {
    for (int i = digits; i-- > 0; number /= 10) out[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return out;
}

}  // namespace layerline::publisher
