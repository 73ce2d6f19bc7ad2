#include "infra/mqtt/client.hpp"

#include <mosquitto.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "infra/mqtt/limits.hpp"
#include "infra/mqtt/pinned_tls.hpp"

namespace layerline::mqtt {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct HandleFree {
  void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
};

struct Library {
  Library() { mosquitto_lib_init(); }
  ~Library() { mosquitto_lib_cleanup(); }
};

struct ReceivedMessage {
  std::string topic, payload;
  bool retained = false;
};

constexpr int bad_credentials = 4, not_authorised = 5;   // CONNACK codes of MQTT 3.1.1

}  // namespace

class Client::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& io, Endpoint endpoint, Handlers handlers)
      : endpoint_(std::move(endpoint)), handlers_(std::move(handlers)), resolver_(io), probe_(io), socket_(io), deadline_(io), misc_(io),
        retry_(io) {
    check_.common_name = endpoint_.common_name;
    check_.pin = endpoint_.pin;
  }

  void start();
  void publish(const std::string& topic, std::string_view payload);
  void subscribe(const std::string& topic);
  void abandon();

 private:
  void probe(const tcp::resolver::results_type& addresses);
  void connect(const tcp::endpoint& server);
  [[nodiscard]] bool make_handle();
  void wait_read();
  void wait_write();
  void keep_alive();
  void settle(int result);
  void fail(CloseReason reason);
  void close();

  Endpoint endpoint_;
  Handlers handlers_;
  PinCheck check_;
  TlsContext tls_;
  std::unique_ptr<mosquitto, HandleFree> handle_;
  tcp::resolver resolver_;
  tcp::socket probe_;
  asio::posix::stream_descriptor socket_;   // a duplicate: the library closes its own before one hears of it
  asio::steady_timer deadline_, misc_, retry_;
  bool writing_ = false, connected_ = false, closed_ = false;

  // Filled by the library's callbacks, emptied after its calls have returned.
  std::vector<ReceivedMessage> received_;
  std::optional<int> connack_;
};

// A TCP connect of our own first, with a deadline: the library's would block every other connection of this thread.
void Client::Connection::start() {
  deadline_.expires_after(std::chrono::milliseconds(limits::connect_deadline_ms));
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error && !self->connected_) self->fail(CloseReason::unreachable);
  });
  error_code not_an_address;
  const auto address = asio::ip::make_address(endpoint_.host, not_an_address);
  if (!not_an_address) {
    const tcp::endpoint server(address, endpoint_.port);
    return probe(tcp::resolver::results_type::create(server, endpoint_.host, std::to_string(endpoint_.port)));
  }
  resolver_.async_resolve(endpoint_.host, std::to_string(endpoint_.port),
                          [self = shared_from_this()](error_code error, const tcp::resolver::results_type& addresses) {
                            if (self->closed_) return;
                            error ? self->fail(CloseReason::unreachable) : self->probe(addresses);
                          });
}

void Client::Connection::probe(const tcp::resolver::results_type& addresses) {
  asio::async_connect(probe_, addresses, [self = shared_from_this()](error_code error, const tcp::endpoint& server) {
    if (self->closed_) return;
    self->probe_.close();
    error ? self->fail(CloseReason::unreachable) : self->connect(server);
  });
}

bool Client::Connection::make_handle() {
  static const Library library;
  handle_.reset(mosquitto_new(endpoint_.client_id.c_str(), true, this));
  tls_ = pinned_tls_context(check_);
  if (!handle_ || !tls_) return false;
  mosquitto* handle = handle_.get();
  mosquitto_username_pw_set(handle, endpoint_.username.c_str(), endpoint_.password.c_str());
  mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(handle, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
  mosquitto_void_option(handle, MOSQ_OPT_SSL_CTX, tls_.get());
  mosquitto_connect_callback_set(handle, [](mosquitto*, void* self, int code) { static_cast<Connection*>(self)->connack_ = code; });
  mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* message) {
    if (message->payloadlen > limits::message_bytes) return;
    const auto size = static_cast<std::size_t>(message->payloadlen);
    static_cast<Connection*>(self)->received_.push_back(
        {message->topic, size == 0 ? std::string() : std::string(static_cast<const char*>(message->payload), size), message->retain});
  });
  return true;
}

void Client::Connection::connect(const tcp::endpoint& server) {
  if (!make_handle()) return fail(CloseReason::unreachable);
  const int result = mosquitto_connect(handle_.get(), server.address().to_string().c_str(), server.port(), limits::keepalive_s);
  if (result != MOSQ_ERR_SUCCESS) return fail(check_.mismatch ? CloseReason::certificate_mismatch : CloseReason::unreachable);
  error_code error;
  socket_.assign(::dup(mosquitto_socket(handle_.get())), error);
  if (error) return fail(CloseReason::unreachable);
  wait_read();
  wait_write();
  keep_alive();
}

void Client::Connection::wait_read() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
    if (error || self->closed_) return;
    self->settle(mosquitto_loop_read(self->handle_.get(), 1));
    if (!self->closed_) self->wait_read();
  });
}

void Client::Connection::wait_write() {
  if (writing_ || closed_ || !mosquitto_want_write(handle_.get())) return;
  writing_ = true;
  const auto write = [self = shared_from_this()](error_code error) {
    self->writing_ = false;
    if (!error && !self->closed_) self->settle(mosquitto_loop_write(self->handle_.get(), 1));
  };
  if (connected_) return socket_.async_wait(asio::posix::stream_descriptor::wait_write, write);
  retry_.expires_after(std::chrono::milliseconds(limits::handshake_poll_ms));
  retry_.async_wait(write);
}

void Client::Connection::keep_alive() {
  misc_.expires_after(std::chrono::milliseconds(limits::misc_interval_ms));
  misc_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->closed_) return;
    self->settle(mosquitto_loop_misc(self->handle_.get()));
    if (!self->closed_) self->keep_alive();
  });
}

// Hands out what the callbacks left. A handler may drop the client, so `closed_` is asked again each time.
void Client::Connection::settle(int result) {
  if (const auto code = std::exchange(connack_, std::nullopt)) {
    if (*code == bad_credentials || *code == not_authorised) return fail(CloseReason::refused_credentials);
    if (*code != 0) return fail(CloseReason::unreachable);
    connected_ = true;
    deadline_.cancel();
    handlers_.on_connected(check_.seen_pin);
  }
  for (ReceivedMessage& message : std::exchange(received_, {})) {
    if (!closed_) handlers_.on_message(message.topic, message.payload, message.retained);
  }
  if (closed_) return;
  if (result != MOSQ_ERR_SUCCESS) {
    return fail(check_.mismatch ? CloseReason::certificate_mismatch : connected_ ? CloseReason::lost : CloseReason::unreachable);
  }
  wait_write();
}

void Client::Connection::publish(const std::string& topic, std::string_view payload) {
  if (closed_ || !connected_) return;
  mosquitto_publish(handle_.get(), nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), 1, false);
  wait_write();
}

void Client::Connection::subscribe(const std::string& topic) {
  if (closed_ || !connected_) return;
  mosquitto_subscribe(handle_.get(), nullptr, topic.c_str(), 1);
  wait_write();
}

void Client::Connection::fail(CloseReason reason) {
  if (closed_) return;
  close();
  handlers_.on_closed(reason);
}

void Client::Connection::abandon() {
  if (closed_) return;
  if (handle_ && connected_) mosquitto_disconnect(handle_.get());
  close();
}

void Client::Connection::close() {
  closed_ = true;
  error_code ignored;
  resolver_.cancel();
  probe_.close(ignored);
  socket_.close(ignored);
  deadline_.cancel();
  misc_.cancel();
  retry_.cancel();
}

Client::Client(asio::io_context& io, Endpoint endpoint, Handlers handlers)
    : connection_(std::make_shared<Connection>(io, std::move(endpoint), std::move(handlers))) {
  asio::post(io, [connection = connection_] { connection->start(); });
}

Client::~Client() { connection_->abandon(); }

void Client::publish(const std::string& topic, std::string_view payload) { connection_->publish(topic, payload); }

void Client::subscribe(const std::string& topic) { connection_->subscribe(topic); }

}  // namespace layerline::mqtt
