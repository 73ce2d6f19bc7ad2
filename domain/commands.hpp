// Every command of a workshop, and the one function that decides them.
#pragma once

#include <optional>
#include <variant>

#include "domain/workshop/workshop.hpp"

namespace layerline {

using Command = std::variant<
    settings::OpenWorkshop, settings::Configure, settings::ListWorkshop, settings::IssueKey, settings::RevokeKey, settings::EraseSubject,
    settings::FireTimer,
    quotes::DraftQuote, quotes::ChangeQuote, quotes::RepriceQuote, quotes::ApproveQuote, quotes::NoteQuote, quotes::AcceptQuote,
    quotes::RejectQuote, quotes::CancelQuote, quotes::RecordAnalysis, quotes::RecordRefusal,
    products::DefineProduct, products::ChangeProduct, products::SetProductFile, products::RemoveProductFile, products::DefineBom,
    products::ActivateBom, products::MapSku, products::UnmapSku, products::AdjustUnits,
    products::TransferUnits, products::CountUnits,
    orders::ObserveShopOrder, orders::MapOrderLine, orders::ReorderOrder, orders::AnswerShortage,
    orders::ReleaseOrder, orders::HoldOrder, orders::ResumeOrder, orders::CancelOrder, orders::ChangeShipping, orders::StartQualityCheck,
    orders::PassQualityCheck, orders::FailQualityCheck, orders::TakePhoto, orders::CompleteOrder,
    payments::RecordIntent, payments::RecordIntentRefusal, payments::ObservePayment, payments::RecordPayment, payments::RefundPayment,
    inventory::DefineMaterial, inventory::ReceiveStock, inventory::AdjustStock, inventory::WeighPrint,
    inventory::OpenLocation, inventory::TransferStock, inventory::CountLot, inventory::WeighSpool, inventory::ChooseLots,
    inventory::IssueStock,
    production::RecordPrintFile, production::RecordPrintFileRefusal, production::StartProduction, production::CompleteProduction,
    production::CreateProduction, production::CancelProduction, production::InspectProduction, production::FinishWorkStep,
    production::RescheduleProduction,
    printing::AddPrinter, printing::ChangePrinter, printing::LoadFilament, printing::ClearPlate, printing::ObservePrinter,
    printing::ObservePrint, printing::StopPrint, printing::ResolvePrint,
    shipments::RequestLabel, shipments::ShipOrder, shipments::DeliverOrder,
    effects::AttemptEffect, effects::FinishEffect, effects::RetryEffect,
    carts::AddToCart, carts::SetCartItem, carts::MergeCart, carts::CheckOutCart,
    customers::ChangeContact, customers::AddAddress, customers::ChangeAddress, customers::RemoveAddress, customers::PreferAddress,
    shops::ConnectShop, shops::RemoveShop, shops::NotifyShopOrder, shops::RecordCaughtUp,
    purchasing::AddSupplier, purchasing::DraftPurchase, purchasing::PlacePurchase, purchasing::ReceivePurchase,
    purchasing::CancelPurchase, mrp::SetItemRules, mrp::FirmPlanned, mrp::ReleaseFirm, mrp::DropFirm>;

// Decides a command and all that follows from it by policy. On success the events are already folded into `workshop`,
// in the order of the answer; a rejection has changed nothing. A command to a workshop that is not open is not found.
[[nodiscard]] Decided decide_all(const Command& command, Workshop& workshop, Time now, IdSource& ids, const std::string& actor);

}  // namespace layerline
