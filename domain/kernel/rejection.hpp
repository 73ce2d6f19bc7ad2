// A business refusal: stable type, a sentence for the reader, the data that explains it. Becomes application/problem+json.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace layerline {

enum class Refusal {
  not_found,      // 404: there is no such thing for this caller
  conflict,       // 409: a duplicate of something that exists
  stale,          // 412: the version that the caller knows is not the current one
  refused,        // 422: the rule named by the type forbids it
};

struct Rejection {
  Refusal refusal = Refusal::refused;
  std::string type;     // "quote-not-approved"; never changes once published
  std::string detail;   // one sentence, no personal data
  std::vector<std::pair<std::string, std::string>> data = {};   // further members of the problem document
};

}  // namespace layerline
