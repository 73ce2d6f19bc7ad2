#include "workers/printer/report.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "workers/printer/limits.hpp"

namespace layerline::printer {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Length of the valid UTF-8 sequence at `i`, or 0. simdjson refuses the rest (overlong, surrogates) and the message is dropped then.
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
  const auto tail = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(i), second = byte(i + 1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF && tail(i + 1)) return 2;
  if ((lead & 0xF0U) == 0xE0 && tail(i + 1) && tail(i + 2)) {
    const bool overlong = lead == 0xE0 && second < 0xA0, surrogate = lead == 0xED && second >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4 && tail(i + 1) && tail(i + 2) && tail(i + 3)) {
    const bool overlong = lead == 0xF0 && second < 0x90, beyond = lead == 0xF4 && second >= 0x90;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

// Copies a word outside of strings; the words that JSON does not know for numbers become null.
std::size_t repair_word(std::string_view text, std::size_t i, std::string& out) {
  std::size_t end = i;
  while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
  const std::string_view word = text.substr(i, end - i);
  if (word == "NaN" || word == "nan" || word == "Infinity" || word == "inf") {
    if (!out.empty() && out.back() == '-') out.pop_back();
    out += "null";
  } else {
    out += word;
  }
  return end;
}

std::string repair(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!in_string && std::isalpha(static_cast<unsigned char>(c)) != 0) {
      i = repair_word(text, i, out);
      continue;
    }
    if (in_string && c == '\\' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0x80) {
      out.append(text, i, 2);
      i += 2;
      continue;
    }
    if (c == '"') in_string = !in_string;
    const std::size_t length = utf8_length(text, i);
    if (length == 0 || (in_string && static_cast<unsigned char>(c) < 0x20)) {
      out += '?';
      ++i;
    } else {
      out.append(text, i, length);
      i += length;
    }
  }
  return out;
}

std::optional<std::int64_t> number(element value) {
  if (std::int64_t i = 0; value.get(i) == simdjson::SUCCESS) return i;
  if (double d = 0; value.get(d) == simdjson::SUCCESS) {
    if (!std::isfinite(d) || std::abs(d) > 9e15) return std::nullopt;
    return static_cast<std::int64_t>(d);
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  std::int64_t parsed = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
  const bool number_read = result.ec == std::errc() && (result.ptr == text.data() + text.size() || *result.ptr == '.');
  return number_read ? std::optional(parsed) : std::nullopt;
}

std::optional<std::int64_t> number(object from, std::string_view key) {
  element value;
  return from[key].get(value) == simdjson::SUCCESS ? number(value) : std::nullopt;
}

std::optional<int> small_number(object from, std::string_view key) {
  const auto value = number(from, key);
  if (!value) return std::nullopt;
  return static_cast<int>(std::clamp<std::int64_t>(*value, -1'000'000, 1'000'000));
}

std::optional<double> celsius(object from, std::string_view key) {
  double value = 0;
  const bool measured = from[key].get(value) == simdjson::SUCCESS && value > limits::coldest_celsius && value < limits::hottest_celsius;
  return measured ? std::optional(value) : std::nullopt;
}

std::optional<std::string> text(object from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  if (std::string_view view; value.get(view) == simdjson::SUCCESS) return std::string(view.substr(0, limits::text_bytes));
  if (const auto digits = number(value)) return std::to_string(*digits);
  return std::nullopt;
}

std::optional<std::uint64_t> hexadecimal(object from, std::string_view key) {
  std::string_view view;
  if (from[key].get(view) != simdjson::SUCCESS) return std::nullopt;
  std::uint64_t value = 0;
  const auto result = std::from_chars(view.data(), view.data() + view.size(), value, 16);
  return result.ec == std::errc() ? std::optional(value) : std::nullopt;
}

GcodeState gcode_state(std::string_view word) {
  constexpr std::pair<std::string_view, GcodeState> words[] = {
      {"IDLE", GcodeState::idle},   {"PREPARE", GcodeState::prepare}, {"SLICING", GcodeState::slicing}, {"RUNNING", GcodeState::running},
      {"PAUSE", GcodeState::pause}, {"FINISH", GcodeState::finish},   {"FAILED", GcodeState::failed}};
  const auto* found = std::ranges::find(words, word, &std::pair<std::string_view, GcodeState>::first);
  return found == std::end(words) ? GcodeState::unknown : found->second;
}

TrayReport tray_report(object tray, int index) {
  TrayReport report{.index = index, .described = false, .material = text(tray, "tray_type"), .colour = text(tray, "tray_color")};
  for (const auto& [key, value] : tray) report.described = report.described || (key != "id" && key != "state");
  return report;
}

// Global tray = AMS * 4 + slot; an AMS HT (ids from 128) has one slot and its id is the tray.
void read_ams(object ams, StatusReport& report) {
  if (const auto bits = hexadecimal(ams, "tray_exist_bits")) report.tray_exist_bits = static_cast<std::uint32_t>(*bits);
  array units;
  if (ams["ams"].get(units) != simdjson::SUCCESS) return;
  std::vector<TrayReport> trays;
  for (const element unit_element : units) {
    object unit;
    array slots;
    if (unit_element.get(unit) != simdjson::SUCCESS || unit["tray"].get(slots) != simdjson::SUCCESS) continue;
    const auto id = small_number(unit, "id");
    for (const element slot_element : slots) {
      object slot;
      if (!id || *id < 0 || *id > 255 || slot_element.get(slot) != simdjson::SUCCESS || trays.size() >= limits::trays) continue;
      const auto slot_id = small_number(slot, "id");
      if (!slot_id || *slot_id < 0 || *slot_id > 3) continue;
      trays.push_back(tray_report(slot, *id >= 128 ? *id : *id * 4 + *slot_id));
    }
  }
  report.trays = std::move(trays);
}

void read_external_spools(object print, StatusReport& report) {
  std::vector<TrayReport> spools;
  const auto add = [&](element value) {
    object spool;
    if (value.get(spool) != simdjson::SUCCESS || spools.size() >= 2) return;
    const auto id = small_number(spool, "id");
    if (id && (*id == 254 || *id == 255)) spools.push_back(tray_report(spool, *id));
  };
  element value;
  if (print["vt_tray"].get(value) == simdjson::SUCCESS) add(value);
  array list;
  if (print["vir_slot"].get(list) == simdjson::SUCCESS) std::ranges::for_each(list, add);
  if (!spools.empty()) report.external_spools = std::move(spools);
}

void read_hms(object print, StatusReport& report) {
  array list;
  if (print["hms"].get(list) != simdjson::SUCCESS) return;
  std::vector<Hms> entries;
  for (const element value : list) {
    object entry;
    if (value.get(entry) != simdjson::SUCCESS || entries.size() >= limits::hms_entries) continue;
    const auto word = [&](std::string_view key) { return static_cast<std::uint32_t>(number(entry, key).value_or(0)); };
    entries.push_back({word("attr"), word("code")});
  }
  report.hms = std::move(entries);
}

void read_storage(object print, StatusReport& report) {
  element value;
  if (print["sdcard"].get(value) != simdjson::SUCCESS) return;
  if (bool present = false; value.get(present) == simdjson::SUCCESS) report.storage_present = present;
  if (std::string_view word; value.get(word) == simdjson::SUCCESS) report.storage_present = word != "NO_SDCARD";
}

Temperatures read_temperatures(object print) {
  Temperatures read{.nozzle = celsius(print, "nozzle_temper"),
                    .nozzle_target = celsius(print, "nozzle_target_temper"),
                    .bed = celsius(print, "bed_temper"),
                    .bed_target = celsius(print, "bed_target_temper"),
                    .chamber = celsius(print, "chamber_temper")};
  // The H2 series packs the target and what is measured into one number for each extruder; the first one is told.
  object device, extruder, first;
  array extruders;
  const bool packed = print["device"].get(device) == simdjson::SUCCESS && device["extruder"].get(extruder) == simdjson::SUCCESS &&
                      extruder["info"].get(extruders) == simdjson::SUCCESS && extruders.at(0).get(first) == simdjson::SUCCESS;
  if (!packed) return read;
  if (const auto both = number(first, "temp"); both && *both >= 0) {
    read.nozzle = static_cast<double>(*both & 0xFFFF);
    read.nozzle_target = static_cast<double>((*both >> 16) & 0xFFFF);
  }
  return read;
}

// "-49dBm"
std::optional<int> read_wifi(object print) {
  const auto words = text(print, "wifi_signal");
  int dbm = 0;
  if (!words || std::from_chars(words->data(), words->data() + words->size(), dbm).ec != std::errc()) return std::nullopt;
  return dbm;
}

StatusReport status_report(object print) {
  StatusReport report;
  if (const auto word = text(print, "gcode_state")) report.state = gcode_state(*word);
  report.percent = small_number(print, "mc_percent");
  report.layer = small_number(print, "layer_num");
  report.total_layers = small_number(print, "total_layer_num");
  report.remaining_minutes = small_number(print, "mc_remaining_time");
  report.stage = small_number(print, "stg_cur");
  if (const auto error = number(print, "print_error")) report.print_error = static_cast<std::uint32_t>(*error);   // may be a negative i32
  report.subtask_name = text(print, "subtask_name");
  report.subtask_id = text(print, "subtask_id");
  report.task_id = text(print, "task_id");
  report.print_type = text(print, "print_type");
  report.nozzle_mm = text(print, "nozzle_diameter");
  report.temperatures = read_temperatures(print);
  report.wifi_dbm = read_wifi(print);
  object part;
  const bool has_upgrade = print["upgrade_state"].get(part) == simdjson::SUCCESS;
  if (has_upgrade) report.upgrade_status = text(part, "status");
  const bool has_ams = print["ams"].get(part) == simdjson::SUCCESS;
  if (has_ams) read_ams(part, report);
  read_external_spools(print, report);
  read_hms(print, report);
  read_storage(print, report);
  if (const auto bits = hexadecimal(print, "fun")) report.signature_required = (*bits & 0x20000000U) != 0;
  const auto kind = number(print, "msg");
  report.full = kind ? *kind == 0 : report.state && (has_ams || has_upgrade);   // old X1C firmware sends no `msg` and is always full
  return report;
}

bool accepted(std::string_view result) {
  std::string lower(result);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower == "success";
}

// An ack echoes the request's fields: merging it would corrupt the status, so it is told apart before.
Message print_message(object print) {
  const std::string command = text(print, "command").value_or("");
  const auto result = text(print, "result");
  if (command == "push_status" || (number(print, "msg") && !result)) return status_report(print);
  if (!result) return Other{};
  return Ack{command, text(print, "sequence_id").value_or(""), accepted(*result), text(print, "reason").value_or("")};
}

VersionReport version_report(object info) {
  VersionReport report;
  array modules;
  if (info["module"].get(modules) != simdjson::SUCCESS) return report;
  for (const element value : modules) {
    object module;
    if (value.get(module) != simdjson::SUCCESS || text(module, "name") != "ota") continue;
    report.firmware = text(module, "sw_ver").value_or("");
    report.product_name = text(module, "product_name").value_or("");
  }
  return report;
}

Message message_of(object root) {
  object part;
  if (root["print"].get(part) == simdjson::SUCCESS) return print_message(part);
  if (root["info"].get(part) == simdjson::SUCCESS && text(part, "command") == "get_version") return version_report(part);
  return Other{};
}

}  // namespace

std::optional<Message> parse_message(std::string_view bytes) {
  if (bytes.size() > limits::message_bytes) return std::nullopt;
  simdjson::dom::parser parser;
  object root;
  if (parser.parse(bytes.data(), bytes.size()).get(root) == simdjson::SUCCESS) return message_of(root);
  const std::string repaired = repair(bytes);
  if (parser.parse(repaired).get(root) == simdjson::SUCCESS) return message_of(root);
  return std::nullopt;
}

}  // namespace layerline::printer
