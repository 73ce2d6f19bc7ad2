#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <future>
#include <vector>

#include "infra/crypto/digest.hpp"
#include "infra/http/client.hpp"
#include "tests/app/processes.hpp"

namespace layerline::app {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;

Envelope issue_key(const std::string& id, const std::string& command_id = {}) {
  const auto hash = crypto::sha256(id);
  return {.workshop = "main", .command_id = command_id, .payload_hash = command_id.empty() ? "" : std::string(hash.begin(), hash.end()),
          .actor = "admin:k0", .cause = "test",
          .command = settings::IssueKey{id, std::string(hash.begin(), hash.end()), settings::Role::operator_, CustomerId()}};
}

template <class Kind>
bool is(const Outcome& outcome) {
  return std::holds_alternative<Kind>(outcome);
}

// A peer that is not what it should be: reads one request after the other, each on a connection of its own, hands its body to `then`
// and closes without an answer. With no `then` it reads nothing and answers nothing, as a process that was stopped; a connection counts
// as a request.
class BadPeer {
 public:
  explicit BadPeer(std::function<void(std::string body)> then) : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::thread([this, then = std::move(then)] { then ? serve(then) : stand_still(); });
  }
  ~BadPeer() {
    ending_ = true;
    boost::system::error_code ignored;
    tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

  std::atomic<int> requests = 0;

 private:
  void serve(const std::function<void(std::string)>& then) {
    while (true) {
      tcp::socket socket = acceptor_.accept();
      if (ending_) return;
      std::string received;
      while (received.find("\r\n\r\n") == std::string::npos) receive(socket, received);
      const std::size_t begin = received.find("\r\n\r\n") + 4;
      const std::size_t size = std::stoul(received.substr(received.find("Content-Length: ") + 16));
      while (received.size() < begin + size) receive(socket, received);
      requests += 1;
      then(received.substr(begin));
    }
  }
  void stand_still() {
    std::vector<tcp::socket> open;
    while (true) {
      open.push_back(acceptor_.accept());
      if (ending_) return;
      requests += 1;
    }
  }
  static void receive(tcp::socket& socket, std::string& received) {
    char piece[4096];
    received.append(piece, socket.read_some(boost::asio::buffer(piece)));
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

TEST_CASE("app: remote: a command is accepted, repeated, refused and its key reused by an owner in another process") {
  Truth truth;
  OwnerProcess owner(&truth);
  CallerProcess caller(OwnedAt{owner.url()});
  const Outcome first = caller.execute(issue_key("k1", "c1"));
  REQUIRE(is<journal::Accepted>(first));
  const auto& accepted = std::get<journal::Accepted>(first);
  CHECK(accepted.answer == R"({"key_id":"k1"})");
  REQUIRE(accepted.versions.size() == 1);

  const Outcome again = caller.execute(issue_key("k1", "c1"));
  REQUIRE(is<journal::Repeated>(again));
  CHECK(std::get<journal::Repeated>(again).offset == accepted.offset);
  CHECK(std::get<journal::Repeated>(again).answer == accepted.answer);
  CHECK(is<journal::KeyReused>(caller.execute(issue_key("k2", "c1"))));

  Envelope refused = issue_key("", "c2");
  refused.command = settings::RevokeKey{"nobody's"};
  const Outcome rejected = caller.execute(std::move(refused));
  REQUIRE(is<journal::Rejected<Rejection>>(rejected));
  CHECK(std::get<journal::Rejected<Rejection>>(rejected).refusal.refusal == Refusal::not_found);

  Envelope lost = issue_key("k3");
  lost.workshop = "elsewhere";
  CHECK(is<journal::Rejected<Rejection>>(caller.execute(std::move(lost))));
}

TEST_CASE("app: remote: workers' blocking calls and callbacks travel as well") {
  Truth truth;
  OwnerProcess owner(&truth);
  CallerProcess caller(OwnedAt{owner.url()});
  CHECK(is<journal::Accepted>(caller.commands.execute_blocking(issue_key("k1"))));
  std::promise<Outcome> promise;
  caller.commands.submit(issue_key("k2"), [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
  CHECK(is<journal::Accepted>(promise.get_future().get()));
}

TEST_CASE("app: remote: a process that owns the partition decides by itself, without the io thread for a worker's call") {
  Truth truth;
  boost::asio::io_context never_run;
  http::AsyncClient client(never_run);
  Remote remote(never_run, client, {.authorization = internal::authorization(token)});
  Commands commands(never_run, only_main, [](std::uint32_t) { return OwnedHere{}; }, &remote);
  CHECK(is<journal::NotOwner>(commands.execute_blocking(issue_key("k0"))));
  commands.attach(truth.journal);
  CHECK(is<journal::Accepted>(commands.execute_blocking(issue_key("k1"))));

  CallerProcess both(OwnedHere{});
  both.commands.attach(truth.journal);
  CHECK(is<journal::Accepted>(both.execute(issue_key("k2"))));
}

TEST_CASE("app: remote: what many callers wait for goes as few requests, and each hears its own outcome") {
  constexpr int callers = 1'000;
  Truth truth;
  OwnerProcess owner(&truth);
  CallerProcess caller(OwnedAt{owner.url()});
  std::vector<std::promise<Outcome>> promises(callers);
  for (int i = 0; i < callers; ++i) {
    caller.commands.submit(issue_key("k" + std::to_string(i)), [&promises, i](Outcome outcome) {
      promises[static_cast<std::size_t>(i)].set_value(std::move(outcome));
    });
  }
  for (int i = 0; i < callers; ++i) {
    const Outcome outcome = promises[static_cast<std::size_t>(i)].get_future().get();
    REQUIRE(is<journal::Accepted>(outcome));
    CHECK(std::get<journal::Accepted>(outcome).answer == R"({"key_id":"k)" + std::to_string(i) + "\"}");
  }
  owner.stop();
  CHECK(owner.requests >= callers / static_cast<int>(limits::batch_commands));
  CHECK(owner.requests < callers / 4);
}

TEST_CASE("app: remote: a process that lost the partition hands the command back, and the new owner gets it") {
  Truth truth;
  OwnerProcess former(nullptr);
  OwnerProcess present(&truth);
  for (const bool with_key : {false, true}) {
    CallerProcess caller(OwnedAt{former.url()});
    caller.when_asked([&](int times) { return times == 3 ? std::optional<Owner>(OwnedAt{present.url()}) : std::nullopt; });
    CHECK(is<journal::Accepted>(caller.execute(issue_key("k", with_key ? "c" : ""))));
  }
  former.stop();
  present.stop();
  CHECK(former.requests == 4);
  CHECK(present.requests == 2);
}

TEST_CASE("app: remote: a command waits for an owner, and without one in time nobody decided it") {
  Truth truth;
  OwnerProcess owner(&truth);
  CallerProcess caller(NoOwner{});
  caller.when_asked([&](int times) { return times == 4 ? std::optional<Owner>(OwnedAt{owner.url()}) : std::nullopt; });
  CHECK(is<journal::Accepted>(caller.execute(issue_key("k1"))));

  std::string gone;
  { gone = OwnerProcess(nullptr).url(); }
  for (const Owner& nobody : {Owner(NoOwner{}), Owner(OwnedAt{gone})}) {
    CallerProcess lost(nobody);
    const auto started = Clock::now();
    CHECK(is<journal::NotOwner>(lost.execute(issue_key("k2", "c2"))));
    CHECK(Clock::now() - started > limits::owner_wait - limits::owner_retry_longest);
    CHECK(Clock::now() - started < limits::owner_wait + 2s);
  }
}

TEST_CASE("app: remote: a command without a key whose connection broke is not sent twice, and its outcome is unknown") {
  BadPeer broken([](const std::string&) {});
  CallerProcess caller(OwnedAt{broken.url()});
  CHECK(is<journal::Unknown>(caller.execute(issue_key("k1"))));
  CHECK(broken.requests == 1);
}

TEST_CASE("app: remote: a command with a key whose connection broke is told again, and applied once") {
  Truth truth;
  OwnerProcess owner(&truth);
  for (const bool had_applied_it : {false, true}) {
    boost::asio::io_context unused;
    Commands dying(unused, only_main);
    dying.attach(truth.journal);
    BadPeer broken([&](const std::string& body) {
      if (!had_applied_it) return;
      const auto parts = wire::parts_of(body, 1);
      CHECK(is<journal::Accepted>(dying.execute_blocking(*wire::decode_envelope(parts->front()))));
    });
    CallerProcess caller(OwnedAt{broken.url()});
    caller.when_asked([&](int times) { return times == 2 ? std::optional<Owner>(OwnedAt{owner.url()}) : std::nullopt; });
    const Outcome outcome = caller.execute(issue_key(had_applied_it ? "k1" : "k2", had_applied_it ? "c1" : "c2"));
    CHECK(broken.requests == 1);
    CHECK(is<journal::Repeated>(outcome) == had_applied_it);
    CHECK(is<journal::Accepted>(outcome) == !had_applied_it);
  }
}

TEST_CASE("app: remote: a command with a key that nobody answered for is unknown at last, never refused") {
  BadPeer broken([](const std::string&) {});
  CallerProcess caller(OwnedAt{broken.url()});
  caller.when_asked([&](int times) { return times == 2 ? std::optional<Owner>(NoOwner{}) : std::nullopt; });
  CHECK(is<journal::Unknown>(caller.execute(issue_key("k1", "c1"))));
  CHECK(broken.requests == 1);
}

TEST_CASE("app: remote: an owner that stands still is left once there is another one, and what it never got is told to that one") {
  Truth truth;
  OwnerProcess owner(&truth);
  BadPeer still(nullptr);
  CallerProcess caller(OwnedAt{still.url()}, 4'000ms);
  const auto later = [&](Envelope envelope) {
    return boost::asio::co_spawn(caller.thread().io, caller.commands.execute(std::move(envelope)), boost::asio::use_future);
  };
  const auto until_requests = [&](int count) {
    while (still.requests < count) std::this_thread::sleep_for(1ms);
  };
  auto keyed = later(issue_key("k1", "c1"));
  until_requests(1);
  auto keyless = later(issue_key("k2"));
  until_requests(2);   // all that may be in flight
  auto waiting = later(issue_key("k3"));
  const auto started = Clock::now();
  caller.set_owner(OwnedAt{owner.url()});
  CHECK(is<journal::Accepted>(keyed.get()));
  CHECK(is<journal::Accepted>(waiting.get()));
  CHECK(Clock::now() - started < 3s);   // sooner than the answer that they do not wait for
  CHECK(is<journal::Unknown>(keyless.get()));   // at the end of the time that an answer may take
}

TEST_CASE("app: remote: when too many wait for one owner, the next is busy") {
  Truth truth;
  OwnerProcess owner(&truth);
  BadPeer still(nullptr);
  CallerProcess caller(OwnedAt{still.url()});
  constexpr std::size_t sent = limits::batch_commands * limits::requests_in_flight;
  std::atomic<int> busy = 0;
  std::atomic<int> accepted = 0;
  std::vector<std::future<Outcome>> outcomes;
  for (std::size_t i = 0; i < sent + limits::remote_queue + 5; ++i) {
    const std::string id = std::to_string(i);
    outcomes.push_back(boost::asio::co_spawn(caller.thread().io, caller.commands.execute(issue_key(id, id)), boost::asio::use_future));
  }
  std::this_thread::sleep_for(500ms);
  caller.set_owner(OwnedAt{owner.url()});
  for (auto& outcome : outcomes) {
    const Outcome heard = outcome.get();
    busy += is<journal::Busy>(heard);
    accepted += is<journal::Accepted>(heard);
  }
  CHECK(busy >= 5);
  CHECK(accepted >= static_cast<int>(limits::remote_queue));
  CHECK(accepted + busy == static_cast<int>(outcomes.size()));
}

TEST_CASE("app: remote: a blocking call ends when its process does") {
  auto caller = std::make_unique<CallerProcess>(NoOwner{});
  auto blocked = std::async(std::launch::async, [&] { return caller->commands.execute_blocking(issue_key("k1")); });
  std::this_thread::sleep_for(100ms);
  caller->thread().io.stop();
  CHECK(is<journal::Unknown>(blocked.get()));
}

struct Endpoint {
  Truth truth;
  OwnerProcess owner{&truth};
  http::Client client;

  http::ClientResponse post(const std::string& target, std::string body, const std::string& with_token = token) {
    auto response = client.perform({.method = http::Method::post, .url = owner.url() + target,
                                    .headers = {internal::authorization(with_token)}, .body = std::move(body)});
    REQUIRE(response.has_value());
    return std::move(*response);
  }
};

TEST_CASE("gateways: internal: commands are not found without the installation's token") {
  Endpoint endpoint;
  std::string body;
  wire::append_part(body, wire::encode(issue_key("k1")));
  CHECK(endpoint.post("/internal/commands?partition=0", body).status == 200);
  std::string changed = token;
  changed.back() = changed.back() == '0' ? '1' : '0';
  for (const std::string& other : {std::string(), std::string("a"), changed, internal::token("another secret")})
    CHECK(endpoint.post("/internal/commands?partition=0", body, other).status == 404);
}

TEST_CASE("gateways: internal: of a batch that can't be read whole nothing is begun, and another build is told so") {
  Endpoint endpoint;
  const std::uint64_t before = *endpoint.truth.log->end(0);
  const std::string good = wire::encode(issue_key("k1"));
  std::string other_build = good;
  other_build[1] = static_cast<char>(other_build[1] + 1);
  const auto with = [&](const std::string& second) {
    std::string body;
    wire::append_part(body, good);
    wire::append_part(body, second);
    return body;
  };
  CHECK(endpoint.post("/internal/commands?partition=0", with(good.substr(0, good.size() - 1))).status == 400);
  CHECK(endpoint.post("/internal/commands?partition=0", with(other_build)).status == 409);
  CHECK(endpoint.post("/internal/commands", with(good)).status == 400);
  CHECK(endpoint.post("/internal/commands?partition=-1", with(good)).status == 400);
  CHECK(endpoint.post("/internal/commands?partition=0", std::string(limits::request_bytes + 1, 'x')).status == 413);
  CHECK(*endpoint.truth.log->end(0) == before);
  CHECK(endpoint.post("/internal/commands?partition=0", "").status == 200);
}

}  // namespace
}  // namespace layerline::app
