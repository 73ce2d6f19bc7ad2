// Where a journal lies: in a data folder or in a topic; and the mark beside it that says whether it may be served.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::app {

using JournalPlace = std::variant<std::filesystem::path, journal::KafkaAddress>;   // a data folder; a topic

[[nodiscard]] std::expected<JournalPlace, std::string> parse_place(std::string_view text);
[[nodiscard]] std::string describe(const JournalPlace& place);

// Outside of the log, which a copy leaves as it is: the file `journal-mark` of a data folder, the last record of topic TOPIC.mark.
struct JournalMark {
  enum class Kind { none, moved_to, unfinished_copy_of };
  Kind kind = Kind::none;
  std::string other = {};                        // the other place
};

// `serve` refuses a journal with a mark; a moved one it takes back with --resume. To read and to verify, a mark does not matter.
[[nodiscard]] std::expected<JournalMark, std::string> read_mark(const JournalPlace& place);
[[nodiscard]] std::expected<void, std::string> write_mark(const JournalPlace& place, const JournalMark& mark);
// For people: why it is not served. Empty without a mark.
[[nodiscard]] std::string describe(const JournalMark& mark);

}  // namespace layerline::app
