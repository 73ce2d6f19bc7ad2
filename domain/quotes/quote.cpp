#include "domain/quotes/quote.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/effects/effect.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::quotes {
namespace {

constexpr std::int64_t ms_per_day = 86'400'000;

std::string stream(const QuoteId& id) { return "quote/" + id.str(); }

void store_options(const Options& options, events::QuoteOptions* stored) {
  stored->set_quantity(options.quantity);
  stored->set_material_type(options.material_type);
  stored->set_colour(options.colour);
  stored->set_infill_percent(options.infill_percent);
  stored->set_finish(options.finish);
  stored->set_rush(options.rush);
}

Options options_from(const events::QuoteOptions& stored) {
  return {stored.quantity(), stored.material_type(), stored.colour(), stored.infill_percent(), stored.finish(), stored.rush()};
}

Price price_from(const events::PriceBreakdown& s) {
  return {s.milligrams(), s.print_ms(),   s.material_cost(), s.machine_cost(),        s.labour_cost(), s.overhead_cost(), s.unit_cost(),
          s.markup_basis_points(), s.marked_up(), s.discount_basis_points(), s.unit_price(), s.finish_price(), s.rush_price(),
          s.line_unit_price(), s.total()};
}

void store_price(const Price& price, events::PriceBreakdown* stored) {
  stored->set_milligrams(price.milligrams);
  stored->set_print_ms(price.print_ms);
  stored->set_material_cost(price.material_cost);
  stored->set_machine_cost(price.machine_cost);
  stored->set_labour_cost(price.labour_cost);
  stored->set_overhead_cost(price.overhead_cost);
  stored->set_unit_cost(price.unit_cost);
  stored->set_markup_basis_points(price.markup_basis_points);
  stored->set_marked_up(price.marked_up);
  stored->set_discount_basis_points(price.discount_basis_points);
  stored->set_unit_price(price.unit_price);
  stored->set_finish_price(price.finish_price);
  stored->set_rush_price(price.rush_price);
  stored->set_line_unit_price(price.line_unit_price);
  stored->set_total(price.total);
}

Quote& edit(Workshop& workshop, const std::string& id) { return workshop.quotes.at(QuoteId(id)); }

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::QuoteDrafted& event, Time at) {
  Quote quote;
  quote.id = QuoteId(event.quote());
  quote.number = event.number();
  quote.customer = CustomerId(event.customer());
  quote.options = options_from(event.options());
  quote.product_name = event.product_name().clear();
  quote.customer_name = event.customer_name().clear();
  quote.customer_mail = event.customer_mail().clear();
  quote.uploaded = at;
  for (const auto& file : event.files()) quote.files.push_back({.file = FileId(file.file()), .model = ModelId(file.model()), .facts = {}});
  workshop.numbers.note(quote.number);
  workshop.quotes.emplace(quote.id, std::move(quote));
}

void evolve(Workshop& workshop, const events::QuoteChanged& event, Time) {
  Quote& quote = edit(workshop, event.quote());
  const Options before = quote.options;
  quote.options = options_from(event.options());
  quote.status = Status::draft;
  if (!event.product_name().clear().empty()) quote.product_name = event.product_name().clear();
  if (before.material_type == quote.options.material_type && before.infill_percent == quote.options.infill_percent) return;
  for (QuotedFile& file : quote.files) file.analysed = false;
}

void evolve(Workshop& workshop, const events::ModelAnalysed& event, Time) {
  Quote& quote = edit(workshop, event.quote());
  if (event.material_type() != quote.options.material_type || event.infill_percent() != quote.options.infill_percent) return;
  for (QuotedFile& file : quote.files) {
    if (file.analysed || file.file.str() != event.file()) continue;   // the quote's price stands on the first answer
    file.analysed = true;
    file.facts = models::facts_from(event.facts());
    file.milligrams = event.milligrams();
    file.print_ms = event.print_ms();
  }
}

void evolve(Workshop& workshop, const events::QuotePriced& event, Time) {
  Quote& quote = edit(workshop, event.quote());
  quote.price = price_from(event.price());
  quote.delivery_days = event.delivery_days();
}

void evolve(Workshop& workshop, const events::QuoteSubmitted& event, Time) { edit(workshop, event.quote()).status = Status::pending; }

void evolve(Workshop& workshop, const events::QuoteApproved& event, Time at) {
  Quote& quote = edit(workshop, event.quote());
  quote.status = Status::approved;
  quote.approved = at;
  quote.expires = {event.expires_ms()};
}

void evolve(Workshop& workshop, const events::QuoteAccepted& event, Time) {
  Quote& quote = edit(workshop, event.quote());
  quote.status = Status::accepted;
  quote.order = OrderId(event.order());
  quote.product = ProductId(event.product());
}

void evolve(Workshop& workshop, const events::QuoteRejected& event, Time) { edit(workshop, event.quote()).status = Status::rejected; }
void evolve(Workshop& workshop, const events::QuoteCancelled& event, Time) { edit(workshop, event.quote()).status = Status::cancelled; }
void evolve(Workshop& workshop, const events::QuoteExpired& event, Time) { edit(workshop, event.quote()).status = Status::expired; }

// ---- decisions ----

namespace {

std::expected<void, Rejection> check_options(const Options& options, const Rules& rules) {
  if (options.quantity < 1 || options.quantity > limits::quote_quantity_max)
    return refuse("quantity-out-of-range", fmt::format("The quantity must be from 1 to {}.", limits::quote_quantity_max));
  if (options.infill_percent < 0 || options.infill_percent > 100)
    return refuse("infill-out-of-range", "The infill must be from 0 to 100 percent.");
  if (rules.material(options.material_type) == nullptr) {
    std::string known;
    for (const MaterialRule& rule : rules.materials) known += (known.empty() ? "" : ", ") + rule.type;
    return refuse("unknown-material", "This workshop prints " + known + ".");
  }
  // A word, not free text: it becomes part of a material's name, in clear.
  if (!options.colour.empty() && !inventory::plain_word(options.colour))
    return refuse("bad-colour", "A colour is a word of letters, digits, '-', '_' and '+', such as black.");
  if (rules.finish(options.finish) == nullptr) {
    std::string known;
    for (const FinishRule& rule : rules.finishes) known += (known.empty() ? "" : ", ") + rule.name;
    return refuse("unknown-finish", "This workshop's finishes are " + known + ".");
  }
  return {};
}

std::unexpected<Rejection> wrong_status(const Quote& quote, std::string_view wanted) {
  Rejection rejection{.refusal = Refusal::refused, .type = "quote-not-" + std::string(wanted),
                      .detail = fmt::format("Quote {} is {}, not {}.", quote.number, name(quote.status), wanted)};
  rejection.data.emplace_back("quote_status", std::string(name(quote.status)));
  return std::unexpected(std::move(rejection));
}

bool open(const Quote& quote) {
  return quote.status == Status::draft || quote.status == Status::pending || quote.status == Status::approved;
}

}  // namespace

std::string_view name(Status status) {
  switch (status) {
    case Status::draft: return "draft";
    case Status::pending: return "pending";
    case Status::approved: return "approved";
    case Status::accepted: return "accepted";
    case Status::rejected: return "rejected";
    case Status::cancelled: return "cancelled";
    case Status::expired: return "expired";
  }
  return "";
}

Decided decide(const DraftQuote& command, const Context& context) {
  if (auto ok = check_options(command.options, context.workshop.rules); !ok) return std::unexpected(ok.error());
  if (context.workshop.quote(command.quote) != nullptr)
    return std::unexpected(Rejection{Refusal::conflict, "quote-exists", "There is a quote of this id already.", {}});
  if (command.files.empty()) return refuse("no-file", "A quote needs at least one model file.");
  if (command.files.size() > limits::quote_files_max)
    return refuse("too-many-files", fmt::format("A quote takes at most {} files.", limits::quote_files_max));

  Events out;
  for (const models::Upload& file : command.files) out.append(models::upload(file, command.customer));
  auto* event = out.on(stream(command.quote)).mutable_quote_drafted();
  event->set_quote(command.quote.str());
  event->set_number(context.workshop.numbers.next("Q", context.now));
  event->set_customer(command.customer.str());
  store_options(command.options, event->mutable_options());
  for (const models::Upload& file : command.files) {
    auto* quoted = event->add_files();
    quoted->set_file(file.id.str());
    quoted->set_model(file.model.str());
  }
  seal(event->mutable_product_name(), command.customer.str(), command.product_name);
  const customers::Contact contact = customers::contact(context.workshop, command.customer);
  seal(event->mutable_customer_name(), command.customer.str(), command.customer_name.empty() ? contact.name() : command.customer_name);
  seal(event->mutable_customer_mail(), command.customer.str(), command.customer_mail.empty() ? contact.mail : command.customer_mail);
  seal(event->mutable_customer_note(), command.customer.str(), command.note);
  return out;
}

Decided decide(const ChangeQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (!open(*quote)) return wrong_status(*quote, "open");
  if (auto ok = check_options(command.options, context.workshop.rules); !ok) return std::unexpected(ok.error());
  if (command.options == quote->options && (command.product_name.empty() || command.product_name == quote->product_name)) return Events{};
  Events out;
  auto* event = out.on(stream(quote->id)).mutable_quote_changed();
  event->set_quote(quote->id.str());
  store_options(command.options, event->mutable_options());
  seal(event->mutable_product_name(), quote->customer.str(), command.product_name);
  return out;
}

Decided decide(const RepriceQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (quote->status != Status::pending) return wrong_status(*quote, "pending");
  if (command.line_unit_price < 0 || command.line_unit_price > limits::price_max)
    return refuse("price-out-of-range", "The unit price must be from 0 to a sensible amount.");
  if (command.line_unit_price == quote->price.line_unit_price) return Events{};
  Events out;
  auto* event = out.on(stream(quote->id)).mutable_quote_priced();
  event->set_quote(quote->id.str());
  store_price(price_set_by_hand(quote->price, command.line_unit_price, quote->options.quantity), event->mutable_price());
  event->set_delivery_days(quote->delivery_days);
  event->set_by(context.actor);
  return out;
}

namespace {

void approve(const Quote& quote, const Context& context, const std::string& by, Events& out) {
  const std::int64_t expires_ms = context.now.ms + context.workshop.rules.quote_valid_days * ms_per_day;
  auto* event = out.on(stream(quote.id)).mutable_quote_approved();
  event->set_quote(quote.id.str());
  event->set_by(by);
  event->set_expires_ms(expires_ms);
  auto* timer = out.on("workshop/" + context.workshop.id.str()).mutable_timer_set();
  timer->set_timer(context.ids.next(context.now));
  timer->set_due_ms(expires_ms);
  timer->set_purpose("quote-expiry");
  timer->set_subject(quote.id.str());
}

}  // namespace

Decided decide(const ApproveQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (quote->status == Status::approved) return Events{};
  if (quote->status != Status::pending) return wrong_status(*quote, "pending");
  Events out;
  approve(*quote, context, context.actor, out);
  return out;
}

Decided decide(const NoteQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  Events out;
  auto* event = out.on(stream(quote->id)).mutable_quote_noted();
  event->set_quote(quote->id.str());
  event->set_by(context.actor);
  seal(event->mutable_note(), quote->customer.str(), command.note);
  return out;
}

Decided decide(const AcceptQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (quote->status == Status::accepted) return Events{};
  if (quote->status != Status::approved) return wrong_status(*quote, "approved");
  if (context.now >= quote->expires) return refuse("quote-expired", fmt::format("Quote {} has expired; ask for a new one.", quote->number));
  const auto ship_to = customers::ship_to(context.workshop, quote->customer, command.saved, command.ship_to);
  if (!ship_to) return std::unexpected(ship_to.error());
  if (!ship_to->complete()) return refuse("address-incomplete", "Shipping needs at least a street line, a city and a country.");
  Events out;
  const OrderId order(context.ids.next(context.now));
  const ProductId product(context.ids.next(context.now));
  auto* event = out.on(stream(quote->id)).mutable_quote_accepted();
  event->set_quote(quote->id.str());
  event->set_order(order.str());
  event->set_product(product.str());
  event->set_by(context.actor);
  out.append(products::create_custom(*quote, product, context));
  out.append(orders::place(*quote, order, product, *ship_to, context));
  return out;
}

Decided decide(const RejectQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (quote->status == Status::rejected) return Events{};
  if (!open(*quote)) return wrong_status(*quote, "open");
  Events out;
  auto* event = out.on(stream(quote->id)).mutable_quote_rejected();
  event->set_quote(quote->id.str());
  event->set_by(context.actor);
  event->set_reason(command.by_customer ? "customer" : "operator");
  seal(event->mutable_note(), quote->customer.str(), command.note);
  return out;
}

Decided decide(const CancelQuote& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  if (quote->status == Status::cancelled) return Events{};
  if (!open(*quote)) return wrong_status(*quote, "open");
  Events out;
  auto* event = out.on(stream(quote->id)).mutable_quote_cancelled();
  event->set_quote(quote->id.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const RecordAnalysis& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  Events out = effects::succeed(command.effect, context);
  if (out.empty()) return out;
  auto* event = out.on("model/" + command.model.str()).mutable_model_analysed();
  event->set_model(command.model.str());
  event->set_quote(command.quote.str());
  event->set_file(command.file.str());
  event->set_material_type(command.material_type);
  event->set_infill_percent(command.infill_percent);
  event->set_milligrams(command.milligrams);
  event->set_print_ms(command.print_ms);
  models::store_facts(command.facts, event->mutable_facts());
  return out;
}

Decided decide(const RecordRefusal& command, const Context& context) {
  const Quote* quote = context.workshop.quote(command.quote);
  if (quote == nullptr) return not_found("quote");
  Events out = effects::succeed(command.effect, context);
  if (out.empty()) return out;
  auto* refused = out.on("model/" + command.model.str()).mutable_model_refused();
  refused->set_model(command.model.str());
  refused->set_quote(command.quote.str());
  refused->set_file(command.file.str());
  refused->set_reason(command.reason);
  if (!open(*quote)) return out;
  auto* rejected = out.on(stream(quote->id)).mutable_quote_rejected();
  rejected->set_quote(quote->id.str());
  rejected->set_by("estimator");
  rejected->set_reason(command.reason);
  return out;
}

Events request_analysis(const QuoteId& id, const Context& context) {
  const Quote* quote = context.workshop.quote(id);
  Events out;
  if (quote == nullptr || quote->status != Status::draft) return out;
  const MaterialRule* material = context.workshop.rules.material(quote->options.material_type);
  for (const QuotedFile& file : quote->files) {
    if (file.analysed || material == nullptr) continue;
    auto* action = effects::request(out, context).mutable_analyse_model();
    action->set_quote(id.str());
    action->set_file(file.file.str());
    action->set_model(file.model.str());
    action->set_material_type(quote->options.material_type);
    action->set_density_ug_per_mm3(material->density_ug_per_mm3);
    action->set_infill_percent(quote->options.infill_percent);
  }
  return out;
}

namespace {

std::vector<std::string> reasons_to_wait(const Quote& quote, const Price& price, const Rules& rules) {
  std::vector<std::string> reasons;
  for (const QuotedFile& file : quote.files)
    for (const std::string& warning : file.facts.warnings)
      if (std::ranges::find(reasons, warning) == reasons.end()) reasons.push_back(warning);
  if (price.total > rules.approve_up_to_total) reasons.push_back("total_above_limit");
  if (price.total < rules.minimum_order) reasons.push_back("below_minimum_order");
  if (quote.options.quantity > rules.approve_up_to_quantity) reasons.push_back("quantity_above_limit");
  return reasons;
}

}  // namespace

Events consider(const QuoteId& id, const Context& context) {
  const Quote* quote = context.workshop.quote(id);
  Events out;
  if (quote == nullptr || quote->status != Status::draft) return out;
  if (!std::ranges::all_of(quote->files, &QuotedFile::analysed)) return out;
  const Rules& rules = context.workshop.rules;
  if (const std::string reason = not_printable(*quote, rules); !reason.empty()) {
    auto* event = out.on(stream(id)).mutable_quote_rejected();
    event->set_quote(id.str());
    event->set_by("rules");
    event->set_reason(reason);
    return out;
  }
  const Price priced = price(rules, quote->options, milligrams_per_unit(*quote), print_ms_per_unit(*quote));
  auto* event = out.on(stream(id)).mutable_quote_priced();
  event->set_quote(id.str());
  store_price(priced, event->mutable_price());
  event->set_delivery_days(delivery_days(rules, priced.print_ms, quote->options.quantity));
  event->set_by("rules");
  const std::vector<std::string> reasons = reasons_to_wait(*quote, priced, rules);
  if (reasons.empty()) {
    approve(*quote, context, "rules", out);
    return out;
  }
  auto* submitted = out.on(stream(id)).mutable_quote_submitted();
  submitted->set_quote(id.str());
  for (const std::string& reason : reasons) submitted->add_reasons(reason);
  return out;
}

Events expire(const QuoteId& id, const Context& context) {
  const Quote* quote = context.workshop.quote(id);
  Events out;
  // A quote that was changed and approved again has a later date, and a timer of its own.
  if (quote == nullptr || quote->status != Status::approved || context.now < quote->expires) return out;
  out.on(stream(id)).mutable_quote_expired()->set_quote(id.str());
  return out;
}

// ---- queries ----

std::string not_printable(const Quote& quote, const Rules& rules) {
  if (rules.material(quote.options.material_type) == nullptr)
    return fmt::format("The workshop no longer prints {}.", quote.options.material_type);
  if (rules.finish(quote.options.finish) == nullptr)
    return fmt::format("The workshop no longer offers the finish {}.", quote.options.finish);
  for (const QuotedFile& file : quote.files) {
    const models::Facts& facts = file.facts;
    if (file.milligrams <= 0 || file.print_ms <= 0) return "The file holds nothing that can be printed.";
    if (file.milligrams > limits::part_mass_max_mg || file.print_ms > limits::part_print_ms_max)
      return "The part is heavier, or takes longer, than anything that a workshop prints.";
    // A part may lie on the plate either way round, but it is printed as it stands.
    const bool fits = facts.size_z_um <= rules.largest_part_z_um &&
                      std::max(facts.size_x_um, facts.size_y_um) <= std::max(rules.largest_part_x_um, rules.largest_part_y_um) &&
                      std::min(facts.size_x_um, facts.size_y_um) <= std::min(rules.largest_part_x_um, rules.largest_part_y_um);
    if (!fits)
      return fmt::format(
          "The part measures {:.1f} × {:.1f} × {:.1f} mm; the largest that this workshop prints is {:.1f} × {:.1f} × {:.1f} mm.",
          facts.size_x_um / 1000.0, facts.size_y_um / 1000.0, facts.size_z_um / 1000.0, rules.largest_part_x_um / 1000.0,
          rules.largest_part_y_um / 1000.0, rules.largest_part_z_um / 1000.0);
    if (facts.sliced() && !facts.filament_type.empty() && facts.filament_type != quote.options.material_type)
      return fmt::format("The file is sliced for {}, but {} was chosen.", facts.filament_type, quote.options.material_type);
  }
  return "";
}

std::int64_t milligrams_per_unit(const Quote& quote) {
  std::int64_t sum = 0;
  for (const QuotedFile& file : quote.files) sum += file.milligrams;
  return sum;
}

std::int64_t print_ms_per_unit(const Quote& quote) {
  std::int64_t sum = 0;
  for (const QuotedFile& file : quote.files) sum += file.print_ms;
  return sum;
}

}  // namespace layerline::quotes
