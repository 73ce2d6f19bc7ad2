// Reads the orders of the connected shops: those that a webhook named, and by polls all that changed. What was read is told to the owner
// as the order's whole present state; how far it was read is told behind it, so a restart reads again what was not told.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "infra/app/commands.hpp"
#include "infra/app/follower.hpp"
#include "infra/app/shop_table.hpp"
#include "infra/circuit/circuits.hpp"
#include "infra/http/client.hpp"
#include "workers/shops/limits.hpp"
#include "workers/shops/shop_api.hpp"
#include "workers/shops/shop_orders.hpp"
#include "workers/shops/shop_poll.hpp"

namespace layerline::shops {

struct WorkerOptions {
  std::int64_t poll_ms = limits::poll_ms;
  std::size_t threads = 2;                                // shops that are asked at the same time
  std::function<void(std::string_view shop, std::string_view what)> report = {};   // a shop did not answer, or said what can't be read
  std::function<void(const RefusedOrder&)> refused = {};   // by its reader or by its owner: asking again would not change it
};

class ShopsWorker {
 public:
  ShopsWorker(app::Commands& commands, const app::ShopTable& shops, circuit::Circuits& circuits, WorkerOptions options);
  ~ShopsWorker() { stop(); }
  ShopsWorker(const ShopsWorker&) = delete;
  ShopsWorker& operator=(const ShopsWorker&) = delete;

  // To be given every fact of these types, from the first on, behind the table of shops.
  static const std::vector<std::string>& fact_types();
  void fold(const app::Fact& fact);

  void start();
  void stop();

 private:
  using Key = std::pair<std::string, std::string>;        // (workshop, shop)
  struct Task {
    app::ConnectedShop shop;
    Ask ask;
    std::uint64_t generation = 0;
    circuit::Call call;
  };
  struct Entry {
    ShopPoll poll;
    std::uint64_t generation = 0;                         // another one: the shop was connected anew while it was asked
    std::unordered_map<std::string, std::string> told = {};   // order → digest of its last state that the owner has decided about
  };

  void run();
  [[nodiscard]] std::optional<Task> take();
  [[nodiscard]] std::optional<Task> task_of(app::ConnectedShop& shop, Entry& entry);
  void perform(http::Client& client, Task& task);
  void perform_order(const Task& task, const Called& answer);
  void perform_changes(const Task& task, const Called& answer);
  [[nodiscard]] bool tell(const Task& task, const orders::ObserveShopOrder& order);
  [[nodiscard]] std::optional<app::Outcome> tell_command(const Task& task, std::string key, Command command);
  [[nodiscard]] bool is_news(const Task& task, const std::string& external_order, const std::string& state);
  void remember(const Task& task, const std::string& external_order, std::string state);
  void note_malformed(const Task& task, const std::string& external_order);
  void note_refused(const Task& task, std::string_view external_order, std::string_view why);
  void settle(const Task& task, const std::function<void(ShopPoll&)>& end);
  void fail(const Task& task, const Called& answer, std::string_view what);

  app::Commands& commands_;
  const app::ShopTable& shops_;
  circuit::Circuits& circuits_;
  const WorkerOptions options_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;                                      // guards the next three
  std::map<Key, Entry> entries_;
  std::uint64_t generations_ = 0;
  bool stopping_ = false;
  std::condition_variable changed_;
};

}  // namespace layerline::shops
