#include "gateways/rest/form.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <memory>

#include "gateways/rest/limits.hpp"
#include "domain/workshop/limits.hpp"
#include "infra/http/multipart.hpp"

namespace layerline::rest {
namespace {

// What arrives part by part; the parser's callbacks only fill it.
struct Receiver {
  explicit Receiver(const blob::BlobStore& store) : blobs(store) {}

  const blob::BlobStore& blobs;
  Form form;
  std::string field;                           // of the part that is being read
  std::vector<std::pair<std::string, blob::BlobWriter>> received;   // name and file, to be synced
  std::uint64_t file_bytes = 0;
  std::optional<Response> refusal;

  bool refuse(int status, std::string_view type, std::string_view detail) {
    refusal = http::problem(status, type, detail);
    return false;
  }
  bool refuse(const blob::BlobError& error) {
    if (error.kind == blob::BlobError::Kind::too_large) return refuse(413, "file-too-large", "A model file has at most 100 MB.");
    refusal = http::problem(error.kind == blob::BlobError::Kind::disk_full ? 507 : 500, "storage-failed",
                            "The file could not be stored; nothing of it was kept.");
    return false;
  }

  bool begin(const http::PartHeader& part) {
    field = part.name;
    if (!part.file_name) {
      form.fields[field].clear();
      return true;
    }
    if (field != "file" && field != "files" && field != "files[]")
      return refuse(400, "unknown-file-field", "Send the model as \"file\" or \"files\".");
    if (received.size() == layerline::limits::quote_files_max) return refuse(422, "too-many-files", "A quote takes at most 20 files.");
    auto begun = blobs.begin();
    if (!begun) return refuse(begun.error());
    file_bytes = 0;
    received.emplace_back(*part.file_name, std::move(*begun));
    return true;
  }

  bool data(bool is_file, std::string_view bytes) {
    if (!is_file) {
      std::string& value = form.fields[field];
      if (value.size() + bytes.size() > limits::form_field_bytes)
        return refuse(400, "field-too-long", "A form field has at most 4096 bytes.");
      value.append(bytes);
      return true;
    }
    file_bytes += bytes.size();
    if (file_bytes > limits::model_bytes) return refuse(413, "file-too-large", "A model file has at most 100 MB.");
    auto added = received.back().second.add(bytes);
    return added ? true : refuse(added.error());
  }
};

}  // namespace

awaitable<std::expected<Form, Response>> read_form(const Api& api, Request& request) {
  const auto boundary = http::multipart_boundary(request.header("Content-Type"));
  if (!boundary)
    co_return std::unexpected(
        http::problem(415, "not-a-form", "Send multipart/form-data with the model in \"file\", for example curl -F file=@part.stl."));
  auto receiver = std::make_shared<Receiver>(api.blobs);
  bool is_file = false;
  http::MultipartParser parser(*boundary, {
      [&](const http::PartHeader& part) { is_file = part.file_name.has_value(); return receiver->begin(part); },
      [&](std::string_view bytes) { return receiver->data(is_file, bytes); },
      [] { return true; }});
  while (true) {
    const auto bytes = co_await request.read_body_some();
    if (!bytes) co_return std::unexpected(http::problem(bytes.error()));
    const bool end = bytes->empty();
    const auto parsed = end ? parser.finish() : parser.put(*bytes);
    if (!parsed) {
      if (receiver->refusal) co_return std::unexpected(std::move(*receiver->refusal));
      co_return std::unexpected(
          http::problem(400, "malformed-form", fmt::format("The form can't be read: {}.", http::describe(parsed.error()))));
    }
    if (end) break;
  }
  // What events hold of it is text, and the journal could not be read again with other bytes in it.
  for (const auto& [name, value] : receiver->form.fields)
    if (!simdjson::validate_utf8(value.data(), value.size()))
      co_return std::unexpected(http::problem(400, "malformed-form", "The fields of the form are not UTF-8."));
  for (const auto& [name, writer] : receiver->received)
    if (!simdjson::validate_utf8(name.data(), name.size()))
      co_return std::unexpected(http::problem(400, "malformed-form", "The names of the files are not UTF-8."));
  co_await offload(api, [receiver] {
    for (auto& [name, writer] : receiver->received) {
      auto blob = writer.finish();
      if (!blob) {
        receiver->refuse(blob.error());
        return;
      }
      receiver->form.files.push_back({std::move(name), std::move(*blob)});
    }
  });
  if (receiver->refusal) co_return std::unexpected(std::move(*receiver->refusal));
  co_return std::move(receiver->form);
}

std::optional<std::string> Form::text(std::string_view name, std::string_view other_name) const {
  auto found = fields.find(name);
  if (found == fields.end() && !other_name.empty()) found = fields.find(other_name);
  return found == fields.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> Form::integer(std::string_view name, std::int64_t fallback) const { return integer(name, {}, fallback); }

std::optional<std::int64_t> Form::integer(std::string_view name, std::string_view other_name, std::int64_t fallback) const {
  // The other name is no less to be a number where the first one counts.
  if (!other_name.empty() && !integer(other_name, fallback)) return std::nullopt;
  const auto value = text(name, other_name);
  if (!value) return fallback;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  return error == std::errc() && end == value->data() + value->size() ? std::optional(number) : std::nullopt;
}

std::string Form::digest_of_fields() const {
  std::string all;
  for (const auto& [name, value] : fields) all.append(name).append("=").append(value).append("\n");
  return all;
}

std::string json_text(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return "";
  const std::size_t begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

}  // namespace layerline::rest
