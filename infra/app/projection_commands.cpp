#include "infra/app/projection_commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

#include "infra/app/journal_source.hpp"
#include "infra/app/server.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "projections/rebuild.hpp"

namespace layerline::app {
namespace {

int failed(const std::string& why) {
  fmt::print(stderr, "layerline: {}\n", why);
  return 1;
}

using Work =
    std::function<int(store::Store& documents, const projections::Source& source, std::span<const projections::View* const> views)>;

int with_folder(const std::filesystem::path& data, const std::string& name, store::Mode mode, const Work& work) {
  const DataFolder folder{data};
  const auto views = projections::views_named(name);
  if (views.empty()) return failed("there is no view " + name);
  auto log = journal::open_embedded_read_only(folder.journal());
  if (!log) return failed(log.error().reason);
  auto keys = crypto::KeyVault::open(folder.keys());
  if (!keys) return failed(keys.error());
  auto documents = store::Store::open(folder.documents().string(), mode);
  if (!documents) return failed(documents.error().message);
  return work(*documents, journal_source(**log, *keys), views);
}

}  // namespace

int rebuild_projections(const std::filesystem::path& data, const std::string& name) {
  return with_folder(data, name, store::Mode::read_write, [](store::Store& documents, const projections::Source& source, auto views) {
    const auto rebuilt = projections::rebuild(documents, source, views);
    if (!rebuilt) return failed(rebuilt.error());
    fmt::print("rebuilt {} views from {} commits with {} events\n", views.size(), rebuilt->commits, rebuilt->events);
    return 0;
  });
}

int compare_projections(const std::filesystem::path& data, const std::string& name) {
  const std::filesystem::path scratch = DataFolder{data}.root / fmt::format("compare-{}", ::getpid());
  const int status =
      with_folder(data, name, store::Mode::read_only, [&](store::Store& documents, const projections::Source& source, auto views) {
        auto empty = store::Store::open(scratch.string());
        if (!empty) return failed(empty.error().message);
        const auto compared = projections::compare(documents, *empty, source, views);
        if (!compared) return failed(compared.error());
        for (const projections::Difference& difference : compared->differences)
          fmt::print("DIFFERENT {}: {}: {}\n", difference.view, difference.key, difference.detail);
        fmt::print("{} views, {} keys: {}\n", views.size(), compared->documents,
                   compared->differences.empty() ? "byte-identical" : "NOT identical");
        return compared->differences.empty() ? 0 : 1;
      });
  std::error_code ignored;
  std::filesystem::remove_all(scratch, ignored);
  return status;
}

}  // namespace layerline::app
