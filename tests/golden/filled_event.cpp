#include "tests/golden/filled_event.hpp"

#include <fmt/format.h>

#include <memory>

namespace layerline::golden {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int repeats = 2;   // elements of a repeated field

void fill(Message& message, const std::string& path);

void fill_sealed(events::Sealed& sealed, const std::string& path) {
  sealed.set_subject(subject);
  sealed.set_clear("personal: " + path);
}

void fill_field(Message& message, const FieldDescriptor* field, const std::string& path) {
  const Reflection* reflection = message.GetReflection();
  const bool repeated = field->is_repeated();
  const int number = field->number();
  const auto put = [&](auto set, auto add, auto value) {
    if (repeated) (reflection->*add)(&message, field, std::move(value));
    else (reflection->*set)(&message, field, std::move(value));
  };
  for (int i = 0; i < (repeated ? repeats : 1); ++i) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: put(&Reflection::SetInt32, &Reflection::AddInt32, 1000 + number); break;
      case FieldDescriptor::CPPTYPE_INT64:
        put(&Reflection::SetInt64, &Reflection::AddInt64, std::int64_t{1'000'000'000'000} + number);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        put(&Reflection::SetUInt32, &Reflection::AddUInt32, 2000u + static_cast<unsigned>(number));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        put(&Reflection::SetUInt64, &Reflection::AddUInt64, std::uint64_t{2'000'000'000'000} + static_cast<unsigned>(number));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE: put(&Reflection::SetDouble, &Reflection::AddDouble, 0.5 + number); break;
      case FieldDescriptor::CPPTYPE_FLOAT: put(&Reflection::SetFloat, &Reflection::AddFloat, 0.5f + static_cast<float>(number)); break;
      case FieldDescriptor::CPPTYPE_BOOL: put(&Reflection::SetBool, &Reflection::AddBool, true); break;
      case FieldDescriptor::CPPTYPE_ENUM: put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, 1); break;
      case FieldDescriptor::CPPTYPE_STRING: put(&Reflection::SetString, &Reflection::AddString, path); break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        fill(repeated ? *reflection->AddMessage(&message, field) : *reflection->MutableMessage(&message, field), path);
        break;
    }
  }
}

// Of a oneof inside an event (what an effect asks for), its first member: the others stand in the golden journal.
void fill(Message& message, const std::string& path) {
  if (message.GetDescriptor() == events::Sealed::descriptor()) return fill_sealed(static_cast<events::Sealed&>(message), path);
  const Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->containing_oneof() != nullptr && field->index_in_oneof() != 0) continue;
    fill_field(message, field, path + "." + field->name());
  }
}

std::string difference(const Message& stored, const Message& filled, const std::string& path);

std::string difference_of_sealed(const events::Sealed& stored, const events::Sealed& filled, const std::string& path) {
  if (stored.subject() != filled.subject()) return path + " has another subject";
  return stored.clear() == filled.clear() ? "" : path + " unseals to something else";
}

bool same_scalar(const Message& a, const Message& b, const FieldDescriptor* field) {
  const Reflection* reflection = a.GetReflection();
  std::unique_ptr<Message> left(a.New());
  std::unique_ptr<Message> right(a.New());
  const auto only = [&](const Message& from, Message& to) {
    to.CopyFrom(from);
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(to, &fields);
    for (const FieldDescriptor* other : fields)
      if (other != field) reflection->ClearField(&to, other);
    return to.SerializeAsString();
  };
  return only(a, *left) == only(b, *right);
}

std::string difference_of_field(const Message& stored, const Message& filled, const FieldDescriptor* field, const std::string& path) {
  const Reflection* reflection = stored.GetReflection();
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return same_scalar(stored, filled, field) ? "" : path + " has another value";
  if (!field->is_repeated()) return difference(reflection->GetMessage(stored, field), reflection->GetMessage(filled, field), path);
  if (reflection->FieldSize(stored, field) != reflection->FieldSize(filled, field)) return path + " has another length";
  for (int i = 0; i < reflection->FieldSize(stored, field); ++i) {
    auto why = difference(reflection->GetRepeatedMessage(stored, field, i), reflection->GetRepeatedMessage(filled, field, i), path);
    if (!why.empty()) return why;
  }
  return "";
}

std::string difference(const Message& stored, const Message& filled, const std::string& path) {
  if (stored.GetDescriptor() == events::Sealed::descriptor())
    return difference_of_sealed(static_cast<const events::Sealed&>(stored), static_cast<const events::Sealed&>(filled), path);
  const Reflection* reflection = stored.GetReflection();
  if (!reflection->GetUnknownFields(stored).empty()) return path + " has a field that this build does not know";
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(stored, &fields);
  for (const FieldDescriptor* field : fields)
    if (auto why = difference_of_field(stored, filled, field, path + "." + field->name()); !why.empty()) return why;
  return "";
}

}  // namespace

std::vector<events::Event> filled_events() {
  std::vector<events::Event> filled;
  const Descriptor* type = events::Event::descriptor();
  for (int i = 0; i < type->field_count(); ++i) fill_field(filled.emplace_back(), type->field(i), type->field(i)->name());
  return filled;
}

std::string difference(const events::Event& stored, const events::Event& filled) { return difference(stored, filled, "event"); }

}  // namespace layerline::golden
