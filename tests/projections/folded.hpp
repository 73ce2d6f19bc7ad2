// The views of a journal, folded to its end, in a store of their own.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <random>
#include <string>

#include "projections/projector.hpp"
#include "projections/queries.hpp"
#include "tests/projections/journey.hpp"

namespace layerline::testing {

struct Folded {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("layerline-views-" + std::to_string(std::random_device{}()));
  std::expected<store::Store, store::Error> store = store::Store::open(folder);
  projections::Projector projector;
  projections::Queries queries;

  explicit Folded(const Journal& journal) : projector(*store, journal.source()), queries(*store, projector.keyspaces()) {
    REQUIRE(projector.start());
    projector.stop();
    for (const projections::Stopped& stopped : projector.stopped()) FAIL(stopped.view << ": " << stopped.reason);
  }
  ~Folded() {
    store = std::unexpected(store::Error{});
    std::filesystem::remove_all(folder);
  }
  Folded(const Folded&) = delete;
  Folded& operator=(const Folded&) = delete;
};

}  // namespace layerline::testing
