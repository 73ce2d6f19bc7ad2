#include "infra/sealing/sealing.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <vector>

#include "infra/crypto/cipher.hpp"

namespace layerline::sealing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Per message type the fields that are sealed, or lead to some that are; computed once for all types that an event can hold.
class Paths {
 public:
  Paths() { visit(events::Event::descriptor()); }
  [[nodiscard]] const std::vector<const FieldDescriptor*>& of(const Descriptor* type) const { return fields_.at(type); }

 private:
  bool visit(const Descriptor* type) {
    if (type == events::Sealed::descriptor()) return true;
    if (const auto known = fields_.find(type); known != fields_.end()) return !known->second.empty();
    std::vector<const FieldDescriptor*> found;
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && visit(field->message_type())) found.push_back(field);
    }
    return !fields_.emplace(type, std::move(found)).first->second.empty();
  }

  std::map<const Descriptor*, std::vector<const FieldDescriptor*>> fields_;
};

// Calls `change(sealed, path)` for every sealed field that is set, until one fails; path: "order_placed.ship_to.name".
template <class Change>
std::expected<void, Error> walk(Message& message, const std::string& path, const Change& change) {
  if (message.GetDescriptor() == events::Sealed::descriptor()) return change(static_cast<events::Sealed&>(message), path);
  static const Paths paths;
  const Reflection* reflection = message.GetReflection();
  for (const FieldDescriptor* field : paths.of(message.GetDescriptor())) {
    const std::string below = path.empty() ? field->name() : path + "." + field->name();
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        auto done = walk(*reflection->MutableRepeatedMessage(&message, field, i), fmt::format("{}[{}]", below, i), change);
        if (!done) return done;
      }
    } else if (reflection->HasField(message, field)) {
      auto done = walk(*reflection->MutableMessage(&message, field), below, change);
      if (!done) return done;
    }
  }
  return {};
}

std::string associated_data(std::string_view stream, std::string_view type, std::string_view path) {
  return fmt::format("{}\n{}\n{}", stream, type, path);
}

// The set member of the event; the others need no look. nullptr: there is none.
struct Kind {
  Message* message;
  std::string name;
};
Kind kind_of(events::Event& event) {
  const FieldDescriptor* field = events::Event::descriptor()->FindFieldByNumber(event.kind_case());
  if (field == nullptr) return {nullptr, ""};
  return {event.GetReflection()->MutableMessage(&event, field), field->name()};
}

}  // namespace

std::expected<void, Error> seal(events::Event& event, std::string_view stream, std::string_view type, crypto::KeyVault& keys) {
  const Kind kind = kind_of(event);
  if (kind.message == nullptr) return std::unexpected(Error{fmt::format("the event of {} holds nothing", stream)});
  return walk(*kind.message, kind.name, [&](events::Sealed& sealed, const std::string& path) -> std::expected<void, Error> {
    if (sealed.clear().empty()) return {};
    const std::array subject{sealed.subject()};
    const auto key = keys.make(subject);
    if (!key) return std::unexpected(Error{"the key vault can't be written: " + key.error()});
    crypto::SealedBytes bytes = crypto::seal(key->front().key, sealed.clear(), associated_data(stream, type, path));
    sealed.set_key_id(key->front().key_id);
    sealed.set_nonce(std::move(bytes.nonce));
    sealed.set_ciphertext(std::move(bytes.ciphertext));
    sealed.clear_clear();
    return {};
  });
}

std::expected<void, Error> unseal(events::Event& event, std::string_view stream, std::string_view type, const crypto::KeyVault& keys) {
  const Kind kind = kind_of(event);
  if (kind.message == nullptr) return std::unexpected(Error{fmt::format("the event {} of {} is unknown to this build", type, stream)});
  return walk(*kind.message, kind.name, [&](events::Sealed& sealed, const std::string& path) -> std::expected<void, Error> {
    if (sealed.ciphertext().empty()) return {};
    const auto key = keys.find(sealed.subject(), sealed.key_id());
    if (!key) return std::unexpected(Error{"the key vault can't be read: " + key.error()});
    if (!*key) {
      sealed.set_clear(std::string(erased));
      return {};
    }
    auto clear = crypto::open(**key, sealed.nonce(), sealed.ciphertext(), associated_data(stream, type, path));
    if (!clear) return std::unexpected(Error{fmt::format("{} of {} was altered or sealed for another place", path, stream)});
    sealed.set_clear(std::move(*clear));
    return {};
  });
}

std::expected<void, Error> decode(const journal::Entry& entry, const crypto::KeyVault& keys, events::Event& event) {
  if (!event.ParseFromString(entry.data())) return std::unexpected(Error{fmt::format("an event of {} can't be decoded", entry.stream())});
  return unseal(event, entry.stream(), entry.type(), keys);
}

}  // namespace layerline::sealing
