// Uploads one file over implicit FTPS (TLS 1.2, the control connection's session reused for the data) and checks its size on the server.
// There is no resume: a failed upload is deleted, as well as the server allows, and starts again from nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

namespace layerline::ftps {

struct Upload {
  std::string host;
  std::uint16_t port = 990;
  std::string username;
  std::string password;
  std::string pin;                       // "sha256//<base64>" of the server's public key; required
  std::string file_path;
  std::string remote_name;               // in the root; [A-Za-z0-9._-]
  std::int64_t deadline_ms = 600'000;
  std::int64_t no_progress_ms = 60'000;
};

enum class UploadError {
  unreadable_file,        // here
  unreachable,            // no connection, or it broke
  refused_credentials,
  certificate_mismatch,
  refused,                // the server does not take the file: no storage, full, bad name
  incomplete,             // its size there is not the size here
  timed_out,
  aborted,
};

struct UploadFailure {
  UploadError error = UploadError::unreachable;
  long reply = 0;         // the server's last reply code, 0 if none
  // Whether trying again may help.
  [[nodiscard]] bool retryable() const {
    return error == UploadError::unreachable || error == UploadError::incomplete || error == UploadError::timed_out;
  }
};

[[nodiscard]] const char* describe(UploadError error);

// Blocks; run it on a thread of its own. `abort` is looked at about once a second; `progress` gets the bytes sent so far.
// Gives the size of the uploaded file in bytes.
[[nodiscard]] std::expected<std::int64_t, UploadFailure> upload(const Upload& upload, const std::atomic<bool>& abort,
                                                                const std::function<void(std::int64_t)>& progress = {});

}  // namespace layerline::ftps
