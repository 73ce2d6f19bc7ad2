// What the caller of a command hears, exactly once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schemas/layerline/journal.pb.h"

namespace layerline::journal {

struct StreamVersion {
  std::string stream = {};
  std::uint64_t version = 0;       // after the command
};

// Applied. Readers show it once their position's offset is above `offset`.
struct Accepted {
  std::string answer = {};
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;        // of the commit; of the last accepted record if the command changed nothing
  std::vector<StreamVersion> versions = {};
};
// This key was applied before, with the same payload. The shell fills answer and versions in from the commit at `offset`.
struct Repeated {
  std::string answer = {};
  std::uint32_t partition = 0;     // where the workshop was then
  std::uint64_t offset = 0;
  std::vector<StreamVersion> versions = {};
};
struct KeyReused {};               // this key was applied before, with another payload
template <class Refusal>
struct Rejected {
  Refusal refusal;                 // not applied; the same key may be decided again
};
struct Busy {};                    // not applied: the queue is full, or the command waited too long to be sent
struct TooLarge {};                // not applied: its commit is over the limit of a record
struct NotOwner {};                // not applied: the partition is not owned here (now), its journal is damaged, or the workshop has left
struct Unknown {};                 // still open: ask again with the same key

template <class Refusal>
using Outcome = std::variant<Accepted, Repeated, KeyReused, Rejected<Refusal>, Busy, TooLarge, NotOwner, Unknown>;

// What a command becomes: its events and what its caller is told. No entries: already so.
struct Draft {
  std::vector<Entry> entries = {};
  std::string answer = {};              // holds no personal data
  std::optional<std::uint32_t> leaves_for = {};   // the workshop goes on in that partition; then there are no entries
};

[[nodiscard]] inline std::vector<StreamVersion> versions_of(const Commit& commit) {
  std::vector<StreamVersion> versions = {};
  for (const Entry& entry : commit.entries()) {
    bool known = false;
    for (StreamVersion& version : versions) {
      if (version.stream != entry.stream()) continue;
      version.version = entry.version();
      known = true;
    }
    if (!known) versions.push_back({entry.stream(), entry.version()});
  }
  return versions;
}

}  // namespace layerline::journal
