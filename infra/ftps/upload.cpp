#include "infra/ftps/upload.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "infra/ftps/limits.hpp"

namespace layerline::ftps {
namespace {

struct CurlFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, CurlFree>;

struct Library {
  Library() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~Library() { curl_global_cleanup(); }
};

struct Watch {
  const std::atomic<bool>& abort;
  const std::function<void(std::int64_t)>& progress;
};

int on_progress(void* watch_pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded) {
  const auto& watch = *static_cast<const Watch*>(watch_pointer);
  if (watch.progress && uploaded > 0) watch.progress(uploaded);
  return watch.abort.load() ? 1 : 0;
}

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

std::string url_of(const Upload& upload, const std::string& path) {
  const bool v6 = upload.host.find(':') != std::string::npos;
  return fmt::format("ftps://{}{}{}:{}/{}", v6 ? "[" : "", upload.host, v6 ? "]" : "", upload.port, path);
}

// One handle for all requests: its TLS session is what the data connection must resume (522 otherwise).
Curl make_handle(const Upload& upload, Watch& watch) {
  static const Library library;
  Curl curl(curl_easy_init());
  if (!curl) return curl;
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_USERNAME, upload.username.c_str());
  curl_easy_setopt(handle, CURLOPT_PASSWORD, upload.password.c_str());
  curl_easy_setopt(handle, CURLOPT_USE_SSL, CURLUSESSL_ALL);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2) | static_cast<long>(CURL_SSLVERSION_MAX_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);      // no subject alternative name, a private CA: the pin decides
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, upload.pin.c_str());
  curl_easy_setopt(handle, CURLOPT_FTP_USE_EPSV, 1L);
  curl_easy_setopt(handle, CURLOPT_FTP_SKIP_PASV_IP, 1L);    // some printers answer 0.0.0.0
  curl_easy_setopt(handle, CURLOPT_FTP_FILEMETHOD, CURLFTPMETHOD_NOCWD);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits::connect_ms));
  curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(limits::response_s));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits::slowest_bytes_per_s));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>((upload.no_progress_ms + 999) / 1000));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(upload.deadline_ms));
  curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(limits::buffer_bytes));
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &watch);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
  return curl;
}

CURLcode send_file(CURL* curl, const Upload& upload, std::FILE* file, std::int64_t size) {
  curl_easy_setopt(curl, CURLOPT_URL, url_of(upload, upload.remote_name).c_str());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, nullptr);   // fread
  curl_easy_setopt(curl, CURLOPT_READDATA, file);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  return curl_easy_perform(curl);
}

// SIZE by a request of its own; -1 if the server does not say.
std::int64_t remote_size(CURL* curl) {
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
  curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_off_t size = -1;
  if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  return size;
}

void delete_remote(CURL* curl, const Upload& upload) {
  const std::unique_ptr<curl_slist, ListFree> commands(curl_slist_append(nullptr, ("DELE " + upload.remote_name).c_str()));
  curl_easy_setopt(curl, CURLOPT_URL, url_of(upload, "").c_str());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
  curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_QUOTE, commands.get());
  curl_easy_perform(curl);   // as well as it goes: the next upload overwrites it
  curl_easy_setopt(curl, CURLOPT_QUOTE, nullptr);
}

UploadError error_of(CURLcode code) {
  if (code == CURLE_LOGIN_DENIED) return UploadError::refused_credentials;
  if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) return UploadError::certificate_mismatch;
  if (code == CURLE_UPLOAD_FAILED || code == CURLE_REMOTE_DISK_FULL || code == CURLE_REMOTE_ACCESS_DENIED) return UploadError::refused;
  if (code == CURLE_OPERATION_TIMEDOUT) return UploadError::timed_out;
  if (code == CURLE_ABORTED_BY_CALLBACK) return UploadError::aborted;
  if (code == CURLE_READ_ERROR) return UploadError::unreadable_file;
  return UploadError::unreachable;
}

}  // namespace

const char* describe(UploadError error) {
  switch (error) {
    case UploadError::unreadable_file: return "the file cannot be read here";
    case UploadError::unreachable: return "the printer's file service cannot be reached";
    case UploadError::refused_credentials: return "the printer's file service refused the access code";
    case UploadError::certificate_mismatch: return "the printer's file service showed another key";
    case UploadError::refused: return "the printer does not take the file (no storage, full, or its name)";
    case UploadError::incomplete: return "the file arrived with another size";
    case UploadError::timed_out: return "the upload made no progress";
    case UploadError::aborted: return "the upload was aborted";
  }
  return "";
}

std::expected<std::int64_t, UploadFailure> upload(const Upload& upload, const std::atomic<bool>& abort,
                                                  const std::function<void(std::int64_t)>& progress) {
  std::error_code error;
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(upload.file_path, error));
  const std::unique_ptr<std::FILE, FileClose> file(std::fopen(upload.file_path.c_str(), "rb"));
  if (error || !file) return std::unexpected(UploadFailure{UploadError::unreadable_file});
  Watch watch{abort, progress};
  const Curl curl = make_handle(upload, watch);
  if (!curl) return std::unexpected(UploadFailure{UploadError::unreachable});

  const CURLcode sent = send_file(curl.get(), upload, file.get(), size);
  long reply = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  const UploadError why = error_of(sent);
  const bool never_sent = why == UploadError::refused_credentials || why == UploadError::certificate_mismatch ||
                          why == UploadError::refused || why == UploadError::aborted || sent == CURLE_COULDNT_CONNECT;
  if (sent != CURLE_OK && never_sent) return std::unexpected(UploadFailure{why, reply});
  // Some servers end a whole upload with 426, so the size decides even after an error.
  if (remote_size(curl.get()) == size) return size;
  delete_remote(curl.get(), upload);
  return std::unexpected(UploadFailure{sent == CURLE_OK ? UploadError::incomplete : why, reply});
}

}  // namespace layerline::ftps
