// `layerline projection rebuild|compare NAME|--all`, on the documents of a stopped folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::app {

struct Documents {
  std::filesystem::path data;                              // the folder that holds them
  std::optional<journal::KafkaAddress> journal = {};       // that they were folded from; none: the folder's own
};

[[nodiscard]] int rebuild_projections(const Documents& documents, const std::string& name);
[[nodiscard]] int compare_projections(const Documents& documents, const std::string& name);

}  // namespace layerline::app
