// HTTP/1.x request parser without I/O: bytes in, a Request out. Beast's basic_parser does the grammar; what it leaves open is closed here
// (RFC 9112: one Host, no Transfer-Encoding but chunked, no Content-Length beside it; bounded header).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "infra/http/message.hpp"

namespace layerline::http {

// The number is the status of the answer; the connection is closed behind it.
enum class ParseError {
  bad_request = 400,
  header_too_large = 431,
  unsupported_transfer_encoding = 501,
  unsupported_version = 505,
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // Starts the next message; its head is written into `request`, which must outlive the parsing of it.
  void begin(Request& request);

  // Takes bytes and returns how many it consumed; the others must be shown again, in front of more. Stops behind the header, so that
  // the caller can choose what to do with the body before any of it is decoded. Body bytes are appended to `body`.
  std::expected<std::size_t, ParseError> put(std::string_view bytes, std::string& body);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;          // the whole message
  [[nodiscard]] bool started() const;       // at least one byte of it
  [[nodiscard]] bool keep_alive() const;    // after header_done()
  [[nodiscard]] bool http_1_0() const;
  [[nodiscard]] bool expects_continue() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace layerline::http
