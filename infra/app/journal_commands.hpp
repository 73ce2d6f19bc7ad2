// `layerline journal …`: on a stopped folder, beside a running server, and on a topic. Each returns the exit status: 0 only if all is well.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "infra/app/journal_place.hpp"

namespace layerline::app {

// `data`: the folder whose stored heads are compared; empty: none.
[[nodiscard]] int verify_journal(const JournalPlace& place, const std::filesystem::path& data);
[[nodiscard]] int tail_journal(const JournalPlace& place);        // what is there, a line for each record
[[nodiscard]] int export_journal(const JournalPlace& place);      // JSON lines

// Makes the topic so that it keeps its history, and begins the journal in every partition. Run again it completes what is missing.
struct NewJournal {
  std::uint32_t partitions = 16;
  std::uint32_t replication = 0;     // 0: three if there are so many brokers, else one
};
[[nodiscard]] int create_journal(const journal::KafkaAddress& address, const NewJournal& wanted);
[[nodiscard]] int describe_journal(const journal::KafkaAddress& address);   // JSON; fails if history could be lost

// journal_copy.cpp. Records, keys, and the files of these data folders, which are taken into a folder only. The owners of `from` are
// stopped; afterwards it is marked as moved.
[[nodiscard]] int copy_journal(const JournalPlace& from, const JournalPlace& to, std::vector<std::filesystem::path> files_of);

}  // namespace layerline::app
