#include "domain/purchasing/supplier.hpp"

#include "domain/purchasing/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::purchasing {

void evolve(Workshop& workshop, const events::SupplierAdded& event, Time) { workshop.suppliers.insert(SupplierId(event.supplier())); }

Decided decide(const AddSupplier& command, const Context& context) {
  if (context.workshop.suppliers.contains(command.supplier)) return Events{};
  if (command.name.empty() || command.name.size() > limits::text_max || command.contact.size() > limits::text_max)
    return refuse("bad-supplier", "A supplier has a name, and neither it nor the contact is longer than 200 bytes.");
  Events out;
  auto* event = out.on("supplier/" + command.supplier.str()).mutable_supplier_added();
  const std::string subject = "supplier/" + command.supplier.str();
  event->set_supplier(command.supplier.str());
  seal(event->mutable_name(), subject, command.name);
  seal(event->mutable_contact(), subject, command.contact);
  event->set_by(context.actor);
  return out;
}

}  // namespace layerline::purchasing
