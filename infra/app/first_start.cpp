#include "infra/app/first_start.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"

namespace layerline::app {
namespace {

// The key in the file, made and synced before anything knows it.
std::expected<std::string, std::string> key_in(const std::filesystem::path& path) {
  if (std::ifstream file(path); file) {
    std::string key{std::istreambuf_iterator<char>(file), {}};
    while (!key.empty() && key.back() == '\n') key.pop_back();
    if (!key.empty()) return key;
  }
  const std::string key = "ll_" + crypto::base64url(crypto::random_bytes(24));
  const std::string line = key + "\n";
  const std::string half = path.string() + ".new";   // whoever waits for the key finds all of it
  const int descriptor = ::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!written || ::rename(half.c_str(), path.c_str()) != 0) return std::unexpected("the first key can't be written to " + path.string());
  return key;
}

std::expected<void, std::string> tell(Commands& commands, const std::string& workshop, Command command) {
  Envelope envelope;
  envelope.workshop = workshop;
  envelope.actor = "first-start";
  envelope.cause = "first-start";
  envelope.command = std::move(command);
  const Outcome outcome = commands.execute_blocking(std::move(envelope));
  if (std::holds_alternative<journal::Accepted>(outcome) || std::holds_alternative<journal::Repeated>(outcome)) return {};
  if (const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&outcome)) return std::unexpected(rejected->refusal.detail);
  return std::unexpected("the journal did not take a command of the first start");
}

std::expected<void, std::string> issue_admin_key(const DataFolder& folder, const std::string& workshop, Commands& commands,
                                                 AccessTable& access) {
  const auto key = key_in(folder.access() / (workshop + "-admin.key"));
  if (!key) return std::unexpected(key.error());
  const crypto::Sha256Digest digest = crypto::sha256(*key);
  const std::string hash(digest.begin(), digest.end());
  const std::string key_id = crypto::hex(hash).substr(0, 16);
  if (access.find(hash)) return {};
  if (auto issued = tell(commands, workshop, layerline::settings::IssueKey{key_id, hash, layerline::settings::Role::admin, {}}); !issued)
    return issued;
  access.add(hash, {workshop, "admin", key_id, ""});
  return {};
}

}  // namespace

std::expected<void, std::string> ensure_first_workshop(const DataFolder& folder, const Settings& settings, Commands& commands,
                                                       Directory& directory, AccessTable& access, std::uint32_t partitions) {
  if (directory.size() > 0) return {};
  std::filesystem::create_directories(folder.access());
  std::filesystem::permissions(folder.access(), std::filesystem::perms::owner_all);
  const std::string& workshop = settings.workshop;
  if (auto done = tell(commands, platform, layerline::settings::OpenWorkshop{WorkshopId(platform), "Platform", settings.currency, ""});
      !done)
    return done;
  if (auto done = issue_admin_key(folder, platform, commands, access); !done) return done;
  const std::uint32_t partition = directory.emptiest(partitions);
  directory.add(workshop, partition);
  if (auto done =
          tell(commands, workshop,
               layerline::settings::OpenWorkshop{WorkshopId(workshop), settings.workshop_name, settings.currency, settings.operator_mail});
      !done)
    return done;
  if (auto done = issue_admin_key(folder, workshop, commands, access); !done) return done;
  // Listed last: a start that was cut off before is begun again.
  return tell(commands, platform, layerline::settings::ListWorkshop{WorkshopId(workshop), partition});
}

}  // namespace layerline::app
