// Any bytes as a question to the views, and as an answer: what is taken for one is exactly its bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateways/internal/limits.hpp"
#include "gateways/internal/question.hpp"

using namespace layerline::internal;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto question = decode_question(bytes)) {
    if (encode(*question) != bytes) std::abort();
    if (question->wait_ms > limits::wait_ms || question->needed.size() > limits::needed_offsets) std::abort();
  }
  if (const auto answer = decode_answer(bytes); answer && encode(*answer) != bytes) std::abort();
  return 0;
}
