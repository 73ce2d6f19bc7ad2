// /openapi.yaml, the contract, and /docs, the same for people. Both are made at build time from schemas/openapi.yaml.
#include "gateways/rest/api.hpp"
#include "gateways/rest/reference_text.hpp"

namespace layerline::rest {
namespace {

// The commands on the page begin with the server's own address.
std::string page(std::string_view public_url) {
  constexpr std::string_view place = "@public_url@";
  constexpr std::size_t at = reference_html.find(place);
  static_assert(at != std::string_view::npos);
  return std::string(reference_html.substr(0, at)).append(public_url).append(reference_html.substr(at + place.size()));
}

awaitable<Response> contract() { co_return Response{200, {{"Content-Type", "application/yaml"}}, std::string(contract_yaml)}; }

awaitable<Response> reference(Api& api) {
  co_return Response{
      200,
      {{"Content-Type", "text/html; charset=utf-8"}, {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
      page(api.public_url)};
}

}  // namespace

void add_reference(http::Router& router, Api& api) {
  router.add(http::Method::get, "/openapi.yaml", [](Request&) { return contract(); });
  router.add(http::Method::get, "/docs", [&api](Request&) { return reference(api); });
}

}  // namespace layerline::rest
