// A quote: draft → pending → approved → accepted | rejected | cancelled | expired.
//   draft     its files are being measured
//   pending   priced, waits for an operator, because of the reasons in its submission
//   approved  the customer may accept it until it expires
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/models/model.hpp"
#include "domain/orders/address.hpp"
#include "domain/quotes/pricing.hpp"

namespace layerline::quotes {

enum class Status { draft, pending, approved, accepted, rejected, cancelled, expired };

struct QuotedFile {
  FileId file;
  ModelId model;
  bool analysed = false;
  models::Facts facts;
  std::int64_t milligrams = 0;   // of one piece
  std::int64_t print_ms = 0;
};

struct Quote {
  QuoteId id;
  std::string number;
  CustomerId customer;
  Status status = Status::draft;
  Options options;
  std::vector<QuotedFile> files;
  std::string product_name;      // personal, as are the two below
  std::string customer_name;
  std::string customer_mail;
  Price price;
  std::int64_t delivery_days = 0;
  Time uploaded;
  Time approved;
  Time expires;
  OrderId order;
  ProductId product;
};

// ---- commands ----

struct DraftQuote {
  QuoteId quote;                 // made by the gateway, so that the caller knows it before the answer
  CustomerId customer;
  Options options;
  std::vector<models::Upload> files;
  std::string product_name, customer_name, customer_mail, note;
};
struct ChangeQuote { QuoteId quote; Options options; std::string product_name; };
struct RepriceQuote { QuoteId quote; std::int64_t line_unit_price = 0; };
struct ApproveQuote { QuoteId quote; };
struct NoteQuote { QuoteId quote; std::string note; };
// saved: of the address book of whose quote it is; with neither, his preferred one.
struct AcceptQuote { QuoteId quote; orders::Address ship_to; AddressId saved = {}; };
struct RejectQuote { QuoteId quote; std::string note; bool by_customer = false; };
struct CancelQuote { QuoteId quote; };

// What the estimator found for one file of a quote.
struct RecordAnalysis {
  EffectId effect;
  QuoteId quote;
  FileId file;
  ModelId model;
  std::string material_type;
  std::int64_t infill_percent = 0;
  models::Facts facts;
  std::int64_t milligrams = 0;
  std::int64_t print_ms = 0;
};
struct RecordRefusal { EffectId effect; QuoteId quote; FileId file; ModelId model; std::string reason; };

// ---- decisions ----

[[nodiscard]] Decided decide(const DraftQuote&, const Context&);
[[nodiscard]] Decided decide(const ChangeQuote&, const Context&);
[[nodiscard]] Decided decide(const RepriceQuote&, const Context&);
[[nodiscard]] Decided decide(const ApproveQuote&, const Context&);
[[nodiscard]] Decided decide(const NoteQuote&, const Context&);
[[nodiscard]] Decided decide(const AcceptQuote&, const Context&);   // already accepted: nothing happens
[[nodiscard]] Decided decide(const RejectQuote&, const Context&);
[[nodiscard]] Decided decide(const CancelQuote&, const Context&);
[[nodiscard]] Decided decide(const RecordAnalysis&, const Context&);
[[nodiscard]] Decided decide(const RecordRefusal&, const Context&);

// Prices the quote when all of its files are measured, and approves it or hands it to an operator.
[[nodiscard]] Events consider(const QuoteId&, const Context&);
// Asks the estimator for every file that is not measured for the quote's material and infill.
[[nodiscard]] Events request_analysis(const QuoteId&, const Context&);
[[nodiscard]] Events expire(const QuoteId&, const Context&);

// ---- queries ----

[[nodiscard]] std::string_view name(Status);

// Why no printer of the workshop can make it; empty if one can.
[[nodiscard]] std::string not_printable(const Quote&, const Rules&);
[[nodiscard]] std::int64_t milligrams_per_unit(const Quote&);
[[nodiscard]] std::int64_t print_ms_per_unit(const Quote&);

}  // namespace layerline::quotes

namespace layerline::quotes {
void evolve(Workshop&, const events::QuoteDrafted&, Time);
void evolve(Workshop&, const events::QuoteChanged&, Time);
void evolve(Workshop&, const events::ModelAnalysed&, Time);
void evolve(Workshop&, const events::QuotePriced&, Time);
void evolve(Workshop&, const events::QuoteSubmitted&, Time);
void evolve(Workshop&, const events::QuoteApproved&, Time);
void evolve(Workshop&, const events::QuoteAccepted&, Time);
void evolve(Workshop&, const events::QuoteRejected&, Time);
void evolve(Workshop&, const events::QuoteCancelled&, Time);
void evolve(Workshop&, const events::QuoteExpired&, Time);
}  // namespace layerline::quotes
