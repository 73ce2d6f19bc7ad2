#include "infra/app/wire.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/app/filled.hpp"

namespace layerline::app::wire {
namespace {

Envelope enveloped(Command command) {
  return {.workshop = "main", .command_id = "key:1", .payload_hash = std::string(32, '\xFF'), .actor = "operator:k1", .cause = "http",
          .command = std::move(command), .expected_stream = "quote/1", .expected_version = 300};
}

void check_round_trip(const Envelope& envelope) {
  const std::string bytes = encode(envelope);
  const auto decoded = decode_envelope(bytes);
  REQUIRE(decoded.has_value());
  CHECK(same(*decoded, envelope));
  CHECK(encode(*decoded) == bytes);
}

std::vector<Outcome> every_outcome() {
  Rejection rejection{Refusal::stale, "version-conflict", "It has changed.", {{"version", "7"}, {"", std::string("\0x", 2)}}};
  return {journal::Accepted{"{}", 3, 1ULL << 60, {{"quote/1", 1}, {"order/2", 9}}}, journal::Repeated{"{}", 0, 0, {}}, journal::KeyReused{},
          journal::Rejected<Rejection>{rejection}, journal::Busy{}, journal::TooLarge{}, journal::NotOwner{}, journal::Unknown{}};
}

TEST_CASE("app: wire: every command comes back as it was, empty and filled") {
  for (const bool filled : {false, true}) {
    for (const Command& command : every_command(filled)) {
      check_round_trip({.workshop = {}, .command_id = {}, .payload_hash = {}, .actor = {}, .cause = {}, .command = command});
      check_round_trip(enveloped(command));
    }
  }
}

TEST_CASE("app: wire: every outcome comes back as it was") {
  const auto outcomes = every_outcome();
  REQUIRE(outcomes.size() == std::variant_size_v<Outcome>);
  for (const Outcome& outcome : outcomes) {
    const std::string bytes = encode(outcome);
    const auto decoded = decode_outcome(bytes);
    REQUIRE(decoded.has_value());
    CHECK(same(*decoded, outcome));
    CHECK(encode(*decoded) == bytes);
  }
}

TEST_CASE("app: wire: the ends of a number's range come back as they were") {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t number : {Limits::min(), Limits::min() + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{63}, std::int64_t{64},
                                    Limits::max() - 1, Limits::max()}) {
    check_round_trip(enveloped(quotes::RepriceQuote{QuoteId("1"), number}));
  }
}

TEST_CASE("app: wire: bytes that are cut, continued or changed are nothing, or something that encodes to just them") {
  for (const Command& command : every_command(true)) {
    const std::string bytes = encode(enveloped(command));
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_envelope(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(decode_envelope(bytes + '\0'));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const unsigned char change : {0x01, 0x80, 0xFF}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);
        const auto decoded = decode_envelope(changed);
        CHECK((!decoded || encode(*decoded) == changed));
      }
    }
  }
}

TEST_CASE("app: wire: another format or other types are another build") {
  const std::string bytes = encode(enveloped(quotes::ApproveQuote{}));
  CHECK(of_same_build(bytes));
  for (std::size_t at = 0; at < 9; ++at) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] + 1);
    CHECK_FALSE(of_same_build(other));
    CHECK_FALSE(decode_envelope(other));
  }
  CHECK_FALSE(of_same_build(""));
  CHECK_FALSE(decode_outcome(bytes));   // an envelope is no outcome
}

TEST_CASE("app: wire: an enumerator that does not exist, a long form of a number and a count without items are refused") {
  const Envelope envelope{.workshop = {}, .command_id = {}, .payload_hash = {}, .actor = {}, .cause = {},
                          .command = printing::ResolvePrint{PrintJobId(), printing::Resolution::cancelled, 0}};
  // header, five empty texts, the command's index, empty id, 2, 0, empty text, no version, no move
  const std::string bytes = encode(envelope);
  const std::size_t at = bytes.size() - 5;
  REQUIRE(bytes[at] == 2);
  std::string unnamed = bytes;
  unnamed[at] = 3;
  CHECK_FALSE(decode_envelope(unnamed));
  std::string longer = bytes;
  longer.replace(at, 1, "\x82\x00", 2);
  CHECK_FALSE(decode_envelope(longer));
  std::string text = bytes;
  text[9] = '\x7F';   // the length of the workshop's name
  CHECK_FALSE(decode_envelope(text));
}

TEST_CASE("app: wire: parts come back in order, and neither too many nor a cut one") {
  std::string body;
  for (const std::string_view part : {"one", "", "three"}) append_part(body, part);
  const auto parts = parts_of(body, 3);
  REQUIRE(parts.has_value());
  CHECK(*parts == std::vector<std::string_view>{"one", "", "three"});
  CHECK(parts_of("", 0) == std::vector<std::string_view>{});
  CHECK_FALSE(parts_of(body, 2));
  CHECK_FALSE(parts_of(std::string_view(body).substr(0, body.size() - 1), 3));
}

}  // namespace
}  // namespace layerline::app::wire
