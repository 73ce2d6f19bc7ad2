#include "infra/http/client.hpp"

#include <algorithm>
#include <mutex>

#include <curl/curl.h>

namespace layerline::http {
namespace {

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(list.get(), line.c_str())) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// Where the body of an answer goes.
struct Sink {
  CURL* easy;
  const ClientRequest& request;
  ClientResponse& response;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& [easy, request, response] = *static_cast<Sink*>(context);
  long status = 0;
  if (request.on_body) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return request.on_body({data, size}) ? size : 0;
  if (response.body.size() + size > limits::client_response_bytes) return 0;   // curl stops with CURLE_WRITE_ERROR
  response.body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context) {
  auto& response = *static_cast<ClientResponse*>(context);
  std::string_view line(data, size);
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) response.headers.clear();   // the headers of a 100 Continue are not the answer's
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  line.remove_prefix(colon + 1);
  while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
  response.headers.emplace_back(std::move(name), line);
  return size;
}

// Whether the request can have reached the other side before this went wrong.
TransportError::Outcome outcome_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return TransportError::Outcome::not_done;
    default:
      return TransportError::Outcome::unknown;
  }
}

bool may_be_repeated(const ClientRequest& request) {
  if (request.method != Method::post && request.method != Method::patch) return true;
  return std::ranges::any_of(request.headers, [](const Header& header) { return same_name(header.first, "Idempotency-Key"); });
}

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
  const auto found = std::ranges::find(headers, lower_case_name, &Header::first);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct Client::Handle {
  Handle() : easy((start_curl_once(), curl_easy_init())) {}
  ~Handle() { curl_easy_cleanup(easy); }
  CURL* easy;
};

Client::Client() : handle_(std::make_unique<Handle>()) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

std::expected<ClientResponse, TransportError> Client::perform(const ClientRequest& request, Timeouts timeouts) {
  CURL* easy = handle_->easy;
  curl_easy_reset(easy);   // keeps the connections
  List headers;
  for (const auto& [name, value] : request.headers) append(headers, value.empty() ? name + ";" : name + ": " + value);
  append(headers, "Expect:");   // bodies are small: no round trip for 100 Continue

  ClientResponse response;
  Sink sink{easy, request, response};
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeouts.connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeouts.total.count()));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, may_be_repeated(request) ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response);
  if (request.method == Method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != Method::get) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, std::string(name_of(request.method)).c_str());
  }

  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    auto outcome = outcome_of(code);
    double connected_s = 0;   // 0: the time ran out before there was a connection
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME, &connected_s);
    if (code == CURLE_OPERATION_TIMEDOUT && connected_s == 0) outcome = TransportError::Outcome::not_done;
    return std::unexpected(TransportError{.outcome = outcome, .message = reason[0] ? reason : curl_easy_strerror(code)});
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

}  // namespace layerline::http
