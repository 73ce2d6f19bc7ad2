// The workshop itself: opening it, its rules, its API keys, its timers, and the erasure of a person.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/workshop/rules.hpp"

namespace layerline::settings {

enum class Role { customer, operator_, admin, service };

struct Key {
  std::string id;
  std::string role;
  CustomerId customer;
  bool revoked = false;
};

// ---- commands ----

struct OpenWorkshop { WorkshopId workshop; std::string name, currency, operator_mail; };
struct Configure { Rules rules; };
struct ListWorkshop { WorkshopId workshop; std::uint32_t partition = 0; };   // in the workshop `platform`
struct IssueKey { std::string key_id, hash; Role role = Role::customer; CustomerId customer; };   // hash: SHA-256 of the key, 32 bytes
struct RevokeKey { std::string key_id; };
struct EraseSubject { std::string subject; };
struct FireTimer { std::string timer; };

// ---- decisions ----

[[nodiscard]] Decided decide(const OpenWorkshop&, const Context&);
[[nodiscard]] Decided decide(const Configure&, const Context&);
[[nodiscard]] Decided decide(const ListWorkshop&, const Context&);
[[nodiscard]] Decided decide(const IssueKey&, const Context&);
[[nodiscard]] Decided decide(const RevokeKey&, const Context&);
[[nodiscard]] Decided decide(const EraseSubject&, const Context&);
[[nodiscard]] Decided decide(const FireTimer&, const Context&);

[[nodiscard]] std::string_view name(Role);

void evolve(Workshop&, const events::WorkshopOpened&, Time);
void evolve(Workshop&, const events::WorkshopConfigured&, Time);
void evolve(Workshop&, const events::WorkshopListed&, Time);
void evolve(Workshop&, const events::ApiKeyIssued&, Time);
void evolve(Workshop&, const events::ApiKeyRevoked&, Time);
void evolve(Workshop&, const events::SubjectErased&, Time);
void evolve(Workshop&, const events::TimerSet&, Time);
void evolve(Workshop&, const events::TimerFired&, Time);

}  // namespace layerline::settings
