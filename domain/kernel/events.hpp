// What a decision returns: events, each on the stream of its aggregate, in order.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/rejection.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline {

struct NewEvent {
  std::string stream;       // "quote/0190…"
  events::Event event;
};

// An empty list means "already so".
class Events {
 public:
  // Appends an event to `stream` and returns it to be filled.
  events::Event& on(std::string stream) { return list_.emplace_back(NewEvent{std::move(stream), {}}).event; }
  void append(Events more) {
    for (NewEvent& event : more.list_) list_.push_back(std::move(event));
  }

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] std::vector<NewEvent>& list() { return list_; }
  [[nodiscard]] const std::vector<NewEvent>& list() const { return list_; }

 private:
  std::vector<NewEvent> list_;
};

using Decided = std::expected<Events, Rejection>;

inline std::unexpected<Rejection> refuse(std::string type, std::string detail) {
  return std::unexpected(Rejection{.refusal = Refusal::refused, .type = std::move(type), .detail = std::move(detail)});
}
inline std::unexpected<Rejection> not_found(std::string what) {
  return std::unexpected(
      Rejection{.refusal = Refusal::not_found, .type = "not-found", .detail = "There is no such " + std::move(what) + "."});
}

// What personal data reads as once its subject is erased: the same in memory as in a fold of what the journal can still say.
inline constexpr std::string_view erased_text = "[erased]";

// Personal data on its way into an event: sealed under the subject's key before it is stored.
inline void seal(events::Sealed* field, const std::string& subject, const std::string& clear) {
  if (clear.empty()) return;
  field->set_subject(subject);
  field->set_clear(clear);
}

}  // namespace layerline
