// The keys of an installation in their topic beside the journal.
#pragma once

#include <expected>
#include <string>

#include "infra/crypto/key_vault.hpp"
#include "infra/kafka/table.hpp"

namespace layerline::kafka {

// The table must outlive what is opened on it.
[[nodiscard]] crypto::KeyTable key_table(Table& table);

// The topics beside a journal. What is there stays as it is.
[[nodiscard]] std::expected<void, std::string> create_topics_beside(const TableAddress& journal, const TableOptions& options = {});
// For a new installation: the topics, and its secret among the keys if there is none.
[[nodiscard]] std::expected<void, std::string> create_beside(const TableAddress& journal, const TableOptions& options = {});

}  // namespace layerline::kafka
