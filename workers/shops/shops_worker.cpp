#include "workers/shops/shops_worker.hpp"

#include <algorithm>
#include <chrono>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"

namespace layerline::shops {
namespace {

Time now() {
  using namespace std::chrono;
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

bool definite(const app::Outcome& outcome) {
  return !std::holds_alternative<journal::Busy>(outcome) && !std::holds_alternative<journal::Unknown>(outcome) &&
         !std::holds_alternative<journal::NotOwner>(outcome);
}

// Two states of an order that differ in anything that is told differ here.
std::string digest_of(const orders::ObserveShopOrder& order) {
  std::string all;
  const auto add = [&all](std::string_view part) { all.append(std::to_string(part.size())).append(":").append(part); };
  const auto number = [&add](std::int64_t value) { add(std::to_string(value)); };
  const orders::Address& to = order.ship_to;
  for (const std::string* part : {&order.external_id, &order.external_number, &order.currency, &order.customer_name, &order.customer_mail,
                                  &order.tracking_number, &order.carrier, &to.name, &to.line1, &to.line2, &to.city, &to.postal_code,
                                  &to.region, &to.country, &to.phone, &order.company})
    add(*part);
  number(order.buyer ? static_cast<std::int64_t>(*order.buyer) : -1);
  for (const std::int64_t value : {static_cast<std::int64_t>(order.report), order.modified.ms, order.shipping, order.total, order.refunded})
    number(value);
  for (const orders::ShopLine& line : order.lines) {
    for (const std::string* part : {&line.external_line, &line.sku, &line.title}) add(*part);
    number(line.quantity), number(line.unit_price);
  }
  return crypto::sha256_hex(all);
}

// An order that is no longer there was deleted by the shop's people. Nothing else is known of it. By the shop's clock: by ours, which may
// be ahead, its restoring could look older.
orders::ObserveShopOrder deleted(const app::ConnectedShop& shop, const std::string& external_order, std::optional<Time> at) {
  orders::ObserveShopOrder order;
  order.source = shop.source;
  order.shop = shop.id;
  order.external_id = external_order;
  order.report = orders::ShopReport::cancelled;
  order.modified = at.value_or(now());
  return order;
}

}  // namespace

ShopsWorker::ShopsWorker(app::Commands& commands, const app::ShopTable& shops, circuit::Circuits& circuits, WorkerOptions options)
    : commands_(commands), shops_(shops), circuits_(circuits), options_(std::move(options)) {}

const std::vector<std::string>& ShopsWorker::fact_types() {
  static const std::vector<std::string> types = {"shop.connected", "shop.removed", "shop.order_notified"};
  return types;
}

void ShopsWorker::fold(const app::Fact& fact) {
  const events::Event& event = fact.event;
  const std::lock_guard lock(mutex_);
  if (event.has_shop_connected()) {
    // Polls are made when they are first needed, from how far the table says that was read by then.
    entries_.erase({fact.workshop, event.shop_connected().shop()});
    circuits_.forget({std::string(service), fact.workshop, event.shop_connected().shop()});   // its address may be another one
  } else if (event.has_shop_removed()) {
    entries_.erase({fact.workshop, event.shop_removed().shop()});
    circuits_.forget({std::string(service), fact.workshop, event.shop_removed().shop()});
  } else if (event.has_shop_order_notified() && fact.live) {   // of an earlier life: the polls find them
    const auto found = entries_.find({fact.workshop, event.shop_order_notified().shop()});
    if (found != entries_.end()) found->second.poll.notified(event.shop_order_notified().external_order());
  }
  if (fact.live) changed_.notify_all();
}

void ShopsWorker::start() {
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void ShopsWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ShopsWorker::run() {
  http::Client client;
  while (std::optional<Task> task = take()) perform(client, *task);
}

std::optional<ShopsWorker::Task> ShopsWorker::take() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    for (const std::string_view source : {squarespace, woocommerce})
      for (app::ConnectedShop& shop : shops_.of_source(source)) {
        auto found = entries_.find({shop.workshop, shop.id});
        if (found == entries_.end())
          found = entries_.emplace(Key{shop.workshop, shop.id},
                                   Entry{ShopPoll(source_of(shop), Time{shop.caught_up_ms}, Duration{options_.poll_ms}), ++generations_})
                      .first;
        if (std::optional<Task> task = task_of(shop, found->second)) return task;
      }
    changed_.wait_for(lock, std::chrono::milliseconds(std::min(limits::idle_ms, options_.poll_ms)));
  }
  return std::nullopt;
}

// Nothing: there is nothing to ask now, or the shop is to be left alone.
std::optional<ShopsWorker::Task> ShopsWorker::task_of(app::ConnectedShop& shop, Entry& entry) {
  std::optional<circuit::Call> call = circuits_.begin({std::string(service), shop.workshop, shop.id});
  if (!call) return std::nullopt;
  std::optional<Ask> ask = entry.poll.next(now());
  if (!ask) return std::nullopt;
  return Task{std::move(shop), std::move(*ask), entry.generation, std::move(*call)};
}

void ShopsWorker::perform(http::Client& client, Task& task) {
  const Stamp stamp{crypto::hex(crypto::random_bytes(16)), now().ms / 1'000};
  const Called answer = called(client.perform(ask_request(task.shop, task.ask, stamp)));
  task.call.end(answer.service);
  if (std::holds_alternative<AskOrder>(task.ask)) perform_order(task, answer);
  else perform_changes(task, answer);
}

void ShopsWorker::perform_order(const Task& task, const Called& answer) {
  const std::string& external_order = std::get<AskOrder>(task.ask).external_order;
  const auto read_end = [](ShopPoll& poll) { poll.order_read(); };
  if (answer.end == End::gone) {
    if (tell(task, deleted(task.shop, external_order, answer.gone_at))) return settle(task, read_end);
    return fail(task, answer, "the owner did not answer");
  }
  if (answer.end == End::refused) {   // asking again would end alike, and keep the polls waiting
    if (options_.report) options_.report(task.shop.id, answer.why);
    return settle(task, read_end);
  }
  if (answer.end != End::good) return fail(task, answer, answer.why);
  const bool is_squarespace = source_of(task.shop) == Source::squarespace;
  const auto order = is_squarespace ? read_squarespace_order(task.shop.id, answer.body) : read_woocommerce_order(task.shop.id, answer.body);
  if (!order && order.error() == OrderError::malformed) note_malformed(task, external_order);
  if (order && !tell(task, *order)) return fail(task, answer, "the owner did not answer");
  settle(task, read_end);
}

void ShopsWorker::perform_changes(const Task& task, const Called& answer) {
  if (answer.end != End::good) return fail(task, answer, answer.why);
  const bool is_squarespace = source_of(task.shop) == Source::squarespace;
  const auto page = is_squarespace ? read_squarespace_page(task.shop.id, answer.body) : read_woocommerce_page(task.shop.id, answer.body);
  if (!page) return fail(task, answer, "a list of orders can't be read");
  for (const std::string& external_order : page->malformed) note_malformed(task, external_order);
  for (const orders::ObserveShopOrder& order : page->orders)
    if (!tell(task, order)) return fail(task, answer, "the owner did not answer");
  Time caught_up;
  settle(task, [&](ShopPoll& poll) {
    poll.changes_read({page->listed, page->newest, page->next_cursor}, now());
    caught_up = poll.caught_up();
  });
  // If this is lost, a restart reads more than it had to.
  if (caught_up.ms > task.shop.caught_up_ms)
    static_cast<void>(tell_command(task, "caught-up:" + std::to_string(caught_up.ms), RecordCaughtUp{task.shop.id, caught_up}));
}

// False: it has to be told again. A refusal is an answer: telling it again would not change it.
bool ShopsWorker::tell(const Task& task, const orders::ObserveShopOrder& order) {
  std::string digest = digest_of(order);
  if (!is_news(task, order.external_id, digest)) return true;
  const auto outcome = tell_command(task, "order:" + order.external_id + ":" + digest, order);
  if (!outcome) return false;
  // One that was deleted before it was ever heard of is no loss.
  const bool unheard = order.report == orders::ShopReport::cancelled && order.lines.empty();
  if (const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&*outcome); rejected != nullptr && !unheard)
    note_refused(task, order.external_id, rejected->refusal.type);
  remember(task, order.external_id, std::move(digest));
  return true;
}

// Polls overlap, and list what is known. A shop that is no longer connected has no news.
bool ShopsWorker::is_news(const Task& task, const std::string& external_order, const std::string& state) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find({task.shop.workshop, task.shop.id});
  if (found == entries_.end()) return false;
  const auto known = found->second.told.find(external_order);
  return known == found->second.told.end() || known->second != state;
}

void ShopsWorker::remember(const Task& task, const std::string& external_order, std::string state) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find({task.shop.workshop, task.shop.id});
  if (found == entries_.end()) return;
  if (found->second.told.size() >= limits::told) found->second.told.clear();
  found->second.told[external_order] = std::move(state);
}

void ShopsWorker::note_malformed(const Task& task, const std::string& external_order) {
  if (!is_news(task, external_order, "malformed")) return;
  note_refused(task, external_order, "malformed");
  remember(task, external_order, "malformed");
}

void ShopsWorker::note_refused(const Task& task, std::string_view external_order, std::string_view why) {
  if (options_.refused) options_.refused({task.shop.source, task.shop.id, external_order, why});
}

// Nothing: it has to be told again.
std::optional<app::Outcome> ShopsWorker::tell_command(const Task& task, std::string key, Command command) {
  app::Envelope envelope;
  envelope.workshop = task.shop.workshop;
  envelope.command_id = "shop:" + task.shop.id + ":" + std::move(key);
  const crypto::Sha256Digest digest = crypto::sha256(envelope.command_id);
  envelope.payload_hash.assign(digest.begin(), digest.end());   // the key alone says what it is for
  envelope.actor = "worker:shops";
  envelope.cause = "shop:" + task.shop.id;
  envelope.command = std::move(command);
  while (true) {
    if (app::Outcome outcome = commands_.execute_blocking(envelope); definite(outcome)) return outcome;
    std::unique_lock lock(mutex_);
    if (stopping_) return std::nullopt;
    changed_.wait_for(lock, std::chrono::milliseconds(limits::owner_retry_ms));
    if (stopping_) return std::nullopt;
  }
}

void ShopsWorker::settle(const Task& task, const std::function<void(ShopPoll&)>& end) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find({task.shop.workshop, task.shop.id});
  if (found != entries_.end() && found->second.generation == task.generation) end(found->second.poll);
}

void ShopsWorker::fail(const Task& task, const Called& answer, std::string_view what) {
  if (options_.report) options_.report(task.shop.id, what);
  settle(task, [&](ShopPoll& poll) { poll.failed(now(), answer.retry_after); });
}

}  // namespace layerline::shops
