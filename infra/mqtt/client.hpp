// One MQTT 3.1.1 connection over TLS 1.2, driven by an Asio io_context (libmosquitto behind it).
// A Client is one connection: it never reconnects and so never replays a publish. Drop it and make a new one.
// All calls and all handlers belong to the io_context's one thread; no handler runs inside a library callback or after the destructor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace layerline::mqtt {

struct Endpoint {
  std::string host;                    // an address; a name is resolved
  std::uint16_t port = 8883;
  std::string client_id;               // unique per connection
  std::string username;
  std::string password;
  std::string common_name;             // that the server's certificate must have; such servers have no subject alternative name
  std::optional<std::string> pin;      // "sha256//<base64>" of its public key; nothing: the first contact, any key is taken
};

enum class CloseReason { unreachable, refused_credentials, certificate_mismatch, lost };

struct Handlers {
  std::function<void(const std::string& pin)> on_connected;   // with the pin of the key that was shown
  std::function<void(std::string_view topic, std::string_view payload, bool retained)> on_message;
  std::function<void(CloseReason)> on_closed;                 // once, unless the client is dropped before
};

class Client {
 public:
  // Starts connecting. Handlers come from the io_context later.
  Client(boost::asio::io_context& io, Endpoint endpoint, Handlers handlers);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // QoS 1. What is not acknowledged when the connection ends is lost.
  void publish(const std::string& topic, std::string_view payload);
  void subscribe(const std::string& topic);

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace layerline::mqtt
