#include "tests/domain/random_purchases.hpp"

namespace layerline::test {
namespace {

// A material, a product by its SKU, or something that nobody knows.
std::string any_item(Dice& dice) { return dice.chance(50) ? "PLA-black" : dice.chance(90) ? any_sku(dice) : "nothing"; }

mrp::FirmPlanned planned(Dice& dice, const Scenario& s) {
  const FirmOrderId id(fmt::format("planned-{}", dice.upto(900)));
  mrp::FirmPlanned out{id, any_item(dice), dice.upto(40), s.now, s.now, {{"SO-1", 1}}, 0, dice.chance(30)};
  const auto item = mrp::find_item(s.workshop, out.item);
  const auto known = item ? s.workshop.orders_for_item.find(item->id()) : s.workshop.orders_for_item.end();
  if (known != s.workshop.orders_for_item.end()) out.seen = known->second + (dice.chance(10) ? 1 : 0);
  return out;
}

// A part of the first line, perhaps as two spools of it.
std::vector<purchasing::ReceivedLine> received(Dice& dice) {
  if (dice.chance(60)) return {{"1", dice.upto(40'000)}};
  const LotId first(fmt::format("P-{}", dice.upto(400))), second(fmt::format("P-{}", dice.upto(400)));
  return {{"1", dice.upto(20'000), first, {}, {dice.upto(300'000)}, "B4711"}, {"1", dice.upto(20'000), second}};
}

}  // namespace

Command purchase_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  const SupplierId supplier(fmt::format("supplier-{}", dice.upto(2)));
  switch (dice.upto(9)) {
    case 0: return purchasing::AddSupplier{supplier, dice.chance(90) ? "Ada's filaments" : "", "ada@example.org"};
    case 1:
      return purchasing::DraftPurchase{PurchaseId(fmt::format("purchase-{}", dice.upto(900))), SupplierId(),
                                       {{any_item(dice), dice.upto(90'000), 10}, {any_item(dice), dice.upto(9)}}, {}};
    case 2: case 3: {
      purchasing::PlacePurchase place{dice.key_of(w.purchases), supplier, {}, {}};
      if (dice.chance(30)) place.lines.push_back({"1", dice.upto(50'000)});
      if (dice.chance(30)) place.due = s.now;   // perhaps of one that is ordered
      return place;
    }
    case 4: return purchasing::ReceivePurchase{dice.key_of(w.purchases), {}, "", LocationId(dice.chance(30) ? "shelf" : "")};
    case 5: return purchasing::ReceivePurchase{dice.key_of(w.purchases), received(dice), "note"};
    case 6: return dice.chance(40) ? Command(purchasing::CancelPurchase{dice.key_of(w.purchases)}) : Command(planned(dice, s));
    case 7: {
      const SupplierId first = dice.chance(50) ? supplier : SupplierId();
      return mrp::SetItemRules{any_item(dice), {dice.upto(200'000), dice.upto(9), planning::Multiple{dice.upto(50'000)}, first}};
    }
    case 8: return planned(dice, s);
    default:
      if (dice.chance(50)) return mrp::DropFirm{dice.key_of(w.firm_orders)};
      return mrp::ReleaseFirm{dice.key_of(w.firm_orders), ProductionOrderId(fmt::format("firm-{}", dice.upto(900)))};
  }
}

std::string broken_purchases(const Workshop& w) {
  for (const auto& [id, p] : w.purchases) {
    const bool all = std::ranges::all_of(p.lines, [](const purchasing::Line& line) { return line.open() == 0; });
    if (all != (p.status == purchasing::Status::received)) return p.number + " is received before all of it has come, or later";
    for (const purchasing::Line& line : p.lines) {
      if (line.received < 0 || line.open() < 0) return p.number + ": more has come than was ordered";
      const auto known = w.on_order.find(line.item.id());
      const bool indexed = known != w.on_order.end() && known->second.contains(id);
      if (indexed == purchasing::over(p.status)) return p.number + " is wrongly among the open ones";
    }
  }
  for (const auto& [id, product] : w.products) {
    const auto rules = w.item_rules.find(id.str());
    const std::int64_t safety_stock = rules == w.item_rules.end() ? 0 : rules->second.safety_stock;
    if (product.alerted && product.available() >= safety_stock) return product.sku + " is told to be low, and enough of it is there";
  }
  for (const auto& [id, order] : w.firm_orders)
    if (order.quantity <= 0) return id.str() + " is firm, of nothing";
  return "";
}

}  // namespace layerline::test
