// A multipart form with files, streamed: the files go into the blob store while they are hashed, the fields stay in memory.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateways/rest/api.hpp"

namespace layerline::rest {

struct UploadedFile {
  std::string name;     // as the customer named it: personal, and foreign text
  blob::Blob blob;
};

struct Form {
  std::map<std::string, std::string, std::less<>> fields;
  std::vector<UploadedFile> files;      // of the fields "file", "files" and "files[]"

  [[nodiscard]] std::optional<std::string> text(std::string_view name, std::string_view other_name = {}) const;
  // The fallback if it is not there, nothing if it is no whole number.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t fallback) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::string_view other_name, std::int64_t fallback) const;
  // Names and values, for the hash of the payload.
  [[nodiscard]] std::string digest_of_fields() const;
};

[[nodiscard]] awaitable<std::expected<Form, Response>> read_form(const Api& api, Request& request);

// The text of a top-level member of JSON that we wrote ourselves; empty if it is not there.
[[nodiscard]] std::string json_text(std::string_view json, std::string_view name);

}  // namespace layerline::rest
