// For operators and their tools: the status, and the page at the root.
#include <fmt/format.h>

#include "gateways/rest/api.hpp"
#include "infra/circuit/status.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

awaitable<Response> status(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  const std::string trouble = api.trouble();
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("ready", trouble.empty()).member("trouble", trouble).member("workshop", caller->access.workshop)
      .member("partition", caller->partition).member("role", caller->access.role).key("services").begin_array();
  for (const circuit::Standing& standing : api.circuits.all())
    if (standing.name.workshop.empty() || standing.name.workshop == caller->access.workshop) circuit::write(writer, standing);
  writer.end().key("printers");
  // What shows them may be the very thing that is broken.
  const auto printers = co_await api.views.find(Thing::printer_connections, *caller, request, "");
  (printers ? writer.raw(printers->document.json) : writer.null()).end();
  co_return http::json_response(200, std::move(out));
}

constexpr std::string_view front =
    R"(<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Layerline</title><style>body{{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1b2430}}
code,pre{{background:#f1f3f6;border-radius:6px;padding:.1rem .35rem}}pre{{padding:1rem;overflow:auto}}</style>
<h1>Layerline</h1><p>The workshop is open. Everything speaks JSON under <code>/api/v1</code> with an API key;
<code>DATA/access/</code> holds the first keys.</p>
<pre>KEY=$(cat DATA/access/main-admin.key)
curl -H "Authorization: Bearer $KEY" -F file=@part.stl -F material=PLA -F quantity=1 {0}/api/v1/quotes
curl -H "Authorization: Bearer $KEY" {0}/api/v1/orders
curl -H "Authorization: Bearer $KEY" {0}/api/v1/production-orders
curl -H "Authorization: Bearer $KEY" {0}/api/v1/integration/printer-status</pre>
<p><a href="/docs">reference</a> · <a href="/openapi.yaml">openapi.yaml</a> ·
<a href="/readyz">readyz</a> · <a href="/metrics">metrics</a></p></html>)";

awaitable<Response> root(Api& api) {
  Response response;
  response.headers = {{"Content-Type", "text/html; charset=utf-8"}};
  response.body = fmt::format(front, api.public_url);
  co_return response;
}

}  // namespace

void add_operations(http::Router& router, Api& api) {
  using http::Method;
  router.add(Method::get, "/", [&api](Request&) { return root(api); });
  router.add(Method::get, "/api/v1/status", [&api](Request& request) { return status(api, request); });
  router.add(Method::get, "/api/v1/integration/sync-status", [&api](Request& request) { return status(api, request); });
}

}  // namespace layerline::rest
