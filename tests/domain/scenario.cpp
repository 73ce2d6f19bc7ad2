#include "tests/domain/scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace layerline::test {

std::string CountedIds::next(Time) { return fmt::format("id-{:08}", ++last_); }

Scenario::Scenario() { given(settings::OpenWorkshop{WorkshopId("w"), "Workshop", "USD", "operator@example.org"}); }

Scenario& Scenario::when(const Command& command) {
  answer = decide_all(command, workshop, now, ids_, actor);
  if (answer) journal.insert(journal.end(), answer->list().begin(), answer->list().end());
  return *this;
}

Scenario& Scenario::given(const Command& command) {
  when(command);
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().type + ": " + answer.error().detail));
  return *this;
}

Scenario& Scenario::then(const std::vector<std::string>& types) {
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().type));
  std::vector<std::string> seen;
  for (const NewEvent& event : answer->list()) seen.push_back(event_type(event.event));
  std::string text, wanted;
  for (const std::string& type : seen) text += type + " ";
  for (const std::string& type : types) wanted += type + " ";
  CHECK(text == wanted);
  return *this;
}

Scenario& Scenario::with(const std::string& type, int times) {
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().type));
  INFO(type);
  CHECK(std::ranges::count_if(answer->list(), [&](const NewEvent& event) { return event_type(event.event) == type; }) == times);
  return *this;
}

Scenario& Scenario::rejected(const std::string& type) {
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().type == type);
  return *this;
}

Scenario& Scenario::nothing_happened() { return then({}); }

Scenario& Scenario::after_days(std::int64_t days) {
  now = now + Duration{days * day_ms};
  return *this;
}

QuoteId Scenario::draft(quotes::Options options, const std::string& id) {
  given(draft_of(id, std::move(options)));
  return QuoteId(id);
}

void Scenario::analyse(const QuoteId& quote, const Part& part) {
  std::vector<std::pair<EffectId, events::AnalyseModel>> asked;
  for (const NewEvent& event : journal)
    if (event.event.has_effect_requested() && event.event.effect_requested().has_analyse_model() &&
        event.event.effect_requested().analyse_model().quote() == quote.str() &&
        workshop.effects.contains(EffectId(event.event.effect_requested().effect())))
      asked.emplace_back(event.event.effect_requested().effect(), event.event.effect_requested().analyse_model());
  models::Facts facts{.kind = "stl", .watertight = true, .warnings = part.warnings, .printer_model = {}, .filament_type = {}};
  facts.size_x_um = facts.size_y_um = facts.size_z_um = part.size_um;
  for (const auto& [effect, action] : asked)
    given(quotes::RecordAnalysis{effect, quote, FileId(action.file()), ModelId(action.model()), action.material_type(),
                                 action.infill_percent(), facts, part.milligrams, part.print_ms});
}

QuoteId Scenario::quoted(quotes::Options options, const Part& part, const std::string& id) {
  const QuoteId quote = draft(std::move(options), id);
  analyse(quote, part);
  if (workshop.quote(quote)->status == quotes::Status::pending) given(quotes::ApproveQuote{quote});
  REQUIRE(workshop.quote(quote)->status == quotes::Status::approved);
  return quote;
}

OrderId Scenario::ordered(quotes::Options options, const Part& part, const std::string& id) {
  const QuoteId quote = quoted(std::move(options), part, id);
  given(quotes::AcceptQuote{quote, address()});
  return workshop.quote(quote)->order;
}

OrderId Scenario::paid(quotes::Options options, const Part& part, const std::string& id) {
  const OrderId placed = ordered(std::move(options), part, id);
  given(payments::RecordPayment{placed, 0, "cash", "receipt 1"});
  return placed;
}

void Scenario::stock(std::int64_t milligrams, const std::string& colour) {
  given(inventory::DefineMaterial{"PLA", colour, "", {1}});
  if (milligrams > 0) given(inventory::ReceiveStock{MaterialId("PLA-" + colour), {milligrams}, "delivery"});
}

void Scenario::sliced(const ProductionOrderId& production, std::int64_t milligrams) {
  given(
      production::RecordPrintFile{EffectId(), production, {BlobHash("b"), "A1", 400, "PLA", {milligrams}, 9'000'000, 200}, 0, "operator"});
}

PrinterId Scenario::printer(const std::string& id) {
  const PrinterId printer(id);
  printing::AddPrinter command;
  command.printer = printer;
  command.model = "A1";
  command.serial = "S-" + id;
  command.host = "h";
  command.access_code = "secret";
  given(command);
  given(printing::LoadFilament{printer, 0, MaterialId("PLA-black"), {1'000'000}});
  given(printing::ObservePrinter{printer, "idle", ""});
  given(printing::ClearPlate{printer});
  return printer;
}

PrintJobId Scenario::printing(const std::string& quote) {
  stock(1'000'000);
  const PrinterId on = printer();
  const OrderId order_id = paid(black_pieces(), {}, quote);
  sliced(production_of(order_id).id);
  const PrintJobId job = workshop.printer(on)->job;
  REQUIRE_FALSE(job.empty());
  given(printing::ObservePrint{.job = job, .sight = printing::Sight::started, .reason = {}});
  return job;
}

const production::ProductionOrder& Scenario::production_of(const OrderId& id) const {
  REQUIRE_FALSE(order(id).production.empty());
  return *workshop.production_order(order(id).production.front());
}

const events::Event& Scenario::last(const std::string& type) const {
  REQUIRE(answer.has_value());
  const auto found = std::ranges::find_if(answer->list(), [&](const NewEvent& event) { return event_type(event.event) == type; });
  REQUIRE_MESSAGE(found != answer->list().end(), type);
  return found->event;
}

std::vector<EffectId> Scenario::effects_of(const std::string& kind) const {
  std::vector<EffectId> found;
  for (const auto& [id, effect] : workshop.effects)
    if (effect.kind == kind) found.push_back(id);
  std::ranges::sort(found);
  return found;
}

orders::Address address() {
  return {.name = "Ada", .line1 = "1 Main St", .line2 = {}, .city = "Town", .postal_code = "1", .region = {}, .country = "US", .phone = {}};
}

quotes::DraftQuote draft_of(const std::string& id, quotes::Options options) {
  return {.quote = QuoteId(id), .customer = CustomerId("c-" + id), .options = std::move(options),
          .files = {{FileId("f-" + id), ModelId("m-" + id), "part.stl", 1000}}, .product_name = "Gear", .customer_name = "Ada",
          .customer_mail = "ada@example.org", .note = "please"};
}

quotes::Options black_pieces(std::int64_t quantity) {
  quotes::Options options;
  options.quantity = quantity;
  options.colour = "black";
  return options;
}

}  // namespace layerline::test
