#include "infra/http/connection.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace layerline::http {
namespace {

namespace asio = boost::asio;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

// A header must not be able to end its own line (response splitting).
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void ReadBuffer::consume(std::size_t size) {
  begin_ += size;
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  if (data_.size() > limits::read_buffer_bytes) std::string().swap(data_);
}

asio::mutable_buffer ReadBuffer::prepare(std::size_t most_bytes) {
  if (end_ == data_.size() || (begin_ > 0 && begin_ == end_)) {
    std::copy(data_.begin() + static_cast<std::ptrdiff_t>(begin_), data_.begin() + static_cast<std::ptrdiff_t>(end_), data_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == data_.size() || data_.size() * 4 < most_bytes) {
    const std::size_t wanted = std::max(limits::read_buffer_bytes, data_.size() * 4);
    data_.resize(std::max(data_.size(), std::min(most_bytes, wanted)));
  }
  return asio::buffer(data_.data() + end_, data_.size() - end_);
}

Connection::Connection(std::shared_ptr<ServerShared> shared, Socket socket) : shared_(std::move(shared)), socket_(std::move(socket)) {
  shared_->connections.insert(this);
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  const auto remote = socket_.remote_endpoint(ignored);
  if (!ignored) request_.remote_address_ = remote.address().to_string();
}

Connection::~Connection() { shared_->connections.erase(this); }

void Connection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> Connection::run() {
  while (co_await serve_one()) {
  }
  co_await linger();
}

// One request and its answer. False: the connection ends.
asio::awaitable<bool> Connection::serve_one() {
  if (!co_await read_header()) co_return false;
  deadline_ = Clock::time_point::max();   // a handler has its own bounds
  const auto started = shared_->options.on_answered ? Clock::now() : Clock::time_point();

  std::vector<Method> allowed;
  const Route* route = shared_->router.find(request_, allowed);
  body_limit_ = route ? route->options.body_bytes : limits::drained_bytes;
  body_bytes_ = 0;
  body_invited_ = !parser_.expects_continue();
  Response response = route ? co_await respond(*route) : not_routed(request_.method(), allowed);
  request_.complete(response);
  co_await drain();

  const bool keep_alive = parser_.keep_alive() && parser_.done() && !shared_->stopping;
  const bool written = co_await write(response, keep_alive);
  if (shared_->options.on_answered) shared_->options.on_answered(request_, response.status, Clock::now() - started);
  if (request_.body_.capacity() > limits::read_buffer_bytes) std::string().swap(request_.body_);
  co_return written && keep_alive;
}

asio::awaitable<bool> Connection::read_header() {
  parser_.begin(request_);
  idle_ = received_.empty();
  deadline_ = shared_->now + (idle_ ? shared_->options.idle_time : shared_->options.header_time);
  for (;;) {
    while (!parser_.started() && (received_.bytes().starts_with('\r') || received_.bytes().starts_with('\n'))) received_.consume(1);
    if (!received_.empty()) {
      const auto consumed = parser_.put(received_.bytes(), request_.body_);
      if (!consumed) {
        Response refusal = problem(static_cast<int>(consumed.error()), "request-malformed", "The request is not valid HTTP/1.1.");
        co_await write(refusal, false);
        co_return false;
      }
      received_.consume(*consumed);
      if (parser_.header_done()) co_return true;
    }
    const bool received = co_await receive(limits::header_bytes);
    if (!received) co_return false;
    if (std::exchange(idle_, false)) deadline_ = shared_->now + shared_->options.header_time;
  }
}

// Waits for more bytes. False: the client has gone, was too slow, or sent a piece of framing beyond all bounds.
asio::awaitable<bool> Connection::receive(std::size_t most_bytes) {
  const auto room = received_.prepare(most_bytes);
  if (room.size() == 0) co_return false;
  const auto [error, size] = co_await socket_.async_read_some(room, awaited);
  received_.commit(size);
  co_return !error;
}

asio::awaitable<Response> Connection::respond(const Route& route) {
  if (request_.content_length().value_or(0) > body_limit_) co_return problem(BodyError::too_large);
  if (route.options.body_mode == BodyMode::streamed) {
    request_.read_more_ = [this] { return read_streamed(); };
    Response response = co_await call(route);
    request_.read_more_ = nullptr;
    co_return response;
  }
  if (!parser_.done()) {
    request_.body_.reserve(static_cast<std::size_t>(request_.content_length().value_or(0)) + limits::body_padding_bytes);
    const auto invited = co_await invite_body();
    if (!invited) co_return problem(invited.error());
    const auto read = co_await read_body(request_.body_, body_limit_);
    if (!read) co_return problem(read.error());
  }
  request_.body_.reserve(request_.body_.size() + limits::body_padding_bytes);
  co_return co_await call(route);
}

asio::awaitable<Response> Connection::call(const Route& route) {
  std::string failure;
  try {
    co_return co_await route.handler(request_);
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  if (shared_->options.on_failed) shared_->options.on_failed(request_, failure);
  co_return problem(500, "internal-error", "The server failed to answer this request.");
}

// Appends decoded body bytes until the message is done or at least `until_bytes` were appended.
asio::awaitable<Connection::BodyResult> Connection::read_body(std::string& into, std::uint64_t until_bytes) {
  const std::size_t size_before = into.size();
  for (;;) {
    const std::size_t size_now = into.size();
    const auto consumed = parser_.put(received_.bytes(), into);
    if (!consumed) co_return std::unexpected(BodyError::malformed);
    received_.consume(*consumed);
    body_bytes_ += into.size() - size_now;
    if (body_bytes_ > body_limit_) co_return std::unexpected(BodyError::too_large);
    if (parser_.done() || into.size() - size_before >= until_bytes) co_return BodyResult();
    if (*consumed > 0 && !received_.empty()) continue;
    allow_transfer(body_bytes_);
    const bool received = co_await receive(limits::streamed_piece_bytes);
    if (!received) co_return std::unexpected(BodyError::closed);
    deadline_ = Clock::time_point::max();
  }
}

asio::awaitable<std::expected<std::string_view, BodyError>> Connection::read_streamed() {
  piece_.clear();
  if (!parser_.done()) {
    const auto invited = co_await invite_body();
    if (!invited) co_return std::unexpected(invited.error());
    const auto read = co_await read_body(piece_, 1);
    if (!read) co_return std::unexpected(read.error());
  }
  co_return std::string_view(piece_);
}

// Answers Expect: 100-continue, once, when somebody wants the body.
asio::awaitable<Connection::BodyResult> Connection::invite_body() {
  if (std::exchange(body_invited_, true)) co_return BodyResult();
  static constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool written = co_await write_all({asio::buffer(invitation), {}});
  if (!written) co_return std::unexpected(BodyError::closed);
  co_return BodyResult();
}

// Reads over a body that the handler left, if it is short: else the connection is closed behind the answer.
asio::awaitable<void> Connection::drain() {
  if (parser_.done() || !body_invited_ || body_bytes_ > body_limit_) co_return;
  const auto length = request_.content_length();
  if (length && *length - body_bytes_ > limits::drained_bytes) co_return;
  piece_.clear();
  co_await read_body(piece_, limits::drained_bytes);
  std::string().swap(piece_);
}

asio::awaitable<bool> Connection::write(Response& response, bool keep_alive) {
  const bool with_body = request_.method() != Method::head && has_body(response.status);
  if (const auto* file = std::get_if<File>(&response.body)) {
    write_head(response, file->size(), keep_alive);
    const bool written = co_await write_all({asio::buffer(head_), {}});
    if (!written || !with_body) co_return written;
    co_return co_await write_file(*file);
  }
  const auto* shared_text = std::get_if<SharedText>(&response.body);
  const std::string& body = shared_text ? **shared_text : std::get<std::string>(response.body);
  write_head(response, body.size(), keep_alive);
  Buffers buffers{};
  if (with_body && body.size() <= limits::copied_body_bytes) {
    head_ += body;
  } else if (with_body) {
    buffers[1] = asio::buffer(body);
  }
  buffers[0] = asio::buffer(head_);

  boost::system::error_code error;   // nearly always all of it fits into the socket's buffer, and nothing need be awaited
  const std::size_t size = socket_.write_some(buffers, error);
  if (!error && size == asio::buffer_size(buffers)) co_return true;
  if (error && error != asio::error::would_block) co_return false;
  const std::size_t of_head = std::min(size, buffers[0].size());
  buffers[0] += of_head;
  buffers[1] += size - of_head;
  co_return co_await write_all(buffers);
}

asio::awaitable<bool> Connection::write_file(const File& file) {
  std::string piece(std::min<std::uint64_t>(limits::file_piece_bytes, file.size()), '\0');
  for (std::uint64_t offset = 0; offset < file.size();) {
    const auto wanted = std::min<std::uint64_t>(piece.size(), file.size() - offset);
    const ssize_t size = ::pread(file.descriptor(), piece.data(), wanted, static_cast<off_t>(offset));
    if (size <= 0) co_return false;   // the file shrank or cannot be read: the client sees a short body
    const bool written = co_await write_all({asio::buffer(piece.data(), static_cast<std::size_t>(size)), {}});
    if (!written) co_return false;
    offset += static_cast<std::uint64_t>(size);
  }
  co_return true;
}

asio::awaitable<bool> Connection::write_all(Buffers buffers) {
  allow_transfer(asio::buffer_size(buffers));
  const auto [error, size] = co_await asio::async_write(socket_, buffers, awaited);
  deadline_ = Clock::time_point::max();
  co_return !error;
}

// Lets the client read the last answer: closing at once while it still sends would reset the connection under it.
asio::awaitable<void> Connection::linger() {
  boost::system::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  deadline_ = shared_->now + limits::linger_time;
  std::uint64_t drained = 0;
  while (!error && drained < limits::lingered_bytes) {
    received_.consume(received_.bytes().size());
    const bool received = co_await receive(limits::read_buffer_bytes);
    if (!received) break;
    drained += received_.bytes().size();
  }
  close();
}

void Connection::write_head(const Response& response, std::uint64_t body_bytes, bool keep_alive) {
  head_.clear();
  head_.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str()).append(" ").append(reason_of(response.status));
  head_.append("\r\nDate: ").append(shared_->date).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    append_clean(head_, name);
    head_ += ": ";
    append_clean(head_, value);
    head_ += "\r\n";
  }
  if (has_body(response.status)) head_.append("Content-Length: ").append(fmt::format_int(body_bytes).c_str()).append("\r\n");
  if (!keep_alive) {
    head_ += "Connection: close\r\n";
  } else if (parser_.http_1_0()) {
    head_ += "Connection: keep-alive\r\n";
  }
  head_ += "\r\n";
}

void Connection::allow_transfer(std::uint64_t bytes) {
  deadline_ = shared_->now + shared_->options.transfer_time + std::chrono::seconds(bytes / limits::slowest_bytes_per_second);
}

}  // namespace layerline::http
