// Who the workshop buys from. It may be a person, so the name and the contact are sealed under the supplier's own key.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::purchasing {

struct AddSupplier { SupplierId supplier; std::string name, contact; };

[[nodiscard]] Decided decide(const AddSupplier&, const Context&);

void evolve(Workshop&, const events::SupplierAdded&, Time);

}  // namespace layerline::purchasing
