#include "tests/projections/journey.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace layerline::testing {
namespace {

constexpr std::int64_t start_ms = 1'795'000'000'000;   // 2026-11-18
constexpr std::int64_t milligrams = 45'300;

std::string id(std::string_view kind, const Journey& journey) { return fmt::format("{}-{:08}", kind, journey.number); }

void personal(events::Sealed* sealed, const Journey& journey, std::string clear) {
  sealed->set_subject(journey.customer);
  sealed->set_clear(std::move(clear));
}

void fill_facts(events::ModelFacts* facts) {
  facts->set_kind("stl");
  facts->set_triangles(225'706);
  facts->set_shells(1);
  facts->set_volume_mm3(15'550);
  facts->set_area_mm2(9'530);
  facts->set_size_x_um(60'001);
  facts->set_size_y_um(31'004);
  facts->set_size_z_um(48'000);
  facts->set_watertight(true);
}

void fill_price(events::PriceBreakdown* price) {
  price->set_milligrams(milligrams);
  price->set_print_ms(9'000'000);
  price->set_material_cost(91);
  price->set_machine_cost(625);
  price->set_unit_cost(716);
  price->set_markup_basis_points(25'000);
  price->set_marked_up(1'790);
  price->set_discount_basis_points(1'000);
  price->set_unit_price(1'611);
  price->set_line_unit_price(1'611);
  price->set_total(19'332);
}

void fill_address(events::Address* address, const Journey& journey) {
  personal(address->mutable_name(), journey, "Ada Lovelace");
  personal(address->mutable_line1(), journey, "12 St James's Square");
  personal(address->mutable_line2(), journey, "");
  personal(address->mutable_city(), journey, "London");
  personal(address->mutable_postal_code(), journey, "SW1Y 4JH");
  personal(address->mutable_region(), journey, "");
  address->set_country("GB");
  personal(address->mutable_phone(), journey, "+44 20 7946 0000");
}

void mail(Journal& journal, const Journey& journey, const std::string& kind) {
  const std::string effect = id("effect-" + kind, journey);
  auto* requested = journal.on("effect/" + effect).mutable_effect_requested();
  requested->set_effect(effect);
  requested->mutable_send_mail()->set_mail(kind);
  personal(requested->mutable_send_mail()->mutable_to(), journey, "ada@example.org");
}

void mailed(Journal& journal, const Journey& journey, const std::string& kind) {
  const std::string effect = id("effect-" + kind, journey);
  auto* attempted = journal.commit("worker:notifier").on("effect/" + effect).mutable_effect_attempted();
  attempted->set_effect(effect);
  attempted->set_attempt(1);
  attempted->set_worker("notifier");
  journal.commit("worker:notifier").on("effect/" + effect).mutable_effect_succeeded()->set_effect(effect);
}

}  // namespace

// ---- journal ----

Journal& Journal::commit(std::string actor) {
  projections::OwnedCommit& added = commits_.emplace_back();
  const auto count = static_cast<std::int64_t>(commits_.size());
  added.commit = {.partition = partition_, .offset = commits_.size() - 1, .time_ms = start_ms + count * 1'000 + passed_ms_,
                  .workshop = workshop_, .actor = std::move(actor), .events = {}};
  return *this;
}

events::Event& Journal::on(const std::string& stream) {
  projections::OwnedCommit& last = commits_.back();
  projections::EventView& added = last.events.emplace_back();
  added.stream = stream;
  added.version = ++versions_[last.commit.workshop + "/" + stream];
  return added.event;
}

std::uint64_t Journal::event_count() const {
  std::uint64_t count = 0;
  for (const projections::OwnedCommit& commit : commits_) count += commit.events.size();
  return count;
}

projections::Source Journal::source(std::size_t most) const {
  return {.partitions = partition_ + 1, .read = [this, most](std::uint32_t partition, const projections::Mark& from, std::size_t limit) {
            projections::Reading reading;
            reading.after = from;
            if (partition != partition_) return std::expected<projections::Reading, projections::SourceStop>(std::move(reading));
            const std::size_t first = std::min<std::size_t>(from.next_offset, commits_.size());
            const std::size_t end = std::min(commits_.size(), first + (most == 0 ? limit : std::min(limit, most)));
            reading.commits.assign(commits_.begin() + static_cast<std::ptrdiff_t>(first),
                                   commits_.begin() + static_cast<std::ptrdiff_t>(end));
            for (projections::OwnedCommit& taken : reading.commits) taken.commit.events = taken.events;
            reading.after = {end, end > 0 ? fmt::format("after {}", end) : ""};
            return std::expected<projections::Reading, projections::SourceStop>(std::move(reading));
          }};
}

namespace {

void erase_in(google::protobuf::Message& message, const std::string& subject) {
  if (message.GetDescriptor() == events::Sealed::descriptor()) {
    auto& sealed = static_cast<events::Sealed&>(message);
    if (sealed.subject() == subject && !sealed.clear().empty()) sealed.set_clear("[erased]");
    return;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const auto* field : fields)
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated())
      erase_in(*message.GetReflection()->MutableMessage(&message, field), subject);
}

}  // namespace

void Journal::erase_keys(const std::string& subject) {
  for (projections::OwnedCommit& commit : commits_)
    for (projections::EventView& event : commit.events) erase_in(event.event, subject);
}

// ---- the steps of a journey ----

void open_workshop(Journal& journal) {
  auto* opened = journal.commit().on("workshop/w1").mutable_workshop_opened();
  opened->set_workshop("w1");
  opened->set_currency("USD");
  auto* defined = journal.on("material/PLA-black").mutable_material_defined();
  defined->set_material("PLA-black");
  defined->set_type("PLA");
  defined->set_colour("black");
  defined->set_low_stock_mg(500'000);
  auto* received = journal.commit().on("material/PLA-black").mutable_stock_received();
  received->set_material("PLA-black");
  received->set_milligrams(1'000'000'000'000);
  received->set_by("operator:1");
  auto* printer = journal.commit().on("printer/p1").mutable_printer_added();
  printer->set_printer("p1");
  printer->set_name("first");
  printer->set_model("A1");
  printer->set_nozzle_um(400);
  printer->set_bed_x_um(256'000);
  printer->set_bed_y_um(256'000);
  printer->set_bed_z_um(256'000);
  auto* loaded = journal.commit().on("printer/p1").mutable_printer_filament_loaded();
  loaded->set_printer("p1");
  loaded->set_slot(1);
  loaded->set_material("PLA-black");
  loaded->set_milligrams(1'000'000);
}

void upload_and_quote(Journal& journal, const Journey& journey) {
  const std::string file = id("file", journey);
  const std::string quote = id("quote", journey);
  auto* uploaded = journal.commit("customer:1").on("file/" + file).mutable_file_uploaded();
  uploaded->set_file(file);
  uploaded->set_model(std::string(64, 'a'));
  uploaded->set_customer(journey.customer);
  personal(uploaded->mutable_name(), journey, "Adas boat.stl");
  uploaded->set_size_bytes(11'285'384);
  auto* drafted = journal.on("quote/" + quote).mutable_quote_drafted();
  drafted->set_quote(quote);
  drafted->set_number(fmt::format("Q-2026-{:03}", journey.number));
  drafted->set_customer(journey.customer);
  drafted->mutable_options()->set_quantity(12);
  drafted->mutable_options()->set_material_type("PLA");
  drafted->mutable_options()->set_colour("black");
  drafted->mutable_options()->set_infill_percent(20);
  drafted->mutable_options()->set_finish("standard");
  auto* line = drafted->add_files();
  line->set_file(file);
  line->set_model(std::string(64, 'a'));
  personal(drafted->mutable_product_name(), journey, "Ada's boat");
  personal(drafted->mutable_customer_mail(), journey, "ada@example.org");

  auto* analysed = journal.commit("worker:slicer").on("model/" + std::string(64, 'a')).mutable_model_analysed();
  analysed->set_quote(quote);
  analysed->set_file(file);
  analysed->set_material_type("PLA");
  analysed->set_infill_percent(20);
  analysed->set_milligrams(milligrams);
  analysed->set_print_ms(9'000'000);
  fill_facts(analysed->mutable_facts());
  auto* priced = journal.on("quote/" + quote).mutable_quote_priced();
  priced->set_quote(quote);
  priced->set_delivery_days(6);
  priced->set_by("rules");
  fill_price(priced->mutable_price());
  auto* approved = journal.on("quote/" + quote).mutable_quote_approved();
  approved->set_quote(quote);
  approved->set_by("rules");
  approved->set_expires_ms(start_ms + 30LL * 86'400'000);
  mail(journal, journey, "quote_ready");
  mailed(journal, journey, "quote_ready");
}

namespace {

void accept(Journal& journal, const Journey& journey) {
  const std::string quote = id("quote", journey);
  const std::string order = id("order", journey);
  const std::string product = id("product", journey);
  const std::string payment = id("payment", journey);
  auto* accepted = journal.commit("customer:1").on("quote/" + quote).mutable_quote_accepted();
  accepted->set_quote(quote);
  accepted->set_order(order);
  accepted->set_product(product);
  auto* created = journal.on("product/" + product).mutable_product_created();
  created->set_product(product);
  created->set_sku(fmt::format("CUSTOM-Q-2026-{:03}", journey.number));
  created->set_quote(quote);
  personal(created->mutable_name(), journey, "Ada's boat");
  auto* bom = journal.on("product/" + product).mutable_product_bom_defined();
  bom->set_product(product);
  auto* bom_line = bom->add_lines();
  bom_line->set_material("PLA-black");
  bom_line->set_milligrams_per_unit(milligrams);
  auto* placed = journal.on("order/" + order).mutable_order_placed();
  placed->set_order(order);
  placed->set_number(fmt::format("SO-2026-{:03}", journey.number));
  placed->set_type("quote_based");
  placed->set_source("portal");
  placed->set_quote(quote);
  placed->set_product(product);
  placed->set_customer(journey.customer);
  placed->set_quantity(12);
  placed->set_total(19'332);
  placed->set_currency("USD");
  placed->set_payment(payment);
  placed->set_uploaded_ms(start_ms);
  placed->set_quoted_ms(start_ms + 500);
  personal(placed->mutable_customer_mail(), journey, "ada@example.org");
  fill_address(placed->mutable_ship_to(), journey);
  auto* asked = journal.on("payment/" + payment).mutable_payment_requested();
  asked->set_payment(payment);
  asked->set_order(order);
  asked->set_amount(19'332);
  asked->set_currency("USD");
}

void pay(Journal& journal, const Journey& journey) {
  const std::string order = id("order", journey);
  const std::string product = id("product", journey);
  const std::string payment = id("payment", journey);
  const std::string production = id("production", journey);
  auto* intent = journal.commit("worker:payments").on("payment/" + payment).mutable_payment_intent_created();
  intent->set_payment(payment);
  intent->set_provider("stripe");
  intent->set_intent(id("pi", journey));
  personal(intent->mutable_client_secret(), journey, "pi_secret");
  auto* succeeded = journal.commit("webhook:stripe").on("payment/" + payment).mutable_payment_succeeded();
  succeeded->set_payment(payment);
  succeeded->set_order(order);
  succeeded->set_received(19'332);
  auto* paid = journal.on("order/" + order).mutable_order_paid();
  paid->set_order(order);
  paid->set_payment(payment);
  auto* made = journal.on("production/" + production).mutable_production_order_created();
  made->set_production_order(production);
  made->set_number(fmt::format("PO-2026-{:03}", journey.number));
  made->set_order(order);
  made->set_product(product);
  made->set_quantity(1);
  made->set_material("PLA-black");
  made->set_milligrams_per_unit(milligrams);
  made->set_print_ms_per_unit(9'000'000);
  made->set_infill_percent(20);
  fill_facts(made->mutable_facts());
  auto* reserved = journal.on("material/PLA-black").mutable_stock_reserved();
  reserved->set_material("PLA-black");
  reserved->set_production_order(production);
  reserved->set_milligrams(milligrams);
  journal.on("order/" + order).mutable_order_queued()->set_order(order);
  mail(journal, journey, "order_confirmed");
  mailed(journal, journey, "order_confirmed");
}

}  // namespace

void accept_and_pay(Journal& journal, const Journey& journey) {
  accept(journal, journey);
  pay(journal, journey);
}

void print(Journal& journal, const Journey& journey) {
  const std::string order = id("order", journey);
  const std::string production = id("production", journey);
  const std::string job = id("job", journey);
  auto* attached = journal.commit("worker:slicer").on("production/" + production).mutable_production_file_attached();
  attached->set_production_order(production);
  attached->set_blob(std::string(64, 'b'));
  attached->set_origin("sliced");
  attached->set_milligrams(milligrams);
  attached->set_layers(240);
  auto* dispatched = journal.commit().on("job/" + job).mutable_print_dispatched();
  dispatched->set_job(job);
  dispatched->set_production_order(production);
  dispatched->set_printer("p1");
  dispatched->set_slot(1);
  dispatched->set_layers(240);
  dispatched->set_milligrams(milligrams);
  auto* started = journal.commit("worker:printer").on("job/" + job).mutable_print_started();
  started->set_job(job);
  started->set_printer("p1");
  journal.on("order/" + order).mutable_order_printing()->set_order(order);
  for (std::int64_t percent = 5; percent < 100; percent += 5) {
    auto* progressed = journal.commit("worker:printer").on("job/" + job).mutable_print_progressed();
    progressed->set_job(job);
    progressed->set_percent(percent);
    progressed->set_layer(240 * percent / 100);
  }
  auto* finished = journal.commit("worker:printer").on("job/" + job).mutable_print_finished();
  finished->set_job(job);
  finished->set_printer("p1");
  auto* consumed = journal.on("material/PLA-black").mutable_stock_consumed();
  consumed->set_material("PLA-black");
  consumed->set_production_order(production);
  consumed->set_job(job);
  consumed->set_milligrams(milligrams);
  consumed->set_origin("sliced");
  consumed->set_from_reservation_mg(milligrams);
  auto* unit = journal.on("production/" + production).mutable_production_unit_printed();
  unit->set_production_order(production);
  unit->set_job(job);
  auto* completed = journal.on("production/" + production).mutable_production_completed();
  completed->set_production_order(production);
  completed->set_order(order);
  auto* closed = journal.on("printer/p1").mutable_printer_plate_closed();
  closed->set_printer("p1");
  closed->set_job(job);
  journal.on("order/" + order).mutable_order_printed()->set_order(order);
  auto* cleared = journal.commit().on("printer/p1").mutable_printer_plate_cleared();
  cleared->set_printer("p1");
  cleared->set_by("operator:1");
}

void ship(Journal& journal, const Journey& journey) {
  const std::string order = id("order", journey);
  const std::string shipment = id("shipment", journey);
  journal.commit().on("order/" + order).mutable_order_quality_check_started()->set_order(order);
  journal.commit().on("order/" + order).mutable_order_ready_to_ship()->set_order(order);
  auto* parcel = journal.commit().on("shipment/" + shipment).mutable_shipment_shipped();
  parcel->set_shipment(shipment);
  parcel->set_order(order);
  parcel->set_carrier("DHL");
  parcel->set_tracking_number("00340434161094015902");
  auto* shipped = journal.on("order/" + order).mutable_order_shipped();
  shipped->set_order(order);
  shipped->set_shipment(shipment);
  auto* arrived = journal.commit().on("shipment/" + shipment).mutable_shipment_delivered();
  arrived->set_shipment(shipment);
  arrived->set_order(order);
  auto* delivered = journal.on("order/" + order).mutable_order_delivered();
  delivered->set_order(order);
  delivered->set_shipment(shipment);
  journal.commit().on("order/" + order).mutable_order_completed()->set_order(order);
}

Journal many_journeys(std::int64_t count, std::int64_t abreast) {
  Journal journal;
  open_workshop(journal);
  for (std::int64_t first = 1; first <= count; first += abreast) {
    const std::int64_t last = std::min(count, first + abreast - 1);
    for (const auto step : {upload_and_quote, accept_and_pay, print, ship})
      for (std::int64_t number = first; number <= last; ++number) step(journal, {number, fmt::format("customer-{}", number % 100)});
  }
  return journal;
}

}  // namespace layerline::testing
