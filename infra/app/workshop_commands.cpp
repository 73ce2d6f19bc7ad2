#include "infra/app/workshop_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <expected>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "infra/app/limits.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "infra/http/client.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::app {
namespace {

using Clock = std::chrono::steady_clock;

// A line at once: it is read while the command runs.
void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

class Move {
 public:
  Move(const MoveOptions& options, const std::string& key)
      : options_(options), path_(options.url + "/api/v1/admin/workshops/" + options.workshop),
        authorization_{"Authorization", "Bearer " + key} {}

  // Why it did not come to its end.
  [[nodiscard]] std::expected<void, std::string> run();

 private:
  [[nodiscard]] std::expected<std::int64_t, std::string> partition();
  [[nodiscard]] std::expected<void, std::string> ask_to_leave();
  [[nodiscard]] std::expected<store::Json, std::string> ask(const http::ClientRequest& request);
  [[nodiscard]] bool late() const { return Clock::now() > begin_ + limits::move_time; }

  const MoveOptions& options_;
  const std::string path_;
  const http::Header authorization_;
  const Clock::time_point begin_ = Clock::now();
  http::Client client_;
};

// Asks until there is an answer that is not "later". The key makes a repeat harmless.
std::expected<store::Json, std::string> Move::ask(const http::ClientRequest& request) {
  while (true) {
    const auto answer = client_.perform(request);
    if (answer && answer->status == 200) {
      if (auto json = store::Json::parse(answer->body)) return std::move(*json);
      return std::unexpected("the answer can't be read: " + answer->body);
    }
    const bool later = !answer || answer->status == 202 || answer->status == 429 || answer->status == 503;
    const std::string why = answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().message;
    if (!later || late()) return std::unexpected(why);
    std::this_thread::sleep_for(limits::move_retry);
  }
}

std::expected<std::int64_t, std::string> Move::partition() {
  const auto answer = ask({.method = http::Method::get, .url = path_, .headers = {authorization_}});
  if (!answer) return std::unexpected(answer.error());
  return answer->integer("partition");
}

std::expected<void, std::string> Move::ask_to_leave() {
  http::ClientRequest request{.method = http::Method::post, .url = path_ + "/moves"};
  request.headers = {authorization_, {"Content-Type", "application/json"}, {"Idempotency-Key", crypto::hex(crypto::random_bytes(16))}};
  request.body = fmt::format(R"({{"partition":{}}})", options_.to);
  if (const auto answer = ask(request); !answer) return std::unexpected(answer.error());
  return {};
}

std::expected<void, std::string> Move::run() {
  const auto from = partition();
  if (!from) return std::unexpected(from.error());
  if (*from == options_.to) {
    say(fmt::format("{} lives in partition {} already", options_.workshop, options_.to));
    return {};
  }
  say(fmt::format("{} lives in partition {}", options_.workshop, *from));
  if (auto asked = ask_to_leave(); !asked) return asked;
  say(fmt::format("sealed in partition {}", *from));
  while (true) {
    const auto now = partition();
    if (!now) return std::unexpected(now.error());
    if (*now == options_.to) break;
    if (late()) return std::unexpected(fmt::format("partition {} has not adopted it yet: it will once it has an owner", options_.to));
    std::this_thread::sleep_for(limits::move_check);
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin_);
  say(fmt::format("moved {} from={} to={} ms={}", options_.workshop, *from, options_.to, took.count()));
  return {};
}

}  // namespace

int move_workshop(const MoveOptions& options) {
  std::ifstream file(options.key_file);
  std::string key{std::istreambuf_iterator<char>(file), {}};
  while (key.ends_with('\n')) key.pop_back();
  if (key.empty()) {
    fmt::print(stderr, "layerline: there is no key in {}\n", options.key_file.string());
    return 2;
  }
  if (const auto moved = Move(options, key).run(); !moved) {
    fmt::print(stderr, "layerline: {} was not moved: {}\n", options.workshop, moved.error());
    return 1;
  }
  return 0;
}

}  // namespace layerline::app
