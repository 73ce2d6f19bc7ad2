// The log that a process serves: embedded in its data folder, or on Kafka.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "infra/app/server.hpp"
#include "infra/app/settings.hpp"
#include "infra/app/start_error.hpp"
#include "infra/journal/log/log.hpp"
#include "infra/store/store.hpp"

namespace layerline::app {

// Refuses a journal that was moved elsewhere, is an unfinished copy, could lose its history, or is not the one that `state` has seen;
// the error is for an operator. `report` hears what goes wrong with brokers, on any thread.
using Report = std::function<void(std::string_view)>;
using ServedLog = std::expected<std::unique_ptr<journal::Log>, StartError>;
[[nodiscard]] ServedLog open_served_log(const ServeOptions& options, const Settings& settings, const DataFolder& folder,
                                        store::Store& state, Report report);

}  // namespace layerline::app
