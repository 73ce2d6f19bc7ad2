// The query parameters that take one word of a few. Which those are is said by schemas/openapi.yaml alone.
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "gateways/rest/api.hpp"
#include "gateways/rest/parameter_words.hpp"

namespace layerline::rest {
namespace {

using Known = std::vector<WordsOf>;   // of one route

Known known_of(const http::Route& route) {
  const std::string operation = std::string(http::name_of(route.method)).append(" ").append(route.pattern);
  Known known;
  std::ranges::copy_if(words_of_parameters, std::back_inserter(known), [&](const WordsOf& of) { return of.operation == operation; });
  return known;
}

bool is_one_of(std::string_view words, std::string_view said) {
  return std::ranges::any_of(std::views::split(words, ' '), [&](const auto& word) { return std::string_view(word) == said; });
}

// "unknown-status", "bad-dry-run"
Response unknown_word(const WordsOf& of) {
  std::string type = std::string(of.is_flag ? "bad-" : "unknown-").append(of.parameter);
  std::ranges::replace(type, '_', '-');
  const std::string why = fmt::format("The parameter \"{}\" is one of: {}.", of.parameter, of.words);
  return http::problem(400, type, why, {{"parameter", std::string(of.parameter)}, {"allowed", std::string(of.words)}});
}

std::optional<Response> refusal_of(const Known& known, const Request& request) {
  for (const auto& [name, said] : request.queries())
    for (const WordsOf& of : known)
      if (of.parameter == name && !is_one_of(of.words, said)) return unknown_word(of);
  return std::nullopt;
}

awaitable<Response> answered(Response response) { co_return response; }

}  // namespace

void hold_to_contract(http::Router& router) {
  router.wrap([](const http::Route& route) -> http::Handler {
    Known known = known_of(route);
    if (known.empty()) return route.handler;
    return [known = std::move(known), handler = route.handler](Request& request) {
      auto refusal = refusal_of(known, request);
      return refusal ? answered(std::move(*refusal)) : handler(request);
    };
  });
}

}  // namespace layerline::rest
