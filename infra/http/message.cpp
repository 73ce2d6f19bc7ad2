#include "infra/http/message.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "infra/json/writer.hpp"

namespace layerline::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { as_is, is_space };

// Appends the decoded text and returns the view of it. `out` has room for it already, so older views stay valid.
std::optional<std::string_view> decode_into(std::string& out, std::string_view text, Plus plus) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == Plus::is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  // What a command takes of it stands in the journal as text, which could not be read again with other bytes in it.
  if (!simdjson::validate_utf8(out.data() + start, out.size() - start)) return std::nullopt;
  return std::string_view(out).substr(start);
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: return "OTHER";
  }
  std::unreachable();
}

Request::Request(Method method, std::string_view target, const Headers& headers, std::string_view body) : method_(method) {
  [[maybe_unused]] const bool valid = set_target(target);
  assert(valid);
  for (const auto& [name, value] : headers) add_header(name, value);
  content_length_ = body.size();
  body_.reserve(body.size() + limits::body_padding_bytes);
  body_ = body;
}

void Request::clear() {
  method_ = Method::get;
  target_.clear();
  decoded_.clear();
  segments_.clear();
  queries_.clear();
  header_bytes_.clear();
  header_sizes_.clear();
  headers_.clear();
  parameters_.clear();
  route_ = {};
  body_.clear();
  content_length_.reset();
  body_taken_ = false;
  answer_headers_.clear();
}

void Request::add_header(std::string_view name, std::string_view value) {
  header_bytes_.append(name).append(value);
  header_sizes_.emplace_back(static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size()));
}

// Takes the origin form ("/a/b?c=d"), the absolute form of proxies ("http://host/a/b") and the "*" of OPTIONS (RFC 9112 3.2).
bool Request::set_target(std::string_view target) {
  target_ = target;
  if (target == "*") return true;
  if (!target.starts_with('/')) {
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return false;
    const auto path_at = target.find('/', scheme_end + 3);
    target_ = path_at == std::string_view::npos ? std::string("/") : std::string(target.substr(path_at));
  }
  decoded_.reserve(target_.size());
  const std::string_view whole = target_;
  const auto question = whole.find('?');
  std::string_view rest = whole.substr(1, question == std::string_view::npos ? question : question - 1);
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const auto segment = decode_into(decoded_, rest.substr(0, slash), Plus::as_is);
    if (!segment) return false;
    segments_.push_back(*segment);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) segments_.emplace_back();   // "/a/" is not "/a"
  }
  if (question == std::string_view::npos) return true;
  rest = whole.substr(question + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = decode_into(decoded_, pair.substr(0, equals), Plus::is_space);
    const auto value = decode_into(decoded_, equals == std::string_view::npos ? "" : pair.substr(equals + 1), Plus::is_space);
    if (!name || !value) return false;
    queries_.emplace_back(*name, *value);
  }
  return true;
}

std::string_view Request::path() const { return std::string_view(target_).substr(0, target_.find('?')); }

std::optional<std::string_view> Request::query(std::string_view name) const {
  const auto found = std::ranges::find(queries_, name, &std::pair<std::string_view, std::string_view>::first);
  if (found == queries_.end()) return std::nullopt;
  return found->second;
}

const std::vector<std::pair<std::string_view, std::string_view>>& Request::headers() const {
  if (headers_.size() != header_sizes_.size()) {
    headers_.clear();
    std::string_view rest = header_bytes_;
    for (const auto& [name_size, value_size] : header_sizes_) {
      headers_.emplace_back(rest.substr(0, name_size), rest.substr(name_size, value_size));
      rest.remove_prefix(std::size_t{name_size} + value_size);
    }
  }
  return headers_;
}

std::string_view Request::header(std::string_view name) const {
  std::string_view rest = header_bytes_;
  for (const auto& [name_size, value_size] : header_sizes_) {
    if (name_size == name.size() && same_name(rest.substr(0, name_size), name)) return rest.substr(name_size, value_size);
    rest.remove_prefix(std::size_t{name_size} + value_size);
  }
  return {};
}

std::string Request::header_list(std::string_view name) const {
  std::string list;
  for (const auto& [each, value] : headers())
    if (same_name(each, name)) list.append(list.empty() ? "" : ",").append(value);
  return list;
}

void Request::complete(Response& answer) {
  for (Header& header : answer_headers_) answer.headers.push_back(std::move(header));
  answer_headers_.clear();
}

std::string_view Request::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters_, name, &std::pair<std::string_view, std::string_view>::first);
  assert(found != parameters_.end());
  return found->second;
}

boost::asio::awaitable<std::expected<std::string_view, BodyError>> Request::read_body_some() {
  if (read_more_) co_return co_await read_more_();
  const std::string_view piece = body_taken_ ? std::string_view() : std::string_view(body_);
  body_taken_ = true;
  co_return piece;
}

std::optional<File> File::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return std::nullopt;
  }
  return File(descriptor, static_cast<std::uint64_t>(status.st_size));
}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

Response json_response(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

Response text_response(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(body)};
}

Response problem(int status, std::string_view type, std::string_view detail,
                 const std::vector<std::pair<std::string, std::string>>& members) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("type", type).member("title", reason_of(status)).member("status", status).member("detail", detail);
  for (const auto& [name, value] : members) writer.member(name, value);
  writer.end();
  return {.status = status, .headers = {{"Content-Type", "application/problem+json"}}, .body = std::move(body)};
}

Response problem(BodyError error) {
  switch (error) {
    case BodyError::too_large: return problem(413, "body-too-large", "The body is larger than this endpoint takes.");
    case BodyError::malformed: return problem(400, "body-malformed", "The body is not framed as HTTP/1.1 prescribes.");
    case BodyError::closed: return problem(408, "body-incomplete", "The body did not arrive in time.");
  }
  std::unreachable();
}

}  // namespace layerline::http
