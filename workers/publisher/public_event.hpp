// What the world outside may know of an event: a CloudEvent in JSON for one of the public topics, or nothing. Pure.
//
// The public form is a contract of its own (schemas/asyncapi.yaml) and holds no personal data: of an event only ids, numbers and words of
// a fixed vocabulary are taken, never a Sealed field, a text that somebody typed, a customer or who did it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "schemas/layerline/events.pb.h"
#include "schemas/layerline/journal.pb.h"

namespace layerline::publisher {

enum class Topic { quotes, orders, payments, production, inventory, printing, shipments };
inline constexpr Topic topics[] = {Topic::quotes,    Topic::orders,   Topic::payments, Topic::production,
                                   Topic::inventory, Topic::printing, Topic::shipments};
[[nodiscard]] std::string_view name(Topic topic);   // "quotes"; the Kafka topic is "layerline.quotes.v1"

// Where an event stands in the journal. As text it is the id of its public event: "3:1041:0".
struct EventId {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::uint32_t index = 0;       // among the entries of its commit
  friend auto operator<=>(const EventId&, const EventId&) = default;
};
[[nodiscard]] std::string text_of(const EventId& id);
[[nodiscard]] std::optional<EventId> parse_event_id(std::string_view text);

// The two members of a public event by which it is found again; nothing if it is not one of ours.
struct Origin {
  EventId id;
  std::string journal_id;
};
[[nodiscard]] std::optional<Origin> origin_of(std::string_view cloud_event);

struct PublicData {
  Topic topic{};
  std::string json;              // the member `data`
  bool lacks_currency = false;   // an amount in a currency that the caller did not know: not to be published so
};

// Amounts without a currency of their own are in that of the workshop. Nothing: the event is private.
[[nodiscard]] std::optional<PublicData> public_data(const events::Event& event, std::string_view workshop_currency);

struct PublicEvent {
  EventId id;
  Topic topic{};
  std::string key;               // "<workshop>/<stream>": what belongs together stays in order
  std::int64_t time_ms = 0;
  std::string json;              // the CloudEvent
};

// `journal_id` makes ids unique among journals.
[[nodiscard]] PublicEvent cloud_event(const EventId& id, std::string_view journal_id, const journal::Commit& commit,
                                      const journal::Entry& entry, PublicData data);

}  // namespace layerline::publisher
