// The gateway's way to the documents: in this process, or in that of a projector. Both wait for the request's Layerline-Min-Position,
// and both say which position they show.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateways/internal/local_views.hpp"
#include "gateways/internal/remote_views.hpp"
#include "infra/http/message.hpp"

namespace layerline::rest {

using internal::Answer;
using internal::List;
using internal::Thing;
struct Caller;

// An answer that was found, or the response that says why there is none: 404, or 503 with Retry-After.
using Shown = std::expected<Answer, http::Response>;

class Views {
 public:
  Views(const internal::LocalViews& views, std::string journal_id) : local_(&views), journal_id_(std::move(journal_id)) {}
  Views(internal::RemoteViews& views, std::string journal_id) : remote_(&views), journal_id_(std::move(journal_id)) {}

  // The document, if it is one that the caller may see.
  [[nodiscard]] boost::asio::awaitable<Shown> find(Thing thing, const Caller& caller, const http::Request& request, std::string id) const;
  // A page of what the caller may see, with the filters, ?cursor= and ?limit= of the request.
  [[nodiscard]] boost::asio::awaitable<http::Response> list(List list, const Caller& caller, const http::Request& request) const;
  // The same of what belongs to one thing: the ledger of a material, the uses of a lot.
  [[nodiscard]] boost::asio::awaitable<http::Response> list_of(List list, std::string owner, const Caller& caller,
                                                               const http::Request& request) const;
  // A page of what `read` says; its cursor, limit and order are those of the request.
  [[nodiscard]] boost::asio::awaitable<http::Response> page_of(internal::ReadPage read, const Caller& caller,
                                                               const http::Request& request) const;
  // {"material_known", "color_known", "in_stock", "available_mg", "needed_mg"} as the answer's JSON.
  [[nodiscard]] boost::asio::awaitable<Shown> availability(const Caller& caller, const http::Request& request,
                                                           internal::ReadAvailability wanted) const;
  // {"product_id", "sku", "quantity", "availability"} as the answer's JSON.
  [[nodiscard]] boost::asio::awaitable<Shown> units(const Caller& caller, const http::Request& request, internal::ReadUnits wanted) const;
  // What is to be made and bought; of one order that is not in the plan: 404.
  [[nodiscard]] boost::asio::awaitable<Shown> plan(const Caller& caller, const http::Request& request, internal::ReadPlan read) const;
  // The days' figures and their totals, as the answer's JSON.
  [[nodiscard]] boost::asio::awaitable<Shown> days(const Caller& caller, const http::Request& request, internal::ReadDays wanted) const;
  // What a magic link shows of an order. Needs no caller: the link is the secret.
  [[nodiscard]] boost::asio::awaitable<Shown> tracking(std::uint32_t partition, const std::string& workshop, std::string order) const;
  // The quote with the availability of its material once its files are measured; as it is then, if that takes too long.
  [[nodiscard]] boost::asio::awaitable<Shown> measured_quote(const Caller& caller, std::string id, std::int64_t wait_ms) const;
  // The accepted command's response with the document as its body, once it is visible. Whoever is not shown it in time still knows that
  // the command was accepted.
  [[nodiscard]] boost::asio::awaitable<http::Response> answer_after(http::Response accepted, Thing thing, const Caller& caller,
                                                                    std::string id) const;

  // 200 with the document's bytes, ETag and position.
  [[nodiscard]] http::Response answer(Answer found, std::uint32_t partition) const;
  // The header that says which position it shows: all of the partition before `next_offset`.
  void add_position(http::Response& response, std::uint32_t partition, std::uint64_t next_offset) const;
  // "<journal>.<partition>:<offset>": a reader that has passed it shows what this command did.
  [[nodiscard]] std::string position_token(std::uint32_t partition, std::uint64_t offset) const;

 private:
  using Asked = std::expected<internal::Question, http::Response>;
  [[nodiscard]] Asked question(const Caller& caller, const http::Request& request, decltype(internal::Question::what) what) const;
  [[nodiscard]] boost::asio::awaitable<Shown> ask(Asked asked, std::string_view missing) const;
  [[nodiscard]] boost::asio::awaitable<http::Response> page(Asked asked) const;

  const internal::LocalViews* local_ = nullptr;    // one of these two
  internal::RemoteViews* remote_ = nullptr;
  const std::string journal_id_;
};

}  // namespace layerline::rest
