#include "domain/workshop/settings.hpp"

#include <algorithm>
#include <set>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::settings {
namespace {

std::string stream(const Workshop& workshop) { return "workshop/" + workshop.id.str(); }

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::WorkshopOpened& event, Time) {
  workshop.id = WorkshopId(event.workshop());
  workshop.opened = true;
  workshop.currency = event.currency();
  workshop.rules = rules_from(event.rules());
  workshop.operator_mail = event.operator_mail().clear();
}

void evolve(Workshop& workshop, const events::WorkshopConfigured& event, Time) { workshop.rules = rules_from(event.rules()); }
void evolve(Workshop& workshop, const events::WorkshopListed& event, Time) {
  workshop.directory[WorkshopId(event.workshop())] = event.partition();
}

void evolve(Workshop& workshop, const events::ApiKeyIssued& event, Time) {
  workshop.keys[event.key_id()] = {event.key_id(), event.role(), CustomerId(event.customer()), false};
}

void evolve(Workshop& workshop, const events::ApiKeyRevoked& event, Time) { workshop.keys.at(event.key_id()).revoked = true; }

// What was never given stays empty, as it does when the journal is folded without the key.
void evolve(Workshop& workshop, const events::SubjectErased& event, Time) {
  const auto blank = [](std::string& clear) { if (!clear.empty()) clear = erased_text; };
  const CustomerId customer(event.subject());
  for (auto& [id, quote] : workshop.quotes)
    if (quote.customer == customer)
      for (std::string* clear : {&quote.product_name, &quote.customer_name, &quote.customer_mail}) blank(*clear);
  for (auto& [id, order] : workshop.orders) {
    if (order.customer != customer) continue;
    orders::Address& to = order.ship_to;
    for (std::string* clear : {&order.customer_name, &order.customer_mail, &order.company, &to.name, &to.line1, &to.line2, &to.city,
                               &to.postal_code, &to.region, &to.phone})
      blank(*clear);
    for (orders::Line& line : order.lines) blank(line.title);
  }
  for (auto& [id, checkout] : workshop.checkouts) {
    if (checkout.cart.str() != customer.str()) continue;
    orders::Address& to = checkout.ship_to;
    for (std::string* clear : {&checkout.customer_mail, &to.name, &to.line1, &to.line2, &to.city, &to.postal_code, &to.region, &to.phone})
      blank(*clear);
  }
  workshop.customers.erase(customer);
  std::erase_if(workshop.buyers, [&](const auto& buyer) { return buyer.second == customer; });
  if (event.subject() == stream(workshop)) blank(workshop.operator_mail);
}

void evolve(Workshop& workshop, const events::TimerSet& event, Time) {
  workshop.timers[event.timer()] = {{event.due_ms()}, event.purpose(), event.subject()};
}

void evolve(Workshop& workshop, const events::TimerFired& event, Time) { workshop.timers.erase(event.timer()); }

// ---- decisions ----

Decided decide(const OpenWorkshop& command, const Context& context) {
  if (context.workshop.opened) return Events{};
  const bool iso = command.currency.size() == 3 && std::ranges::all_of(command.currency, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!iso) return refuse("bad-currency", "The currency is an ISO 4217 code of three capitals.");
  Events out;
  auto* event = out.on("workshop/" + command.workshop.str()).mutable_workshop_opened();
  event->set_workshop(command.workshop.str());
  event->set_name(command.name);
  event->set_currency(command.currency);
  store_rules(Rules{}, event->mutable_rules());
  seal(event->mutable_operator_mail(), "workshop/" + command.workshop.str(), command.operator_mail);
  return out;
}

namespace {

bool within(std::int64_t value, std::int64_t least, std::int64_t most) { return value >= least && value <= most; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_country(const std::string& code) { return code.size() == 2 && std::ranges::all_of(code, is_letter); }

bool sane(const ShippingRule& option) {
  return products::plain_code(option.id) && option.name.size() <= limits::product_name_max &&
         within(option.price, 0, limits::rule_price_max) && within(option.free_from, 0, limits::price_max) &&
         within(option.days, 0, limits::days_max) &&
         std::ranges::all_of(option.countries, is_country);
}

bool sane_shipping(const std::vector<ShippingRule>& options) {
  std::set<std::string> ids;
  for (const ShippingRule& option : options) ids.insert(option.id);
  return !options.empty() && options.size() <= limits::shipping_options_max && ids.size() == options.size() &&
         std::ranges::all_of(options, [](const ShippingRule& option) { return sane(option); });
}

// Each step once.
bool sane_work(const std::vector<WorkStepRule>& work) {
  std::vector<std::string> steps;
  for (const WorkStepRule& rule : work) steps.push_back(rule.step);
  return production::are_steps(steps) &&
         std::ranges::all_of(work, [](const WorkStepRule& rule) { return within(rule.ms_per_piece, 0, limits::work_step_max_ms); });
}

// The bounds together keep every price that the rules can make inside 64 bits.
bool sane(const Rules& rules) {
  const auto is_price = [](std::int64_t price) { return within(price, 0, limits::rule_price_max); };
  const auto by_quantity = [](const DiscountRule& a, const DiscountRule& b) { return a.from_quantity < b.from_quantity; };
  return !rules.materials.empty() && !rules.finishes.empty() &&
         std::ranges::all_of(rules.materials,
                             [&](const MaterialRule& m) { return is_price(m.price_per_kg) && m.density_ug_per_mm3 > 0; }) &&
         std::ranges::all_of(rules.finishes, [&](const FinishRule& f) { return is_price(f.price_per_unit); }) &&
         std::ranges::all_of(rules.discounts, [](const DiscountRule& d) { return within(d.basis_points, 0, 10'000); }) &&
         std::ranges::is_sorted(rules.discounts, by_quantity) && is_price(rules.machine_price_per_hour) &&
         is_price(rules.labour_per_unit) && is_price(rules.overhead_per_unit) &&
         within(rules.markup_basis_points, 1, limits::markup_basis_points_max) &&
         within(rules.rush_basis_points, 0, limits::rush_basis_points_max) && within(rules.minimum_order, 0, limits::price_max) &&
         within(rules.print_hours_per_day, 1, 24) && within(rules.extra_delivery_days, 0, limits::days_max) &&
         within(rules.quote_valid_days, 1, limits::days_max) && rules.approve_up_to_total >= 0 && rules.approve_up_to_quantity >= 0 &&
         rules.largest_part_x_um > 0 && rules.largest_part_y_um > 0 && rules.largest_part_z_um > 0 &&
         within(rules.low_stock_mg, 0, limits::mass_max_mg) && sane_shipping(rules.shipping_options) &&
         within(rules.checkout_hold_ms, 1, limits::checkout_hold_max_ms) && within(rules.cart_days, 1, limits::days_max) &&
         sane_work(rules.work_steps);
}

}  // namespace

Decided decide(const Configure& command, const Context& context) {
  const Rules& rules = command.rules;
  if (!sane(rules))
    return refuse("bad-rules", "The rules need materials, finishes, ways of shipping, ascending discounts of at most 100 %, prices of 0 or "
                               "more, and hours, markup, validity and part sizes above 0, all within sensible bounds.");
  Events out;
  auto* event = out.on(stream(context.workshop)).mutable_workshop_configured();
  store_rules(rules, event->mutable_rules());
  event->set_by(context.actor);
  return out;
}

Decided decide(const ListWorkshop& command, const Context& context) {
  const auto known = context.workshop.directory.find(command.workshop);
  if (known != context.workshop.directory.end() && known->second == command.partition) return Events{};
  if (known != context.workshop.directory.end())
    return std::unexpected(Rejection{Refusal::conflict, "workshop-exists", "The workshop lives on another partition.", {}});
  Events out;
  auto* event = out.on("workshop/" + command.workshop.str()).mutable_workshop_listed();
  event->set_workshop(command.workshop.str());
  event->set_partition(command.partition);
  return out;
}

Decided decide(const IssueKey& command, const Context& context) {
  if (context.workshop.keys.contains(command.key_id)) return Events{};
  if (command.hash.size() != 32) return refuse("bad-key", "A key is stored as its SHA-256.");
  Events out;
  auto* event = out.on(stream(context.workshop)).mutable_key_issued();
  event->set_key_id(command.key_id);
  event->set_hash(command.hash);
  event->set_role(std::string(name(command.role)));
  event->set_customer(command.customer.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const RevokeKey& command, const Context& context) {
  const auto known = context.workshop.keys.find(command.key_id);
  if (known == context.workshop.keys.end()) return not_found("key");
  if (known->second.revoked) return Events{};
  Events out;
  auto* event = out.on(stream(context.workshop)).mutable_key_revoked();
  event->set_key_id(command.key_id);
  event->set_by(context.actor);
  return out;
}

Decided decide(const EraseSubject& command, const Context& context) {
  if (command.subject.empty()) return not_found("person");
  Events out;
  auto* event = out.on(stream(context.workshop)).mutable_subject_erased();
  event->set_subject(command.subject);
  event->set_by(context.actor);
  return out;
}

Decided decide(const FireTimer& command, const Context& context) {
  const auto timer = context.workshop.timers.find(command.timer);
  if (timer == context.workshop.timers.end()) return Events{};   // it fired already
  if (context.now < timer->second.due) return refuse("timer-not-due", "The timer is not due.");
  Events out;
  auto* event = out.on(stream(context.workshop)).mutable_timer_fired();
  event->set_timer(command.timer);
  event->set_purpose(timer->second.purpose);
  event->set_subject(timer->second.subject);
  return out;
}

std::string_view name(Role role) {
  switch (role) {
    case Role::customer: return "customer";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
    case Role::service: return "service";
  }
  return "";
}

}  // namespace layerline::settings
