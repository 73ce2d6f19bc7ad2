#include <doctest/doctest.h>

#include <array>

#include "tests/edges/temporary_folder.hpp"
#include "workers/erasure/erasure.hpp"

namespace layerline::erasure {
namespace {

effects::Outcome destroy(crypto::KeyVault& keys, const std::string& subject) {
  effects::OpenEffect effect{.workshop = "main", .id = "e-1"};
  effect.request.mutable_destroy_key()->set_subject(subject);
  const effects::Performed performed = erasure_effects(keys).at(events::EffectRequested::kDestroyKey)(effect);
  const auto& finished = std::get<effects::FinishEffect>(performed.command);
  CHECK(finished.effect == EffectId("e-1"));
  return finished.outcome;
}

}  // namespace

TEST_CASE("erasure: the guest's key is gone, everybody else's stays, and a second time changes nothing") {
  const TemporaryFolder folder;
  auto keys = crypto::KeyVault::open(folder.path());
  REQUIRE(keys);
  const auto made = keys->get_or_create(std::array<std::string, 2>{"guest", "other"});
  REQUIRE(made);
  for (int i = 0; i < 2; ++i) {
    CHECK(destroy(*keys, "guest") == effects::Outcome::succeeded);
    CHECK(keys->find("guest", made->front().key_id)->has_value() == false);
    CHECK(keys->find("other", made->back().key_id)->has_value());
  }
}

}  // namespace layerline::erasure
