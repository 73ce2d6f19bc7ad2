// golden_add events            adds the bytes of every event type that events.golden does not hold yet
// golden_add journal DATA NAME  writes NAME.golden: every record of the journal of a stopped data folder, and the heads of its partitions
// golden_add keys DATA          takes that folder's key vault; the only time that keys.golden may change is before anything is sealed by it
//
// What stands in the files stays as it is: it is what was once stored.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "domain/workshop/workshop.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/rule.hpp"
#include "infra/sealing/sealing.hpp"
#include "tests/golden/filled_event.hpp"
#include "tests/golden/golden_files.hpp"

namespace {

using namespace layerline;

int failed(const std::string& why) {
  fmt::print(stderr, "golden_add: {}\n", why);
  return 1;
}

int add_events() {
  std::set<std::string> known;
  for (const auto& words : golden::lines_of(golden::events_file)) known.insert(words.at(0) + " " + words.at(1));
  const auto scratch = std::filesystem::temp_directory_path() / fmt::format("layerline-golden-{}", ::getpid());
  std::filesystem::create_directories(scratch);
  std::filesystem::copy_file(golden::keys_file, scratch / "subjects");
  auto keys = crypto::KeyVault::open(scratch);
  if (!keys) return failed(keys.error());
  std::ofstream out(golden::events_file, std::ios::app);
  for (events::Event& event : golden::filled_events()) {
    const std::string type = event_type(event);
    if (known.contains(fmt::format("{} {}", type, golden::schema))) continue;
    if (const auto sealed = sealing::seal(event, golden::stream, type, *keys); !sealed) return failed(sealed.error().message);
    out << fmt::format("{} {} {}\n", type, golden::schema, crypto::base64(event.SerializeAsString()));
  }
  out.close();
  // A key made just now for the golden subject is part of the golden files.
  std::filesystem::copy_file(scratch / "subjects", golden::keys_file, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove_all(scratch);
  return out ? 0 : failed("the file can't be written");
}

int add_journal(const std::filesystem::path& data, const std::string& name) {
  const auto log = journal::open_embedded_read_only(data / "journal");
  if (!log) return failed(log.error().reason);
  std::ofstream out(golden::folder / (name + ".golden"));
  journal::Decoded decoded;
  for (std::uint32_t partition = 0; partition < (*log)->describe().partitions; ++partition) {
    journal::Position position = journal::start_of(partition);
    for (bool more = true; more;) {
      const auto records = (*log)->read(partition, position.offset, 1000);
      if (!records) return failed(records.error().reason);
      more = !records->empty();
      for (const journal::StoredRecord& record : *records) {
        if (journal::fold(position, record.offset, record.bytes, decoded).kind == journal::Verdict::Kind::damaged) return failed("damaged");
        out << fmt::format("record {} {} {}\n", partition, record.offset, crypto::base64(record.bytes));
      }
    }
    if (position.number > 0) out << fmt::format("head {} {} {}\n", partition, position.number, crypto::hex(position.head));
  }
  out.close();
  return out ? 0 : failed("the file can't be written");
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 1 && words[0] == "events") return add_events();
  if (words.size() == 3 && words[0] == "journal") return add_journal(words[1], words[2]);
  if (words.size() == 2 && words[0] == "keys" && !std::filesystem::exists(golden::keys_file))
    return std::filesystem::copy_file(std::filesystem::path(words[1]) / "keys/subjects", golden::keys_file) ? 0 : 1;
  return failed("events | journal DATA NAME | keys DATA (once)");
}
