// What a process does for the installation. All roles in one process is the default; on Kafka any split works.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::app {

enum class Role : std::uint8_t {
  gateway,     // the REST API and webhooks
  owner,       // decides commands: claims partitions of the journal; and destroys the keys of whom it has erased by itself
  projector,   // folds documents and answers queries
  slicer,      // measures and slices models
  payments,    // talks to the payment provider
  printer,     // holds the sessions with the printers
  notifier,    // sends mails
  shops,       // reads the orders of shops elsewhere, and tells them the parcels
  publisher,   // writes the public topics; on Kafka only
};

class Roles {
 public:
  [[nodiscard]] static Roles all();
  // "gateway,owner"; the error names the word that is no role.
  [[nodiscard]] static std::expected<Roles, std::string> parse(std::string_view text);

  [[nodiscard]] bool has(Role role) const { return (bits_ >> static_cast<unsigned>(role) & 1U) != 0; }
  [[nodiscard]] bool is_all() const { return bits_ == all().bits_; }
  // One that acts on what the journal says.
  [[nodiscard]] bool any_worker() const;
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::uint32_t bits_ = 0;
};

[[nodiscard]] std::string_view name(Role role);

}  // namespace layerline::app
