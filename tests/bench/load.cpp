// Asks one HTTP server the same thing over and over on keep-alive connections, one request in flight on each, and measures.
//   load PORT CONNECTIONS SECONDS METHOD PATH [-H "Name: value"]... [-d BODY]
// A "{n}" in a header becomes a number that no other request of the machine has had. Loopback only.
// Prints {"rate", "p50_ms", "p99_ms", "answers", "refused"}; answers that are not 2xx are counted as refused, not in the rate.
#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view number_mark = "{n}";
constexpr std::string_view length_name = "Content-Length: ";
constexpr std::size_t receive_bytes = 64 * 1024;

struct Request {
  std::string front;       // up to the number, if there is one
  std::string back;
  bool numbered = false;
};

struct Connection {
  int socket = -1;
  std::string received;
  Clock::time_point sent;
};

struct Figures {
  std::vector<float> milliseconds;
  std::size_t refused = 0;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Request read_request(int argc, char** argv) {
  std::string text = std::string(argv[4]) + " " + argv[5] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  std::string body;
  for (int i = 6; i + 1 < argc; i += 2) {
    if (argv[i] == std::string_view("-H")) text.append(argv[i + 1]).append("\r\n");
    if (argv[i] == std::string_view("-d")) body = argv[i + 1];
  }
  if (!body.empty()) text.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append("\r\n").append(body);
  const std::size_t mark = text.find(number_mark);
  if (mark == std::string::npos) return {std::move(text), "", false};
  return {text.substr(0, mark), text.substr(mark + number_mark.size()), true};
}

void send_next(Connection& connection, const Request& request) {
  // Nanoseconds since boot, counted on: unique among the runs of a machine, and within one.
  static std::uint64_t number = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  thread_local std::string text;
  text = request.front;
  if (request.numbered) text.append(std::to_string(++number)).append(request.back);
  connection.sent = Clock::now();
  if (::send(connection.socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) fail("send");
}

// True: a whole answer was taken; these servers always name its length.
bool take_answer(Connection& connection, Figures& figures) {
  const std::string_view text = connection.received;
  const std::size_t head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return false;
  const std::size_t named = text.find(length_name);
  std::size_t length = 0;
  if (named < head_end) std::from_chars(text.data() + named + length_name.size(), text.data() + head_end, length);
  if (text.size() < head_end + 4 + length) return false;
  if (text.starts_with("HTTP/1.1 2")) {
    figures.milliseconds.push_back(std::chrono::duration<float, std::milli>(Clock::now() - connection.sent).count());
  } else if (figures.refused++ == 0) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  }
  connection.received.clear();
  return true;
}

Figures run(std::vector<Connection>& connections, const Request& request, Clock::time_point end) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < connections.size(); ++i) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
    send_next(connections[i], request);
  }
  Figures figures;
  std::vector<epoll_event> events(connections.size());
  static char piece[receive_bytes];
  for (std::size_t open = connections.size(); open > 0;) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t size = ::recv(connection.socket, piece, sizeof piece, 0);
      if (size <= 0) fail("the server closed a connection");
      connection.received.append(piece, static_cast<std::size_t>(size));
      if (!take_answer(connection, figures)) continue;
      if (Clock::now() < end) {
        send_next(connection, request);
      } else {
        --open;
      }
    }
  }
  ::close(poll);
  return figures;
}

float percentile(std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("load PORT CONNECTIONS SECONDS METHOD PATH [-H \"Name: value\"]... [-d BODY]\n", stderr);
    return 2;
  }
  const Request request = read_request(argc, argv);
  std::vector<Connection> connections(static_cast<std::size_t>(std::max(1, std::atoi(argv[2]))));
  for (Connection& connection : connections) connection.socket = connect_to(std::atoi(argv[1]));
  const auto start = Clock::now();
  Figures figures = run(connections, request, start + std::chrono::microseconds(static_cast<std::int64_t>(std::atof(argv[3]) * 1e6)));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::ranges::sort(figures.milliseconds);
  std::printf("{\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"answers\":%zu,\"refused\":%zu}\n",
              static_cast<double>(figures.milliseconds.size()) / seconds, static_cast<double>(percentile(figures.milliseconds, 0.5)),
              static_cast<double>(percentile(figures.milliseconds, 0.99)), figures.milliseconds.size(), figures.refused);
  return 0;
}
