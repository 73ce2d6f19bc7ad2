// Finished units of a product: on hand → allocated to a holder → issued. A holder is a line of an order, "<order>/<line>", or the
// production order that uses them up. No balance is ever negative.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::products {

struct Product;

// A count, or what came in or went another way, and why. Signed; what is allocated stays. Without a location they come to the main one,
// and the oldest go, wherever they lie.
struct AdjustUnits { ProductId product; std::int64_t difference = 0; std::string reason; LocationId location = {}; };

[[nodiscard]] Decided decide(const AdjustUnits&, const Context&);

void note_allocated(const ProductId&, const std::string& holder, std::int64_t quantity, Events& out);
// So many of the pieces that a production order has made and the stock has not received, and its holder's share of them: all, as long as
// the holder waits for them. Nothing as long as work is left to do on them; but what goes into something else goes there as it is printed,
// and is worked on there.
[[nodiscard]] Events receive(const ProductionOrderId&, std::int64_t most, const Context&);
// So many came from a supplier, to this location; empty: to the main one.
[[nodiscard]] Decided receive_bought(const ProductId&, std::int64_t quantity, const std::string& reference, const LocationId&,
                                     const Context&);
// All that is held is given back. Nothing more is waited for.
[[nodiscard]] Events release_all(const std::string& holder, const Context&);

// What leaves the shelf; `out` holds what the same decision has said before, as no unit leaves twice.
// Pieces of a production order turned out to be bad: those that the stock has received.
void scrap(const ProductionOrderId&, std::int64_t quantity, const Context&, Events& out);
// So many of what is held turned out to be bad, and nobody knows who made them.
void scrap_held(const Product&, const std::string& holder, std::int64_t quantity, const Context&, Events& out);
// So many of what is held are gone; the holder waits for the rest.
void issue(const ProductId&, const std::string& holder, std::int64_t quantity, const Context&, Events& out);
// All that is held is gone. Nothing more is waited for.
void issue_all(const std::string& holder, const Context&, Events& out);

[[nodiscard]] std::int64_t held(const Workshop&, const ProductId&, const std::string& holder);
// A line of an order that is not over, or a production order that is not.
[[nodiscard]] bool waits(const Workshop&, const std::string& holder);

// Too few of what is kept on the shelf are there, and nobody was told yet.
[[nodiscard]] Events alert(const Product&, std::int64_t safety_stock);
// To be asked when more are there, or fewer are to be: the next time it runs low is told again.
void forget_alert_if_enough(Workshop&, const ProductId&);

void evolve(Workshop&, const events::UnitsReceived&, Time);
void evolve(Workshop&, const events::UnitsAllocated&, Time);
void evolve(Workshop&, const events::UnitsReleased&, Time);
void evolve(Workshop&, const events::UnitsIssued&, Time);
void evolve(Workshop&, const events::UnitsScrapped&, Time);
void evolve(Workshop&, const events::UnitsAdjusted&, Time);
void evolve(Workshop&, const events::UnitsLow&, Time);

}  // namespace layerline::products
