#include "infra/app/journal_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "infra/journal/log/kafka/kafka_topic.hpp"

namespace layerline::app {
namespace {

constexpr std::string_view moved_words = "moved to ";
constexpr std::string_view copy_words = "unfinished copy of ";

std::filesystem::path mark_file(const std::filesystem::path& folder) { return folder / "journal-mark"; }
journal::KafkaAddress mark_topic(const journal::KafkaAddress& address) { return {address.bootstrap, address.topic + ".mark"}; }

std::string to_text(const JournalMark& mark) {
  switch (mark.kind) {
    case JournalMark::Kind::none: return {};
    case JournalMark::Kind::moved_to: return std::string(moved_words) + mark.other;
    case JournalMark::Kind::unfinished_copy_of: return std::string(copy_words) + mark.other;
  }
  return {};
}

std::expected<JournalMark, std::string> from_text(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return JournalMark{};
  if (text.starts_with(moved_words)) return JournalMark{JournalMark::Kind::moved_to, std::string(text.substr(moved_words.size()))};
  if (text.starts_with(copy_words)) return JournalMark{JournalMark::Kind::unfinished_copy_of, std::string(text.substr(copy_words.size()))};
  return std::unexpected(fmt::format("the journal's mark is unknown: {}", text));
}

// ---------------------------------------------------------------- in a folder

std::expected<void, std::string> write_file(const std::filesystem::path& file, const std::string& text) {
  const auto wrong = std::unexpected(file.string() + " can't be written");
  const std::filesystem::path part = file.string() + ".part";
  const int descriptor = ::open(part.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) return wrong;
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  std::error_code failed;
  if (written) std::filesystem::rename(part, file, failed);
  if (!written || failed) return wrong;
  return {};
}

std::expected<JournalMark, std::string> read_from(const std::filesystem::path& folder) {
  std::ifstream file(mark_file(folder));
  if (!file) return JournalMark{};
  return from_text(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::expected<void, std::string> write_to(const std::filesystem::path& folder, const JournalMark& mark) {
  if (mark.kind != JournalMark::Kind::none) return write_file(mark_file(folder), to_text(mark) + "\n");
  std::error_code failed;
  std::filesystem::remove(mark_file(folder), failed);
  if (failed) return std::unexpected(mark_file(folder).string() + " can't be removed");
  return {};
}

// ---------------------------------------------------------------- beside a topic

// Null: there is no such topic, so there never was a mark.
std::expected<std::unique_ptr<journal::Log>, std::string> open_marks(const journal::KafkaAddress& address, bool make) {
  const journal::KafkaAddress marks = mark_topic(address);
  const auto cluster = journal::look_at_cluster(marks);
  if (!cluster) return std::unexpected(cluster.error());
  if (!cluster->topic_exists && !make) return nullptr;
  if (!cluster->topic_exists) {
    const auto topic = journal::describe_topic(address);
    if (!topic) return std::unexpected(topic.error());
    const auto made = journal::create_topic(marks, 1, topic->replication, journal::journal_settings(topic->replication));
    if (!made) return std::unexpected(made.error());
  }
  auto log = journal::open_kafka_unchecked(marks);
  if (!log) return std::unexpected(log.error().reasons.front());
  return std::move(*log);
}

std::expected<JournalMark, std::string> read_from(const journal::KafkaAddress& address) {
  const auto marks = open_marks(address, false);
  if (!marks) return std::unexpected(marks.error());
  if (*marks == nullptr) return JournalMark{};
  const auto end = (*marks)->end(0);
  if (!end) return std::unexpected(end.error().reason);
  if (*end == 0) return JournalMark{};
  const auto last = (*marks)->read(0, *end - 1, 1);
  if (!last) return std::unexpected(last.error().reason);
  if (last->empty()) return std::unexpected(std::string("the journal's mark is missing"));
  return from_text(last->front().bytes);
}

std::expected<void, std::string> write_to(const journal::KafkaAddress& address, const JournalMark& mark) {
  const auto marks = open_marks(address, mark.kind != JournalMark::Kind::none);
  if (!marks) return std::unexpected(marks.error());
  if (*marks == nullptr) return {};
  const std::string text = to_text(mark);
  const auto result = (*marks)->append(std::vector<journal::Append>{{0, text}})[0];
  if (result.kind == journal::AppendResult::Kind::stored) return {};
  return std::unexpected(std::string("the journal's mark was not written; try again"));
}

}  // namespace

std::expected<JournalPlace, std::string> parse_place(std::string_view text) {
  if (text.empty()) return std::unexpected(std::string("no place was named"));
  if (!journal::is_kafka_address(text)) {
    const auto folder = std::filesystem::absolute(text).lexically_normal();   // as marks name it
    return JournalPlace(folder.has_filename() ? folder : folder.parent_path());
  }
  auto address = journal::parse_kafka_address(text);
  if (!address) return std::unexpected(std::move(address.error()));
  return JournalPlace(std::move(*address));
}

std::string describe(const JournalPlace& place) {
  if (const auto* address = std::get_if<journal::KafkaAddress>(&place)) return journal::describe(*address);
  return std::get<std::filesystem::path>(place).string();
}

std::expected<JournalMark, std::string> read_mark(const JournalPlace& place) {
  return std::visit([](const auto& where) { return read_from(where); }, place);
}

std::expected<void, std::string> write_mark(const JournalPlace& place, const JournalMark& mark) {
  return std::visit([&](const auto& where) { return write_to(where, mark); }, place);
}

std::string describe(const JournalMark& mark) {
  switch (mark.kind) {
    case JournalMark::Kind::none: return {};
    case JournalMark::Kind::moved_to:
      return fmt::format("this journal was moved to {0}: serve that one; --resume takes this one back, without what {0} wrote since",
                         mark.other);
    case JournalMark::Kind::unfinished_copy_of:
      return fmt::format("this journal is an unfinished copy: run layerline journal copy --from {} again", mark.other);
  }
  return {};
}

}  // namespace layerline::app
