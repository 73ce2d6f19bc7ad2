// /quotes: upload, price, approve, accept.
#include <fmt/format.h>

#include <memory>

#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/shipping_address.hpp"

namespace layerline::rest {
namespace {

QuoteId quote_id(const Request& request) { return QuoteId(std::string(request.parameter("id"))); }
std::string stream(const QuoteId& id) { return "quote/" + id.str(); }

std::expected<quotes::Options, Response> options_of(const Form& form) {
  quotes::Options options;
  if (auto value = form.text("material_type", "material")) options.material_type = *value;
  if (auto value = form.text("color", "colour")) options.colour = *value;
  if (auto value = form.text("finish")) options.finish = *value;
  if (auto value = form.text("rush", "rush_order")) options.rush = *value == "true" || *value == "1" || *value == "on" || *value == "yes";
  const auto quantity = form.integer("quantity", options.quantity);
  const auto infill = form.integer("infill", "infill_percent", options.infill_percent);
  if (!quantity || !infill) return std::unexpected(http::problem(400, "malformed-field", "Quantity and infill are whole numbers."));
  options.quantity = *quantity;
  options.infill_percent = *infill;
  return options;
}

// Waits until the estimator has measured the files, at most limits::quote_wait_ms.
awaitable<Response> measured(const Api& api, const Caller& caller, const std::string& id, Response accepted) {
  auto quote = co_await api.views.measured_quote(caller, id, limits::quote_wait_ms);
  accepted.headers.emplace_back("Location", "/api/v1/quotes/" + id);
  if (!quote) {
    accepted.status = 202;
    co_return accepted;
  }
  if (const auto reason = refusal_of_quote(quote->document))
    co_return http::problem(422, "not-printable", *reason, {{"quote_id", id}});
  accepted.status = quote->document.status == "draft" ? 202 : 201;
  accepted.body = std::move(quote->document.json);
  co_return accepted;
}

awaitable<Response> create(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto form = co_await read_form(api, request);
  if (!form) co_return std::move(form.error());
  auto options = options_of(*form);
  if (!options) co_return std::move(options.error());
  const auto before = form->text("stl_id", "file_id");

  quotes::DraftQuote draft;
  draft.quote = QuoteId(fresh_id());
  draft.customer = CustomerId(caller->staff() ? form->text("customer_id").value_or("customer-" + fresh_id()) : caller->access.customer);
  draft.options = *options;
  draft.product_name = form->text("product_name").value_or("");
  draft.customer_name = form->text("customer_name", "name").value_or("");
  draft.customer_mail = form->text("customer_email", "email").value_or("");
  draft.note = form->text("notes", "customer_notes").value_or("");
  std::string payload = form->digest_of_fields();
  for (const UploadedFile& file : form->files) {
    draft.files.push_back({FileId(fresh_id()), ModelId(file.blob.hash), file.name, static_cast<std::int64_t>(file.blob.size)});
    payload += file.blob.hash;
  }
  if (before && !before->empty()) {
    auto file = co_await api.views.find(Thing::file, *caller, request, *before);
    if (!file) co_return std::move(file.error());
    draft.files.push_back(upload_again(file->document, FileId(fresh_id())));
  }
  if (draft.product_name.empty() && !draft.files.empty()) draft.product_name = draft.files.front().name;

  auto command = envelope(api, *caller, request, draft, stream(draft.quote), payload);
  if (!command) co_return std::move(command.error());
  const app::Outcome outcome = co_await api.commands.execute(std::move(*command));
  Response response = response_of(outcome, api.views, stream(draft.quote), 201);
  if (response.status >= 400 || response.status == 202) co_return response;
  // A repeated upload names the first one's quote.
  const std::string id = json_text(std::get<std::string>(response.body), "quote_id");
  co_return co_await measured(api, *caller, id, std::move(response));
}

// The portal uploads a model before anything is chosen: that opens a quote of one piece as the workshop makes it by default. It is changed
// as any other, or its model is quoted again by its id.
awaitable<Response> upload(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  Response response = co_await create(api, request);
  if (response.status != 201 && response.status != 202) co_return response;
  const std::string quote = std::get<std::string>(response.body);
  std::string file = first_file(quote);
  if (file.empty()) co_return response;
  std::erase_if(response.headers, [](const auto& header) { return header.first == "Location" || header.first == "ETag"; });
  response.headers.emplace_back("Location", "/api/v1/stl/" + file);
  response = co_await api.views.answer_after(std::move(response), Thing::file, *caller, std::move(file));
  response.body = with_quote(std::get<std::string>(response.body), json_text(quote, "id"));
  co_return response;
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto quote = co_await api.views.find(Thing::quote_with_availability, *caller, request, quote_id(request).str());
  if (!quote) co_return std::move(quote.error());
  co_return api.views.answer(std::move(*quote), caller->partition);
}

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::quotes, *caller, request);
}

// Says a command about one quote that the caller may see, and answers with the quote as it is then.
awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command, bool document = true) {
  const std::string id = quote_id(request).str();
  if (!caller.staff()) {
    auto visible = co_await api.views.find(Thing::quote, caller, request, id);
    if (!visible) co_return std::move(visible.error());
  }
  Response response = co_await tell(api, caller, request, std::move(command), stream(quote_id(request)));
  if (response.status != 200 || !document) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::quote, caller, id);
}

awaitable<Response> change(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto quote = co_await api.views.find(Thing::quote, *caller, request, quote_id(request).str());
  if (!quote) co_return std::move(quote.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());

  // What is not named stays as it is.
  quotes::ChangeQuote command{quote_id(request), options_of_quote(quote->document), body->text("product_name")};
  quotes::Options& options = command.options;
  options.quantity = body->integer("quantity", options.quantity);
  options.infill_percent = body->integer("infill", "infill_percent", options.infill_percent);
  options.rush = body->flag("rush", options.rush);
  if (body->has("material_type") || body->has("material")) options.material_type = body->text("material_type", "material");
  if (body->has("color") || body->has("colour")) options.colour = body->text("color", "colour");
  if (body->has("finish")) options.finish = body->text("finish");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> reprice(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const auto price = body->amount("unit_price");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!price) co_return http::problem(400, "missing-field", "Give the new \"unit_price\" in minor units.");
  co_return co_await say(api, request, *caller, quotes::RepriceQuote{quote_id(request), *price});
}

awaitable<Response> approve(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, quotes::ApproveQuote{quote_id(request)});
}

awaitable<Response> note(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  std::string text = body->text("note", "notes");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (text.empty()) co_return http::problem(400, "missing-field", "Give the \"note\".");
  if (text.size() > limits::text_bytes) co_return http::problem(422, "note-too-long", "A note has at most 2000 bytes.");
  co_return co_await say(api, request, *caller, quotes::NoteQuote{quote_id(request), std::move(text)});
}

awaitable<Response> accept(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  quotes::AcceptQuote command{quote_id(request), read_address(*body), read_saved_address(*body)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command), false);
}

awaitable<Response> reject(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  quotes::RejectQuote command{quote_id(request), body->text("reason", "note"), !caller->staff()};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> cancel(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, quotes::CancelQuote{quote_id(request)});
}

}  // namespace

void add_quotes(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::post, "/api/v1/quotes", bind(create), {http::BodyMode::streamed, limits::upload_bytes});
  router.add(Method::post, "/api/v1/stl/upload", bind(upload), {http::BodyMode::streamed, limits::upload_bytes});
  router.add(Method::get, "/api/v1/quotes", bind(list));
  router.add(Method::get, "/api/v1/quotes/{id}", bind(get));
  router.add(Method::patch, "/api/v1/quotes/{id}", bind(change));
  router.add(Method::del, "/api/v1/quotes/{id}", bind(cancel));
  router.add(Method::patch, "/api/v1/quotes/{id}/price", bind(reprice));
  router.add(Method::patch, "/api/v1/quotes/{id}/approve", bind(approve));
  router.add(Method::post, "/api/v1/quotes/{id}/notes", bind(note));
  router.add(Method::patch, "/api/v1/quotes/{id}/accept", bind(accept));
  router.add(Method::patch, "/api/v1/quotes/{id}/reject", bind(reject));
  router.add(Method::post, "/api/v1/quotes/{id}/cancel", bind(cancel));
  router.add(Method::post, "/api/v1/quotes/{id}/order", bind(accept));
  router.add(Method::post, "/api/v1/sales-orders/convert/{id}", bind(accept));
  router.add(Method::post, "/api/v1/orders/convert/{id}", bind(accept));
}

}  // namespace layerline::rest
