// Whose fault it is that a call over HTTP did not go well.
#pragma once

#include <expected>

#include "infra/circuit/circuit.hpp"
#include "infra/http/client.hpp"

namespace layerline::circuit {

// A 4xx is the fault of what was asked, but for 429.
[[nodiscard]] Ending ending_of(const http::ClientResponse& answer);
[[nodiscard]] Ending ending_of(const http::TransportError& error);
[[nodiscard]] Ending ending_of(const std::expected<http::ClientResponse, http::TransportError>& answer);

}  // namespace layerline::circuit
