// Asks one HTTP server the same thing over and over on keep-alive connections, one request in flight on each, and measures.
//   load PORT CONNECTIONS SECONDS METHOD PATH [-H "Name: value"]... [-d BODY] [-f FILE]
// A "{n}" in a header becomes a number that no other request of the machine has had. With a file each request is of one of its lines, and
// the last line is the last request: "{1}", "{2}"… become the line's fields, which tabs divide. Loopback only.
// Prints {"rate", "p50_ms", "p99_ms", "answers", "refused"}; answers that are not 2xx are counted as refused, not in the rate.
#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
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

struct Requests {
  Request repeated;
  std::vector<std::string> once;   // of a file's lines; none: the one above, over and over
  std::size_t next = 0;            // of these
  bool of_file = false;
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

std::string whole(std::string head, const std::string& body) {
  if (!body.empty()) head.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  return head.append("\r\n").append(body);
}

// "{1}" is the first field.
std::string filled(std::string text, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string mark = "{" + std::to_string(i + 1) + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + fields[i].size()))
      text.replace(at, mark.size(), fields[i]);
  }
  return text;
}

std::vector<std::string> requests_of(const char* path, const std::string& head, const std::string& body) {
  std::ifstream file(path);
  if (!file) fail(path);
  std::vector<std::string> requests;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
      if (c == '\t') fields.emplace_back();
      else fields.back() += c;
    }
    requests.push_back(whole(filled(head, fields), filled(body, fields)));
  }
  return requests;
}

Requests read_requests(int argc, char** argv) {
  std::string head = std::string(argv[4]) + " " + argv[5] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  std::string body;
  const char* file = nullptr;
  for (int i = 6; i + 1 < argc; i += 2) {
    if (argv[i] == std::string_view("-H")) head.append(argv[i + 1]).append("\r\n");
    if (argv[i] == std::string_view("-d")) body = argv[i + 1];
    if (argv[i] == std::string_view("-f")) file = argv[i + 1];
  }
  if (file != nullptr) return {.repeated = {}, .once = requests_of(file, head, body), .of_file = true};
  std::string text = whole(std::move(head), body);
  const std::size_t mark = text.find(number_mark);
  if (mark == std::string::npos) return {.repeated = {std::move(text), "", false}, .once = {}};
  return {.repeated = {text.substr(0, mark), text.substr(mark + number_mark.size()), true}, .once = {}};
}

// False: there is no further request.
bool send_next(Connection& connection, Requests& requests) {
  // Nanoseconds since boot, counted on: unique among the runs of a machine, and within one.
  static std::uint64_t number = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  if (requests.of_file && requests.next == requests.once.size()) return false;
  thread_local std::string text;
  if (requests.of_file) {
    text.swap(requests.once[requests.next++]);
  } else {
    text = requests.repeated.front;
    if (requests.repeated.numbered) text.append(std::to_string(++number)).append(requests.repeated.back);
  }
  connection.sent = Clock::now();
  if (::send(connection.socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) fail("send");
  return true;
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

Figures run(std::vector<Connection>& connections, Requests& requests, Clock::time_point end) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::size_t open = 0;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
    if (send_next(connections[i], requests)) ++open;
  }
  Figures figures;
  std::vector<epoll_event> events(connections.size());
  static char piece[receive_bytes];
  while (open > 0) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t size = ::recv(connection.socket, piece, sizeof piece, 0);
      if (size <= 0) fail("the server closed a connection");
      connection.received.append(piece, static_cast<std::size_t>(size));
      if (!take_answer(connection, figures)) continue;
      if (Clock::now() >= end || !send_next(connection, requests)) --open;
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
    std::fputs("load PORT CONNECTIONS SECONDS METHOD PATH [-H \"Name: value\"]... [-d BODY] [-f FILE]\n", stderr);
    return 2;
  }
  Requests requests = read_requests(argc, argv);
  std::vector<Connection> connections(static_cast<std::size_t>(std::max(1, std::atoi(argv[2]))));
  for (Connection& connection : connections) connection.socket = connect_to(std::atoi(argv[1]));
  const auto start = Clock::now();
  Figures figures = run(connections, requests, start + std::chrono::microseconds(static_cast<std::int64_t>(std::atof(argv[3]) * 1e6)));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::ranges::sort(figures.milliseconds);
  std::printf("{\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"answers\":%zu,\"refused\":%zu}\n",
              static_cast<double>(figures.milliseconds.size()) / seconds, static_cast<double>(percentile(figures.milliseconds, 0.5)),
              static_cast<double>(percentile(figures.milliseconds, 0.99)), figures.milliseconds.size(), figures.refused);
  return 0;
}
