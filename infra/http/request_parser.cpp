#include "infra/http/request_parser.hpp"

#include <optional>

#include <boost/beast/http/basic_parser.hpp>

namespace layerline::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(bhttp::verb verb) {
  if (verb == bhttp::verb::get) return Method::get;
  if (verb == bhttp::verb::head) return Method::head;
  if (verb == bhttp::verb::post) return Method::post;
  if (verb == bhttp::verb::put) return Method::put;
  if (verb == bhttp::verb::patch) return Method::patch;
  if (verb == bhttp::verb::delete_) return Method::del;
  if (verb == bhttp::verb::options) return Method::options;
  return Method::other;
}

// The shortest rest of a chunked body is "0\r\n\r\n". Beast asserts that it sees that much at once, so less is held back.
constexpr std::size_t shortest_chunked_rest = 5;

}  // namespace

// What Beast calls while it parses one message.
class RequestParser::Impl {
 public:
  class Message final : public bhttp::basic_parser<true> {
   public:
    Message(Impl& owner, Request& request) : owner_(owner), request_(request) {
      eager(false);
      header_limit(limits::header_bytes);
      body_limit(boost::none);   // counted by the connection, per route
    }
    std::string* body = nullptr;

   private:
    void on_request_impl(bhttp::verb method, beast::string_view, beast::string_view target, int version,
                         beast::error_code& error) override {
      request_.method_ = method_of(method);
      owner_.http_1_0_ = version == 10;
      owner_.header_bytes_ = target.size();
      if (!request_.set_target(view(target))) error = bhttp::error::bad_target;
    }

    void on_field_impl(bhttp::field field, beast::string_view name, beast::string_view value, beast::error_code& error) override {
      if (owner_.header_done_) return;   // a trailer: read over, not kept
      owner_.header_bytes_ += name.size() + value.size() + 4;
      if (owner_.header_bytes_ > limits::header_bytes || ++owner_.fields_ > limits::header_fields) {
        error = bhttp::error::header_limit;
        return;
      }
      if (field == bhttp::field::host) ++owner_.hosts_;
      if (field == bhttp::field::transfer_encoding) owner_.transfer_encoded_ = true;
      if (field == bhttp::field::expect) owner_.expects_continue_ = beast::iequals(value, "100-continue");
      request_.add_header(view(name), view(value));
    }

    void on_header_impl(beast::error_code&) override { owner_.header_done_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}

    std::size_t on_body_impl(beast::string_view piece, beast::error_code&) override {
      body->append(piece.data(), piece.size());
      return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, beast::error_code&) override {
      body->append(piece.data(), piece.size());
      return piece.size();
    }
    void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
    void on_finish_impl(beast::error_code&) override {}

    Impl& owner_;
    Request& request_;
  };

  void begin(Request& request) {
    request.clear();
    request_ = &request;
    http_1_0_ = header_done_ = transfer_encoded_ = expects_continue_ = false;
    hosts_ = fields_ = header_bytes_ = 0;
    message_.emplace(*this, request);
  }

  std::expected<std::size_t, ParseError> put(std::string_view bytes, std::string& body) {
    message_->body = &body;
    std::size_t consumed = 0;
    while (consumed < bytes.size() && !message_->is_done()) {
      const std::string_view rest = bytes.substr(consumed);
      if (header_done_ && message_->chunked() && rest.size() < shortest_chunked_rest) break;
      const bool was_header = !header_done_;
      beast::error_code error;
      const std::size_t taken = message_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      consumed += taken;
      if (error == bhttp::error::need_more) break;
      if (error) return std::unexpected(classify(error));
      if (was_header && header_done_) {
        if (const auto refused = check_header()) return std::unexpected(*refused);
        break;
      }
    }
    return consumed;
  }

  std::optional<ParseError> check_header() {
    if (hosts_ > 1 || (hosts_ == 0 && !http_1_0_)) return ParseError::bad_request;                // RFC 9112 3.2
    if (transfer_encoded_ && http_1_0_) return ParseError::bad_request;                           // RFC 9112 6.1
    if (transfer_encoded_ && !message_->chunked()) return ParseError::unsupported_transfer_encoding;
    if (transfer_encoded_ && !beast::iequals(to_beast(request_->header("Transfer-Encoding")), "chunked"))
      return ParseError::unsupported_transfer_encoding;
    if (const auto length = message_->content_length()) request_->content_length_ = *length;
    return std::nullopt;
  }

  static beast::string_view to_beast(std::string_view text) { return {text.data(), text.size()}; }

  static ParseError classify(const beast::error_code& error) {
    if (error == bhttp::error::header_limit) return ParseError::header_too_large;
    if (error == bhttp::error::bad_version) return ParseError::unsupported_version;
    return ParseError::bad_request;
  }

  std::optional<Message> message_;
  Request* request_ = nullptr;
  bool http_1_0_ = false;
  bool header_done_ = false;
  bool transfer_encoded_ = false;
  bool expects_continue_ = false;
  std::size_t hosts_ = 0;
  std::size_t fields_ = 0;
  std::size_t header_bytes_ = 0;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::begin(Request& request) { impl_->begin(request); }
std::expected<std::size_t, ParseError> RequestParser::put(std::string_view bytes, std::string& body) { return impl_->put(bytes, body); }
bool RequestParser::header_done() const { return impl_->header_done_; }
bool RequestParser::done() const { return impl_->message_->is_done(); }
bool RequestParser::started() const { return impl_->message_->got_some(); }
bool RequestParser::keep_alive() const { return impl_->message_->keep_alive(); }
bool RequestParser::http_1_0() const { return impl_->http_1_0_; }
bool RequestParser::expects_continue() const { return impl_->expects_continue_ && !impl_->http_1_0_; }

}  // namespace layerline::http
