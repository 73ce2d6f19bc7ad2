#include <string>

#include "infra/app/business.hpp"
#include "infra/json/writer.hpp"

namespace layerline::app {
namespace {

std::string of_quote(const Workshop& workshop, const QuoteId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("quote_id", id.str());
  if (const quotes::Quote* quote = workshop.quote(id)) {
    writer.member("quote_number", quote->number).member("status", quotes::name(quote->status));
    writer.member("version", workshop.versions.at("quote/" + id.str()));
    if (const orders::Order* order = workshop.order(quote->order))
      writer.member("order_id", order->id.str()).member("order_number", order->number).member("payment_id", order->payment.str());
  }
  writer.end();
  return out;
}

std::string of_order(const Workshop& workshop, const OrderId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("order_id", id.str());
  if (const orders::Order* order = workshop.order(id)) {
    writer.member("order_number", order->number).member("status", orders::name(order->status)).member("on_hold", order->held);
    writer.member("paid", order->paid).member("version", workshop.versions.at("order/" + id.str()));
  }
  writer.end();
  return out;
}

std::string of_payment(const Workshop& workshop, const PaymentId& id) {
  const payments::Payment* payment = workshop.payment(id);
  return payment == nullptr ? std::string("{}") : of_order(workshop, payment->order);
}

std::string of_material(const Workshop& workshop, const MaterialId& id, const inventory::Lot* lot = nullptr) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("material_id", id.str());
  if (const inventory::Material* material = workshop.material(id)) {
    writer.member("on_hand_mg", material->on_hand.milligrams).member("reserved_mg", material->reserved.milligrams);
    writer.member("available_mg", material->available().milligrams);
  }
  if (lot != nullptr) writer.member("lot_id", lot->id.str()).member("lot_on_hand_mg", lot->on_hand().milligrams);
  writer.end();
  return out;
}

std::string of_lot(const Workshop& workshop, const LotId& id) {
  const inventory::Lot* lot = workshop.lot(id);
  return lot == nullptr ? std::string("{}") : of_material(workshop, lot->material, lot);
}

std::string of_production(const Workshop& workshop, const ProductionOrderId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("production_order_id", id.str());
  if (const production::ProductionOrder* production = workshop.production_order(id))
    writer.member("number", production->number).member("open", production->open).member("printed", production->printed);
  writer.end();
  return out;
}

std::string of_product(const Workshop& workshop, const ProductId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (const products::Product* product = products::find(workshop, id.str())) {
    writer.member("product_id", product->id.str()).member("sku", product->sku).member("bom_version", product->bom_version);
    writer.member("on_hand", product->on_hand).member("available", product->available());
    writer.member("version", workshop.versions.at("product/" + product->id.str()));
  }
  writer.end();
  return out;
}

std::string of_id(std::string_view name, const std::string& id) {
  std::string out;
  json::Writer(out).begin_object().member(name, id).end();
  return out;
}

std::string of_cart(const Workshop& workshop, const CartId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("cart_id", id.str());
  const carts::Cart* cart = workshop.cart(id);
  if (cart != nullptr) writer.member("version", workshop.versions.at("cart/" + id.str()));
  const auto checkout = cart == nullptr ? workshop.checkouts.end() : workshop.checkouts.find(cart->checkout);
  if (checkout != workshop.checkouts.end())
    writer.member("payment_id", checkout->second.payment.str()).member("order_id", checkout->second.order.str());
  writer.end();
  return out;
}

std::string of_purchase(const Workshop& workshop, const PurchaseId& id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("purchase_order_id", id.str());
  if (const auto purchase = workshop.purchases.find(id); purchase != workshop.purchases.end())
    writer.member("number", purchase->second.number).member("status", purchasing::name(purchase->second.status));
  writer.end();
  return out;
}

// What a planned order has become.
std::string of_planned(const Workshop& workshop, const std::string& id) {
  if (workshop.purchases.contains(PurchaseId(id))) return of_purchase(workshop, PurchaseId(id));
  if (workshop.production.contains(ProductionOrderId(id))) return of_production(workshop, ProductionOrderId(id));
  return of_id("planned_order_id", id);
}

std::string of_print(const Workshop& workshop, const PrintJobId& id) {
  const printing::Job* job = workshop.job(id);
  return job == nullptr ? of_id("job_id", id.str()) : of_production(workshop, job->production);
}

// One overload per command.
struct Answer {
  const Workshop& workshop;

  std::string operator()(const settings::OpenWorkshop& c) const { return of_id("workshop", c.workshop.str()); }
  std::string operator()(const settings::Configure&) const { return of_id("workshop", workshop.id.str()); }
  std::string operator()(const settings::ListWorkshop& c) const { return of_id("workshop", c.workshop.str()); }
  std::string operator()(const settings::IssueKey& c) const { return of_id("key_id", c.key_id); }
  std::string operator()(const settings::RevokeKey& c) const { return of_id("key_id", c.key_id); }
  std::string operator()(const settings::EraseSubject&) const { return "{}"; }
  std::string operator()(const settings::FireTimer& c) const { return of_id("timer", c.timer); }

  std::string operator()(const quotes::DraftQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::ChangeQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::RepriceQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::ApproveQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::NoteQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::AcceptQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::RejectQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::CancelQuote& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::RecordAnalysis& c) const { return of_quote(workshop, c.quote); }
  std::string operator()(const quotes::RecordRefusal& c) const { return of_quote(workshop, c.quote); }

  std::string operator()(const products::DefineProduct& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::ChangeProduct& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::SetProductFile& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::RemoveProductFile& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::DefineBom& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::ActivateBom& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::MapSku& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::UnmapSku& c) const { return of_id("sku", c.sku); }
  std::string operator()(const products::AdjustUnits& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::TransferUnits& c) const { return of_product(workshop, c.product); }
  std::string operator()(const products::CountUnits& c) const { return of_product(workshop, c.product); }

  std::string operator()(const orders::ObserveShopOrder& c) const {
    return of_order(workshop, orders::order_of(workshop, c.source, c.shop, c.external_id));
  }
  std::string operator()(const orders::MapOrderLine& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::ReorderOrder& c) const { return of_order(workshop, c.again); }
  std::string operator()(const orders::AnswerShortage& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::ReleaseOrder& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::HoldOrder& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::ResumeOrder& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::CancelOrder& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::ChangeShipping& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::StartQualityCheck& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::PassQualityCheck& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::FailQualityCheck& c) const { return of_order(workshop, c.order); }
  std::string operator()(const orders::TakePhoto& c) const {
    return c.order.empty() ? of_production(workshop, c.production) : of_order(workshop, c.order);
  }
  std::string operator()(const orders::CompleteOrder& c) const { return of_order(workshop, c.order); }

  std::string operator()(const payments::RecordIntent& c) const { return of_payment(workshop, c.payment); }
  std::string operator()(const payments::RecordIntentRefusal& c) const { return of_payment(workshop, c.payment); }
  std::string operator()(const payments::ObservePayment& c) const { return of_payment(workshop, c.payment); }
  std::string operator()(const payments::RecordPayment& c) const { return of_order(workshop, c.order); }
  std::string operator()(const payments::RefundPayment& c) const { return of_payment(workshop, c.payment); }

  std::string operator()(const inventory::DefineMaterial& c) const { return of_material(workshop, MaterialId(c.type + "-" + c.colour)); }
  std::string operator()(const inventory::ReceiveStock& c) const {
    return c.lot.empty() ? of_material(workshop, c.material) : of_lot(workshop, c.lot);
  }
  std::string operator()(const inventory::AdjustStock& c) const {
    return c.lot.empty() ? of_material(workshop, c.material) : of_lot(workshop, c.lot);
  }
  std::string operator()(const inventory::IssueStock& c) const {
    return c.lot.empty() ? of_material(workshop, c.material) : of_lot(workshop, c.lot);
  }
  std::string operator()(const inventory::WeighPrint& c) const { return of_print(workshop, c.job); }
  std::string operator()(const inventory::OpenLocation& c) const { return of_id("location_id", c.location.str()); }
  std::string operator()(const inventory::TransferStock& c) const { return of_lot(workshop, c.lot); }
  std::string operator()(const inventory::CountLot& c) const { return of_lot(workshop, c.lot); }
  std::string operator()(const inventory::WeighSpool& c) const { return of_lot(workshop, c.lot); }
  std::string operator()(const inventory::ChooseLots& c) const { return of_production(workshop, c.production); }

  std::string operator()(const production::RecordPrintFile& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::RecordPrintFileRefusal& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::StartProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::CompleteProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::CreateProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::CancelProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::InspectProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::RescheduleProduction& c) const { return of_production(workshop, c.production); }
  std::string operator()(const production::FinishWorkStep& c) const { return of_production(workshop, c.production); }

  std::string operator()(const printing::AddPrinter& c) const { return of_id("printer_id", c.printer.str()); }
  std::string operator()(const printing::ChangePrinter& c) const { return of_id("printer_id", c.printer.str()); }
  std::string operator()(const printing::LoadFilament& c) const { return of_id("printer_id", c.printer.str()); }
  std::string operator()(const printing::ClearPlate& c) const { return of_id("printer_id", c.printer.str()); }
  std::string operator()(const printing::ObservePrinter& c) const { return of_id("printer_id", c.printer.str()); }
  std::string operator()(const printing::ObservePrint& c) const { return of_print(workshop, c.job); }
  std::string operator()(const printing::StopPrint& c) const { return of_print(workshop, c.job); }
  std::string operator()(const printing::ResolvePrint& c) const { return of_print(workshop, c.job); }

  std::string operator()(const shipments::RequestLabel& c) const { return of_order(workshop, c.order); }
  std::string operator()(const shipments::ShipOrder& c) const { return of_order(workshop, c.order); }
  std::string operator()(const shipments::DeliverOrder& c) const { return of_order(workshop, c.order); }

  std::string operator()(const effects::AttemptEffect& c) const { return of_id("effect_id", c.effect.str()); }
  std::string operator()(const effects::FinishEffect& c) const { return of_id("effect_id", c.effect.str()); }
  std::string operator()(const effects::RetryEffect& c) const { return of_id("effect_id", c.effect.str()); }

  std::string operator()(const carts::AddToCart& c) const { return of_cart(workshop, c.cart); }
  std::string operator()(const carts::SetCartItem& c) const { return of_cart(workshop, c.cart); }
  std::string operator()(const carts::MergeCart& c) const { return of_cart(workshop, c.into); }
  std::string operator()(const carts::CheckOutCart& c) const { return of_cart(workshop, c.cart); }
  std::string operator()(const customers::ChangeContact& c) const { return of_id("customer_id", c.customer.str()); }
  std::string operator()(const customers::AddAddress& c) const { return of_id("address_id", c.address.str()); }
  std::string operator()(const customers::ChangeAddress& c) const { return of_id("address_id", c.address.str()); }
  std::string operator()(const customers::RemoveAddress& c) const { return of_id("address_id", c.address.str()); }
  std::string operator()(const customers::PreferAddress& c) const { return of_id("address_id", c.address.str()); }
  std::string operator()(const purchasing::AddSupplier& c) const { return of_id("supplier_id", c.supplier.str()); }
  std::string operator()(const purchasing::DraftPurchase& c) const { return of_purchase(workshop, c.purchase); }
  std::string operator()(const purchasing::PlacePurchase& c) const { return of_purchase(workshop, c.purchase); }
  std::string operator()(const purchasing::ReceivePurchase& c) const { return of_purchase(workshop, c.purchase); }
  std::string operator()(const purchasing::CancelPurchase& c) const { return of_purchase(workshop, c.purchase); }
  std::string operator()(const mrp::SetItemRules& c) const { return of_id("item", c.item); }
  std::string operator()(const mrp::FirmPlanned& c) const { return of_planned(workshop, c.order.str()); }
  std::string operator()(const mrp::ReleaseFirm& c) const { return of_planned(workshop, c.as.str()); }
  std::string operator()(const mrp::DropFirm& c) const { return of_planned(workshop, c.order.str()); }

  std::string operator()(const shops::ConnectShop& c) const { return of_id("shop_id", c.shop); }
  std::string operator()(const shops::RemoveShop& c) const { return of_id("shop_id", c.shop); }
  std::string operator()(const shops::NotifyShopOrder& c) const { return of_id("shop_id", c.shop); }
  std::string operator()(const shops::RecordCaughtUp& c) const { return of_id("shop_id", c.shop); }
};

}  // namespace

std::string answer_of(const layerline::Command& command, const Workshop& workshop) { return std::visit(Answer{workshop}, command); }

}  // namespace layerline::app
