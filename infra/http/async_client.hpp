// An HTTP/1.1 client for the coroutines of the io thread: for our own processes among each other, so http:// only. It keeps connections
// open per peer, uses a bounded number of them, and sends nothing twice.
#pragma once

#include <chrono>
#include <expected>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "infra/http/client.hpp"

namespace boost::asio {
class io_context;
}

namespace layerline::http {

// Everything runs on the one thread that runs the io_context.
class AsyncClient {
 public:
  explicit AsyncClient(boost::asio::io_context& context);
  AsyncClient(AsyncClient&&) noexcept;
  AsyncClient& operator=(AsyncClient&&) = delete;
  ~AsyncClient();   // what is under way goes on to its end

  // Timeouts::total counts from here, waiting for a free connection included; the time that the system needs to resolve a name is not
  // bounded by it. An error says whether the other side may have acted upon the request.
  [[nodiscard]] boost::asio::awaitable<std::expected<ClientResponse, TransportError>> ask(ClientRequest request, Timeouts timeouts = {});

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace layerline::http
