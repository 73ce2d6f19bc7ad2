#include "workers/slicer/xml.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "workers/slicer/limits.hpp"

namespace layerline::slicer {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

const char* Attributes::find(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (without_prefix(pair[0]) == name) return pair[1];
  }
  return nullptr;
}

std::string_view Attributes::text(std::string_view name) const {
  const char* value = find(name);
  return value == nullptr ? std::string_view() : value;
}

struct XmlReader::State {
  XML_Parser parser = nullptr;
  Start start;
  End end;
  int depth = 0;
  std::int64_t fed_bytes = 0;
  std::optional<ModelError> error;

  void stop(ModelErrorKind kind, std::string detail) {
    if (!error) error = ModelError{kind, std::move(detail)};
    XML_StopParser(parser, XML_FALSE);
  }

  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    State& state = *static_cast<State*>(self);
    if (state.error) return;
    if (++state.depth > limits::max_xml_depth) return state.stop(ModelErrorKind::malformed, "XML: elements are nested too deeply");
    if (auto done = state.start(without_prefix(name), Attributes(attributes)); !done) {
      state.stop(done.error().kind, std::move(done.error().detail));
    }
  }

  static void on_end(void* self, const XML_Char* name) {
    State& state = *static_cast<State*>(self);
    --state.depth;
    if (!state.error && state.end) state.end(without_prefix(name));
  }

  static void on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<State*>(self)->stop(ModelErrorKind::malformed, "XML: a document type declaration is not allowed in 3MF");
  }

  std::expected<void, ModelError> parse(std::span<const char> bytes, bool last) {
    const XML_Status status = XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
    if (error) return std::unexpected(*error);
    if (status != XML_STATUS_OK) {
      return std::unexpected(
          ModelError{ModelErrorKind::malformed,
                     fmt::format("XML: {} at line {}", XML_ErrorString(XML_GetErrorCode(parser)), XML_GetCurrentLineNumber(parser))});
    }
    return {};
  }
};

XmlReader::XmlReader(Start start, End end) : state_(std::make_unique<State>()) {
  state_->start = std::move(start);
  state_->end = std::move(end);
  state_->parser = XML_ParserCreate(nullptr);
  XML_SetUserData(state_->parser, state_.get());
  XML_SetElementHandler(state_->parser, State::on_start, State::on_end);
  XML_SetStartDoctypeDeclHandler(state_->parser, State::on_doctype);
}

XmlReader::XmlReader(XmlReader&&) noexcept = default;

XmlReader::~XmlReader() {
  if (state_) XML_ParserFree(state_->parser);
}

std::expected<void, ModelError> XmlReader::feed(std::span<const char> bytes) {
  if (auto done = state_->parse(bytes, false); !done) return done;
  state_->fed_bytes += static_cast<std::int64_t>(bytes.size());
  const std::int64_t pending = state_->fed_bytes - XML_GetCurrentByteIndex(state_->parser);
  if (pending > static_cast<std::int64_t>(limits::max_xml_token_bytes)) {
    return std::unexpected(ModelError{ModelErrorKind::malformed, "XML: a tag is too long"});
  }
  return {};
}

std::expected<void, ModelError> XmlReader::finish() { return state_->parse({}, true); }

}  // namespace layerline::slicer
