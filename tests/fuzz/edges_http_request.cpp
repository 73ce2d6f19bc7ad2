// The first byte is the size of the pieces; the rest arrives in such pieces. However it is cut, the outcome must be the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "infra/http/request_parser.hpp"

namespace {

using namespace layerline::http;

struct Outcome {
  bool done = false;
  std::string target;
  std::string body;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// As Connection does it: what was not consumed is shown again in front of more, and a full buffer without progress is the end.
Outcome parse(std::string_view bytes, std::size_t step) {
  RequestParser parser;
  Request request;
  parser.begin(request);
  Outcome outcome;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += step) {
    pending += bytes.substr(at, step);
    for (;;) {
      const bool was_header = !parser.header_done();
      const auto taken = parser.put(pending, outcome.body);
      if (!taken) return {};
      pending.erase(0, *taken);
      if (parser.done() || pending.empty() || (*taken == 0 && was_header == !parser.header_done())) break;
    }
  }
  outcome.done = parser.done();
  if (parser.header_done()) {
    outcome.target = request.target();
    static_cast<void>(request.header("Host").size() + request.headers().size() + request.path().size());
    static_cast<void>(request.query("a"));
  }
  if (!outcome.done) outcome.body.clear();   // how much of a body has come through depends on the cuts
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = parse(bytes, bytes.size() + 1);
  const Outcome pieces = parse(bytes, std::size_t{data[0]} + 1);
  if (whole.done != pieces.done || (whole.done && whole != pieces)) __builtin_trap();
  return 0;
}
