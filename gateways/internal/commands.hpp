// Where gateways and workers in other processes reach the owner.
#pragma once

#include <string>

#include "infra/app/commands.hpp"
#include "infra/http/router.hpp"

namespace layerline::internal {

// POST /internal/commands?partition=N takes a batch of envelopes and answers with their outcomes, in order, once all are known. It never
// forwards: what this process does not own is answered NotOwner. 409: the sender is of another build.
void add_commands(http::Router& router, app::Commands& commands, std::string token);

}  // namespace layerline::internal
