// The gateway's way to the projections: documents by id, pages, and waiting until a position is visible.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/quotes/pricing.hpp"
#include "infra/http/message.hpp"
#include "projections/projector.hpp"
#include "projections/queries.hpp"

namespace layerline::rest {

namespace views = projections;
struct Caller;

class Views {
 public:
  Views(const projections::Queries& queries, projections::Projector& projector, std::string journal_id)
      : queries_(queries), projector_(projector), journal_id_(std::move(journal_id)) {}

  [[nodiscard]] std::optional<views::Document> get(std::string_view view, std::uint32_t partition, const std::string& workshop,
                                                   const std::string& id) const;
  // A page of what the caller may see, with ?status=, ?cursor= and ?limit= of the request.
  [[nodiscard]] http::Response list(std::string_view view, const Caller& caller, const http::Request& request) const;
  [[nodiscard]] http::Response ledger(const Caller& caller, const std::string& material, const http::Request& request) const;

  // 200 with the document's bytes, ETag and position.
  [[nodiscard]] http::Response answer(const views::Document& document, std::uint32_t partition) const;

  // "<journal>.<partition>:<offset>": a reader that has passed it shows what this command did.
  [[nodiscard]] std::string position_token(std::uint32_t partition, std::uint64_t offset) const;
  // Waits (bounded) for the request's Layerline-Min-Position; a response if it can't be served.
  [[nodiscard]] boost::asio::awaitable<std::optional<http::Response>> reach(boost::asio::io_context& io,
                                                                            const http::Request& request) const;
  // The accepted command's response with the document as its body, once it is visible.
  [[nodiscard]] boost::asio::awaitable<http::Response> answer_after(boost::asio::io_context& io, http::Response accepted,
                                                                    std::string_view view, std::uint32_t partition,
                                                                    const std::string& workshop, const std::string& id) const;

  [[nodiscard]] std::optional<views::Document> payment(std::uint32_t partition, const std::string& workshop, const std::string& id) const;
  [[nodiscard]] std::optional<views::Document> payment_of_order(const views::Document& order, std::uint32_t partition,
                                                                const std::string& workshop) const;

  // ---- what handlers read out of documents ----
  // What a magic link shows of an order.
  [[nodiscard]] std::optional<views::Document> tracking(std::uint32_t partition, const std::string& workshop,
                                                        const std::string& order) const;
  [[nodiscard]] std::string model_of_file(const views::Document& file) const;
  [[nodiscard]] std::optional<std::string> refusal_of_quote(const views::Document& quote) const;
  [[nodiscard]] quotes::Options options_of_quote(const views::Document& quote) const;
  [[nodiscard]] std::string status_of_order(const views::Document& order) const;     // {"order_id", "status", "erp_status", "on_hold"…}
  [[nodiscard]] std::string word_of_order(const views::Document& order) const;       // "QUOTED"
  // The quote with "availability" of its material, from the stock as it is now.
  [[nodiscard]] std::string with_availability(const views::Document& quote, std::uint32_t partition, const std::string& workshop) const;
  // {"material_known", "in_stock", "available_mg"} for a mass of a type and colour (empty: any).
  [[nodiscard]] std::string availability(std::uint32_t partition, const std::string& workshop, std::string_view type,
                                         std::string_view colour, std::int64_t milligrams) const;

 private:
  const projections::Queries& queries_;
  projections::Projector& projector_;
  const std::string journal_id_;
};

}  // namespace layerline::rest
