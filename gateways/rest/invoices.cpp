// /orders/{id}/invoice: a page for browsers and printers, JSON for programs.
#include <map>

#include "gateways/rest/api.hpp"
#include "gateways/rest/invoice.hpp"
#include "gateways/rest/shopper.hpp"

namespace layerline::rest {
namespace {

using store::Json;
using Names = std::map<std::string, std::string, std::less<>>;

bool wants_json(const Request& request) {
  const std::string_view accept = request.header("Accept");
  return accept.find("application/json") != std::string_view::npos && accept.find("text/html") == std::string_view::npos;
}

// Of the products that the lines name; who bought one may know what it is called, also when it is no longer offered.
awaitable<Names> names_of(const Api& api, const Request& request, const Caller& caller, const Json& order) {
  Names names;
  const Json* lines = order.find("lines");
  if (lines == nullptr || lines->array() == nullptr) co_return names;
  Caller workshop = caller;
  workshop.access.role = "service";
  for (const Json& line : *lines->array()) {
    const std::string id(line.text("product_id"));
    if (id.empty() || !line.text("title").empty() || names.contains(id)) continue;
    const auto product = co_await api.views.find(Thing::product, workshop, request, id);
    const auto json = product ? Json::parse(product->document.json) : std::nullopt;
    names.emplace(id, json ? json->text("name") : "");
  }
  co_return names;
}

void make_page(Response& response, const Invoice& invoice) {
  std::erase_if(response.headers, [](const auto& header) { return header.first == "Content-Type"; });
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.headers.emplace_back("Content-Disposition", "inline; filename=\"invoice-" + invoice.order_number + ".html\"");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.body = invoice_page(invoice);
}

awaitable<Response> show(Api& api, Request& request) {
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto order = co_await api.views.find(Thing::order, *caller, request, std::string(request.parameter("id")));
  if (!order) co_return std::move(order.error());
  const Json json = Json::parse(order->document.json).value_or(Json());
  const Names names = co_await names_of(api, request, *caller, json);
  const Invoice invoice = invoice_of(json, api.rules.name_of(caller->access.workshop), [&](std::string_view product) {
    const auto known = names.find(product);
    return known == names.end() ? std::string() : known->second;
  });
  order->document.json = invoice_json(invoice);
  Response response = api.views.answer(std::move(*order), caller->partition);
  if (!wants_json(request)) make_page(response, invoice);
  response.headers.emplace_back("Vary", "Accept");
  response.headers.emplace_back("Cache-Control", "private, no-store");
  co_return response;
}

}  // namespace

void add_invoices(http::Router& router, Api& api) {
  for (const std::string base : {"/api/v1/orders", "/api/v1/sales-orders"})
    router.add(http::Method::get, base + "/{id}/invoice", [&api](Request& request) { return show(api, request); });
}

}  // namespace layerline::rest
