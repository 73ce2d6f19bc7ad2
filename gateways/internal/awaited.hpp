// What production orders, and lines of orders, wait for because the stock is short of it, and when it will be there.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/types.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

struct Arrival {
  std::string item;         // "material/PLA-black", "product/<id>"
  std::optional<Time> at;   // nullopt: it is not ordered, and nobody said how long that takes
};

class Awaited {
 public:
  // Of the whole workshop.
  [[nodiscard]] static std::expected<Awaited, projections::QueryError> read(const projections::Queries& queries,
                                                                           const projections::Scope& all, Time now);

  // By a production order, or "<order>/<line>"; nullptr: there is enough. Of several parts the one that comes last.
  [[nodiscard]] const Arrival* material(std::string_view holder) const;
  [[nodiscard]] const Arrival* parts(std::string_view holder) const;
  // The later of both.
  [[nodiscard]] const Arrival* last(std::string_view holder) const;
  // When so many more of an item would be there for who asks now, behind all that wait for it; nullopt: nobody can say.
  [[nodiscard]] std::expected<std::optional<Time>, projections::QueryError> of_more(const projections::Queries& queries,
                                                                                  const projections::Scope& all, const std::string& item,
                                                                                  std::int64_t quantity, Time now) const;

 private:
  using ByHolder = std::map<std::string, Arrival, std::less<>>;
  struct Waiting { std::vector<std::string> holders; std::vector<std::int64_t> quantities; };

  [[nodiscard]] std::expected<void, projections::QueryError> add(const projections::Queries& queries, const projections::Scope& all,
                                                                 const std::string& item, const Waiting& waiting, Time now);

  ByHolder materials_;
  ByHolder parts_;
  std::map<std::string, Waiting, std::less<>> waiting_;   // by item
};

}  // namespace layerline::internal
