// Makes a data folder with a long history of orders: each is a command that the owner decides, seals and appends, as `serve` has it done.
//   order_history FOLDER ORDERS KEY      KEY becomes the admin's key of the workshop "main"
// Views are not folded here: `layerline projection rebuild --all` does that. Prints {"orders", "seconds"}.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "infra/app/business.hpp"
#include "infra/app/server.hpp"
#include "infra/app/tables.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"

namespace {

using namespace layerline;
using layerline::app::Business;
using layerline::app::Envelope;

constexpr std::uint32_t partitions = 16;
constexpr std::uint32_t home = 1;                          // of the workshop
constexpr std::size_t in_flight = 2'048;
constexpr std::int64_t catalogue = 500;
constexpr std::int64_t first_number = 100'000;           // of the sources' own
constexpr std::int64_t orders_per_buyer = 10;
constexpr std::int64_t history_ms = 2LL * 365 * 86'400'000;

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "order_history: {}\n", why);
  std::exit(1);
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Tells the owner, and waits only while too much is on its way. A refusal ends the program.
class Office {
 public:
  Office(const std::filesystem::path& data, std::int64_t start_ms) : clock_ms_(start_ms) {
    const app::DataFolder folder{data};
    std::filesystem::create_directories(folder.access());
    auto keys = crypto::KeyVault::open(folder.keys());
    auto log = journal::open_embedded(folder.journal(), {.partitions = partitions});
    if (!keys || !log) fail(keys ? log.error().reason : keys.error());
    keys_.emplace(std::move(*keys));
    log_ = std::move(*log);
    std::vector<Business*> owners;
    for (std::uint32_t partition = 0; partition < partitions; ++partition)
      owners.push_back(businesses_.emplace_back(std::make_unique<Business>(*keys_, partition, partitions)).get());
    journal::JournalOptions options{.owner = "history"};
    options.limits.answer_timeout_ms = 2 * history_ms;     // years pass while a command is on its way
    options.clock_ms = [this] { return clock_ms_.load(); };
    options.before_append = [this] { app::make_keys_durable(*keys_); };
    journal_.emplace(*log_, owners, std::move(options));
    if (auto started = journal_->start(); !started) fail(started.error().reason);
  }
  ~Office() { journal_->stop(); }

  void tell(std::uint32_t partition, const std::string& workshop, Command command) {
    std::unique_lock lock(mutex_);
    signal_.wait(lock, [this] { return waiting_ < in_flight; });
    ++waiting_;
    const std::string id = fmt::format("history:{}", told_++);
    lock.unlock();
    Envelope envelope{.workshop = workshop, .command_id = id, .payload_hash = std::string(32, 'h'), .actor = "history", .cause = "history",
                      .command = std::move(command)};
    journal_->submit(partition, std::move(envelope), [this](const auto& outcome) {
      if (const auto* refused = std::get_if<journal::Rejected<Rejection>>(&outcome)) fail(refused->refusal.detail);
      if (!std::holds_alternative<journal::Accepted>(outcome)) fail("the journal did not take a command");
      const std::lock_guard answered(mutex_);
      --waiting_;
      signal_.notify_one();
    });
  }
  void settle() {
    std::unique_lock lock(mutex_);
    signal_.wait(lock, [this] { return waiting_ == 0; });
  }
  void advance_to(std::int64_t time_ms) { clock_ms_ = time_ms; }

 private:
  std::atomic<std::int64_t> clock_ms_;
  std::optional<crypto::KeyVault> keys_;
  std::unique_ptr<journal::Log> log_;
  std::vector<std::unique_ptr<Business>> businesses_;
  std::optional<journal::Journal<Business>> journal_;
  std::mutex mutex_;
  std::condition_variable signal_;
  std::size_t waiting_ = 0;
  std::uint64_t told_ = 0;
};

std::string sku(std::int64_t number) { return fmt::format("FG-{:05}", number); }

void open_workshop(Office& office, const std::string& key) {
  const crypto::Sha256Digest digest = crypto::sha256(key);
  const std::string hash(digest.begin(), digest.end());
  office.tell(0, app::platform, settings::OpenWorkshop{WorkshopId(app::platform), "Platform", "USD", ""});
  office.tell(home, "main", settings::OpenWorkshop{WorkshopId("main"), "Main workshop", "USD", ""});
  office.tell(home, "main", settings::IssueKey{crypto::hex(hash).substr(0, 16), hash, settings::Role::admin, {}});
  office.tell(0, app::platform, settings::ListWorkshop{WorkshopId("main"), home});
  for (std::int64_t number = 1; number <= catalogue; ++number) {
    products::Entry entry;
    entry.name = fmt::format("Bracket {}", number);
    entry.category = "brackets";
    entry.price = 500 + number;
    office.tell(home, "main", products::DefineProduct{ProductId(fmt::format("product-{:05}", number)), sku(number), std::move(entry)});
  }
}

// The mix of a workshop that has been there for years: most orders have left it, a few are new, called off or given back.
orders::ShopReport report_of(std::uint64_t number) {
  if (number % 500 == 7) return orders::ShopReport::paid;
  if (number % 100 < 3) return orders::ShopReport::open;
  if (number % 100 < 7) return orders::ShopReport::cancelled;
  if (number % 100 < 10) return orders::ShopReport::refunded;
  return orders::ShopReport::fulfilled;
}

struct From {
  std::string source, shop;
};
From source_of(std::uint64_t number) {
  if (number % 100 < 50) return {"woocommerce", "woo"};
  if (number % 100 < 90) return {"squarespace", "squares"};
  if (number % 100 < 98) return {"manual", "main"};
  return {"csv", "main"};
}

orders::ObserveShopOrder order(std::int64_t number, std::int64_t buyers, std::int64_t time_ms, std::mt19937_64& random) {
  const auto any = [&random](std::int64_t below) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below)); };
  const std::int64_t buyer = any(buyers);
  From from = source_of(random());
  orders::ObserveShopOrder order;
  order.source = std::move(from.source);
  order.shop = std::move(from.shop);
  order.external_id = order.external_number = std::to_string(first_number + number);
  order.report = report_of(random());
  order.modified = {time_ms};
  for (std::int64_t line = 1 + any(3); line > 0; --line) {
    const std::int64_t product = 1 + any(catalogue);
    order.lines.push_back({std::to_string(line), sku(product), fmt::format("Bracket {}", product), 1 + any(4), 500 + product});
  }
  order.shipping = 490;
  order.total = -1;
  order.ship_to = {.name = fmt::format("Buyer {}", buyer), .line1 = fmt::format("{} Proof Lane", buyer), .line2 = {}, .city = "Testville",
                   .postal_code = "10121", .region = {}, .country = "IT", .phone = {}};
  order.customer_name = order.ship_to.name;
  order.customer_mail = fmt::format("buyer{}@example.com", buyer);
  if (order.report == orders::ShopReport::fulfilled) {
    order.carrier = "Post";
    order.tracking_number = fmt::format("RX{:09}IT", number);
  }
  return order;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t count = argc == 4 ? std::atoll(argv[2]) : 0;
  if (count <= 0) fail("FOLDER ORDERS KEY");
  const auto began = std::chrono::steady_clock::now();
  const std::int64_t end_ms = now_ms();
  std::mt19937_64 random(1);
  {
    Office office(argv[1], end_ms - history_ms);
    open_workshop(office, argv[3]);
    const std::int64_t buyers = std::max<std::int64_t>(1, count / orders_per_buyer);
    for (std::int64_t number = 0; number < count; ++number) {
      const std::int64_t time_ms = end_ms - history_ms + history_ms / count * number;
      office.advance_to(time_ms);
      office.tell(home, "main", order(number, buyers, time_ms, random));
    }
    office.settle();
  }
  fmt::print("{{\"orders\":{},\"seconds\":{:.1f}}}\n", count,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return 0;
}
