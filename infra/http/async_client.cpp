#include "infra/http/async_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace layerline::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Stream = beast::basic_stream<tcp, Executor>;
using Answer = std::expected<ClientResponse, TransportError>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

Answer not_done(std::string message) { return std::unexpected(TransportError{TransportError::Outcome::not_done, std::move(message)}); }
Answer unknown(std::string message) { return std::unexpected(TransportError{TransportError::Outcome::unknown, std::move(message)}); }

struct Url {
  std::string host;
  std::string port;
  std::string target;   // path and query

  [[nodiscard]] std::string authority() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
  }
};

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<Url> parse_url(std::string_view text) {
  static constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme) || !is_plain(text) || text.find(' ') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(scheme.size());
  const std::string_view authority = text.substr(0, text.find_first_of("/?"));
  std::string target(text.substr(authority.size()));
  if (!target.starts_with('/')) target.insert(0, "/");
  std::string_view host = authority;
  std::string_view port = "80";
  if (const auto colon = authority.rfind(':'); colon != std::string_view::npos && !authority.ends_with(']')) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
  return Url{std::string(host), std::string(port), std::move(target)};
}

std::string head_of(const ClientRequest& request, const Url& url) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", name_of(request.method), url.target, url.authority());
  for (const auto& [name, value] : request.headers) head.append(name).append(": ").append(value).append("\r\n");
  if (!request.body.empty() || (request.method != Method::get && request.method != Method::head))
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", request.body.size());
  return head += "\r\n";
}

struct Connection {
  explicit Connection(const Executor& executor) : stream(executor) {}

  // Whether the other side has neither closed it meanwhile nor sent what nobody asked for.
  [[nodiscard]] bool alive() {
    char byte = 0;
    const ssize_t size = ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  Stream stream;
  beast::flat_buffer received;
  Clock::time_point idle_since;
};

struct Peer {
  std::size_t asks = 0;                            // that hold a reference to this
  std::vector<std::unique_ptr<Connection>> idle;   // the one used last at the end
  std::size_t in_use = 0;
  std::deque<asio::steady_timer*> waiting;         // each for the right to use a connection
};

}  // namespace

class AsyncClient::State : public std::enable_shared_from_this<AsyncClient::State> {
 public:
  explicit State(asio::io_context& context) : context_(context) {}

  static asio::awaitable<Answer> ask(std::shared_ptr<State> self, ClientRequest request, Timeouts timeouts);

 private:
  // The right to use one of a peer's connections; handed on to who waits longest when it ends.
  class Turn {
   public:
    Turn(std::shared_ptr<State> state, Peer& peer) : state_(std::move(state)), peer_(peer) { peer_.asks += 1; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (taken_) release();
      peer_.asks -= 1;
    }

    // False: too many wait, or the deadline came first.
    asio::awaitable<bool> take(Clock::time_point deadline);

   private:
    void release();

    std::shared_ptr<State> state_;
    Peer& peer_;
    bool taken_ = false;
  };

  asio::awaitable<std::expected<std::unique_ptr<Connection>, std::string>> connect(const Url& url, Clock::time_point deadline);
  static asio::awaitable<Answer> exchange(Connection& connection, const ClientRequest& request, const Url& url, bool& reusable);
  static std::unique_ptr<Connection> take_idle(Peer& peer);
  void forget_old();

  asio::io_context& context_;
  std::unordered_map<std::string, Peer> peers_;   // by host and port
};

asio::awaitable<bool> AsyncClient::State::Turn::take(Clock::time_point deadline) {
  if (peer_.in_use < limits::client_connections_per_peer) {
    peer_.in_use += 1;
    taken_ = true;
    co_return true;
  }
  if (peer_.waiting.size() >= limits::client_waiting_per_peer) co_return false;
  struct Place {
    Place(Peer& at, const Executor& executor, Clock::time_point until) : peer(at), timer(executor, until) {
      peer.waiting.push_back(&timer);
    }
    ~Place() { std::erase(peer.waiting, &timer); }
    Peer& peer;
    asio::steady_timer timer;
  };
  Place place(peer_, state_->context_.get_executor(), deadline);
  const auto [woken] = co_await place.timer.async_wait(awaited);   // an error: release() cancelled it, and gave its own turn
  taken_ = static_cast<bool>(woken);
  co_return taken_;
}

void AsyncClient::State::Turn::release() {
  while (!peer_.waiting.empty()) {
    asio::steady_timer* next = peer_.waiting.front();
    peer_.waiting.pop_front();
    if (next->cancel() > 0) return;   // else its deadline has come already
  }
  peer_.in_use -= 1;
}

std::unique_ptr<Connection> AsyncClient::State::take_idle(Peer& peer) {
  while (!peer.idle.empty()) {
    std::unique_ptr<Connection> connection = std::move(peer.idle.back());
    peer.idle.pop_back();
    if (connection->alive()) return connection;
  }
  return nullptr;
}

// Processes come and go: what was kept for those that have gone must not stay.
void AsyncClient::State::forget_old() {
  const auto oldest = Clock::now() - limits::client_keep_time;
  for (auto& [name, peer] : peers_) std::erase_if(peer.idle, [&](const auto& connection) { return connection->idle_since < oldest; });
  std::erase_if(peers_, [](const auto& entry) { return entry.second.idle.empty() && entry.second.asks == 0; });
}

asio::awaitable<std::expected<std::unique_ptr<Connection>, std::string>> AsyncClient::State::connect(const Url& url,
                                                                                                      Clock::time_point deadline) {
  asio::ip::basic_resolver<tcp, Executor> resolver(context_.get_executor());
  auto [unresolved, endpoints] = co_await resolver.async_resolve(url.host, url.port, awaited);
  if (unresolved) co_return std::unexpected(unresolved.message());
  auto connection = std::make_unique<Connection>(context_.get_executor());
  connection->stream.expires_at(deadline);
  const auto [failed, endpoint] = co_await connection->stream.async_connect(endpoints, awaited);
  if (failed) co_return std::unexpected(failed.message());
  boost::system::error_code ignored;
  connection->stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return connection;
}

asio::awaitable<Answer> AsyncClient::State::exchange(Connection& connection, const ClientRequest& request, const Url& url, bool& reusable) {
  const std::string head = head_of(request, url);
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(request.body)};
  const auto [unsent, sent_bytes] = co_await asio::async_write(connection.stream, buffers, awaited);
  if (unsent) co_return sent_bytes == 0 ? not_done(unsent.message()) : unknown(unsent.message());

  bhttp::response_parser<bhttp::string_body> parser;
  parser.header_limit(limits::header_bytes);
  parser.body_limit(limits::client_response_bytes);
  parser.skip(request.method == Method::head);
  const auto [unread, read_bytes] = co_await bhttp::async_read(connection.stream, connection.received, parser, awaited);
  if (unread) co_return unknown(unread.message());
  reusable = parser.keep_alive() && connection.received.size() == 0;

  bhttp::response<bhttp::string_body> message = parser.release();
  ClientResponse response{.status = static_cast<int>(message.result_int()), .headers = {}, .body = std::move(message.body())};
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    response.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  co_return response;
}

asio::awaitable<Answer> AsyncClient::State::ask(std::shared_ptr<State> self, ClientRequest request, Timeouts timeouts) {
  const auto started = Clock::now();
  const std::optional<Url> url = parse_url(request.url);
  if (!url) co_return not_done("not an http:// address");
  for (const auto& [name, value] : request.headers)
    if (!is_plain(name) || !is_plain(value)) co_return not_done("a header holds a control character");

  self->forget_old();
  Peer& peer = self->peers_[url->authority()];
  Turn turn(self, peer);
  const bool taken = co_await turn.take(started + timeouts.total);
  if (!taken) co_return not_done("too many requests wait for this peer");
  std::unique_ptr<Connection> connection = take_idle(peer);
  if (!connection) {
    auto made = co_await self->connect(*url, std::min(Clock::now() + timeouts.connect, started + timeouts.total));
    if (!made) co_return not_done(std::move(made.error()));
    connection = std::move(*made);
  }
  connection->stream.expires_at(started + timeouts.total);
  bool reusable = false;
  Answer answer = co_await exchange(*connection, request, *url, reusable);
  if (reusable) {
    connection->stream.expires_never();
    connection->idle_since = Clock::now();
    peer.idle.push_back(std::move(connection));
  }
  co_return answer;
}

AsyncClient::AsyncClient(asio::io_context& context) : state_(std::make_shared<State>(context)) {}
AsyncClient::AsyncClient(AsyncClient&&) noexcept = default;
AsyncClient::~AsyncClient() = default;

asio::awaitable<std::expected<ClientResponse, TransportError>> AsyncClient::ask(ClientRequest request, Timeouts timeouts) {
  return State::ask(state_, std::move(request), timeouts);
}

}  // namespace layerline::http
