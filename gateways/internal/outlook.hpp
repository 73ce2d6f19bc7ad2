// What lies ahead of a workshop's printers, by its queue and its printers as they are now, and the dates that follow from it. Computed when
// somebody asks, and stored nowhere.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/kernel/urgency.hpp"
#include "domain/production/schedule.hpp"
#include "gateways/internal/awaited.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/planning.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

class Outlook {
 public:
  using Work = production::Work;
  using Expected = production::Expected;

  [[nodiscard]] static std::expected<Outlook, projections::QueryError> read(const projections::Queries& queries,
                                                                           const projections::Scope& scope, Time now);

  // When a production order, whose document it is, is made: its last piece is printed, its bought parts are there, and the work on its
  // pieces is done, one step and one piece after the other.
  [[nodiscard]] Expected of(const store::Json& document) const;
  // What is left of that work, by the workshop's rules.
  [[nodiscard]] Duration work_left(const store::Json& document) const;
  // When each of its steps is done, in their order; nullopt: it is done or cancelled, or nobody can say.
  [[nodiscard]] std::vector<std::optional<Time>> of_steps(const store::Json& document) const;
  [[nodiscard]] Duration work_of(std::span<const std::string> steps, std::int64_t pieces) const;
  // What the stock is short of.
  [[nodiscard]] const Awaited& awaited() const { return awaited_; }
  // Of work that would come into the queue now.
  [[nodiscard]] std::vector<Expected> of_new(std::span<const Work> work, const Urgency& urgency) const;
  // "2026-11-25" for what is ready then.
  [[nodiscard]] std::string delivery_date(Time ready) const;
  [[nodiscard]] Time now() const { return now_; }

 private:
  struct Running { std::optional<Time> end; };   // nullopt: its printer can't be asked

  void add_printer(const store::Json& printer);
  void add_order(const store::Json& production_order);
  void foretell();
  [[nodiscard]] Expected before_work(const store::Json& document) const;
  [[nodiscard]] Expected put_together(const store::Json& document) const;
  [[nodiscard]] Expected print_of(const store::Json& document) const;

  Time now_;
  projections::planning::AfterPrinting after_printing_;
  Awaited awaited_;
  std::vector<production::Machine> machines_;
  std::vector<Work> queue_;
  std::vector<Urgency> urgencies_;                      // of the queue, the most urgent first
  std::vector<std::string> ids_;                        // of the queue
  std::map<std::string, Running, std::less<>> running_;   // by production order
  std::map<std::string, Expected, std::less<>> expected_;
};

// The size of a model, and what it is sliced for, out of a document's "facts"; nullptr: not known.
void read_facts(const store::Json* facts, production::Work& work);
// So many prints of the file make them.
[[nodiscard]] std::int64_t prints_of(std::int64_t pieces, const store::Json& file);

// The outlooks that were asked for last. One that took long is kept for a while: at most a tenth of the time goes into making them.
class Outlooks {
 public:
  using Asked = std::expected<std::shared_ptr<const Outlook>, projections::QueryError>;
  // Any thread. Of the whole workshop, whoever asks.
  [[nodiscard]] Asked of(const projections::Queries& queries, const projections::Scope& scope);

 private:
  using Clock = std::chrono::steady_clock;
  struct Kept { std::shared_ptr<const Outlook> outlook; Clock::time_point until; };

  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;       // by workshop
};

}  // namespace layerline::internal
