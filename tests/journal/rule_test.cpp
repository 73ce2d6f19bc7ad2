// The rule as a table: which record is accepted on which state, and what is never taken for a lost race.
#include "infra/journal/rule.hpp"

#include <doctest/doctest.h>

namespace layerline::journal {
namespace {

// A partition with genesis, claim of epoch 1 and `commits` commits, as its readers hold it.
struct Chain {
  Position position = start_of(3);
  Decoded decoded;

  Verdict feed(const std::string& bytes) { return fold(position, position.offset, bytes, decoded); }
  static std::string genesis(std::uint32_t partition = 3) {
    Genesis record;
    record.set_journal_id("J");
    record.set_partition(partition);
    return encode(record);
  }
  static std::string claim(std::uint64_t epoch, const std::string& journal = "J", std::uint32_t partition = 3) {
    Claim record;
    record.set_journal_id(journal);
    record.set_partition(partition);
    record.set_epoch(epoch);
    record.set_owner("owner");
    return encode(record);
  }
  // The commit that would be accepted next; `change` spoils it.
  template <class Change>
  std::string commit(Change change) const {
    Commit record;
    record.set_epoch(position.epoch);
    record.set_number(position.number + 1);
    record.set_prev(std::string(view(position.head)));
    record.set_time_ms(7);
    change(record);
    return encode(record);
  }
  std::string commit() const {
    return commit([](Commit&) {});
  }
};

Chain begun() {
  Chain chain;
  REQUIRE(chain.feed(Chain::genesis()).kind == Verdict::Kind::accepted);
  REQUIRE(chain.feed(Chain::claim(1)).kind == Verdict::Kind::accepted);
  return chain;
}

bool is_dead(const Verdict& verdict, Death death) { return verdict.kind == Verdict::Kind::dead && verdict.death == death; }
bool is_damage(const Verdict& verdict, std::uint64_t offset) {
  return verdict.kind == Verdict::Kind::damaged && verdict.damage.offset == offset && verdict.damage.partition == 3;
}

TEST_CASE("journal: rule: each accepted record moves the head, a dead one only the offset") {
  Chain chain = begun();
  const Hash before = chain.position.head;
  CHECK(chain.feed(chain.commit()).kind == Verdict::Kind::accepted);
  CHECK(chain.position.number == 1);
  CHECK(chain.position.time_ms == 7);
  CHECK(chain.position.last_offset == 2);
  CHECK(chain.position.last_prev == before);
  const Hash head = chain.position.head;
  CHECK(head != before);
  CHECK(is_dead(chain.feed("noise"), Death::not_ours));
  CHECK(chain.position.head == head);
  CHECK(chain.position.offset == 4);
}

TEST_CASE("journal: genesis: only the first one counts, and only of this partition") {
  Chain chain;
  CHECK(is_damage(chain.feed(Chain::genesis(4)), 0));
  CHECK(is_dead(chain.feed(Chain::claim(1)), Death::other_journal));      // nothing to claim yet
  CHECK(is_dead(chain.feed(chain.commit()), Death::other_head));
  CHECK(chain.feed(Chain::genesis()).kind == Verdict::Kind::accepted);
  CHECK(is_dead(chain.feed(Chain::genesis()), Death::second_genesis));
}

TEST_CASE("journal: claim: only a higher epoch of this journal and partition takes over") {
  Chain chain = begun();
  CHECK(is_dead(chain.feed(Chain::claim(1)), Death::old_epoch));
  CHECK(is_dead(chain.feed(Chain::claim(9, "other")), Death::other_journal));
  CHECK(is_dead(chain.feed(Chain::claim(9, "J", 4)), Death::other_journal));
  CHECK(chain.feed(Chain::claim(5)).kind == Verdict::Kind::accepted);
  CHECK(chain.position.epoch == 5);
}

TEST_CASE("journal: claim: commit of an old owner after a claim is dead") {
  Chain chain = begun();
  const std::string late = chain.commit();
  REQUIRE(chain.feed(Chain::claim(2)).kind == Verdict::Kind::accepted);
  CHECK(is_dead(chain.feed(late), Death::other_head));
}

TEST_CASE("journal: commit: a second copy, and the successors of a lost record, are dead") {
  Chain chain = begun();
  const std::string first = chain.commit();
  REQUIRE(chain.feed(first).kind == Verdict::Kind::accepted);
  CHECK(is_dead(chain.feed(first), Death::other_head));
  Chain ahead = chain;
  REQUIRE(ahead.feed(ahead.commit()).kind == Verdict::Kind::accepted);
  CHECK(is_dead(chain.feed(ahead.commit()), Death::other_head));          // its predecessor never came
}

TEST_CASE("journal: damage: a record of ours that is not whole stops the reader by name") {
  const Chain chain = begun();
  const std::string good = chain.commit();
  for (std::size_t i = 4; i < good.size(); ++i) {                         // any byte behind the magic
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    Chain reader = chain;
    CHECK_MESSAGE(is_damage(reader.feed(bad), 2), "byte " << i);
    CHECK(reader.position == chain.position);
  }
  for (const std::size_t size : {std::size_t{5}, frame_header_bytes, good.size() - 1}) {
    Chain reader = chain;
    CHECK(is_damage(reader.feed(good.substr(0, size)), 2));
  }
}

TEST_CASE("journal: damage: an altered record is noticed at the commit behind it, and named") {
  const Chain chain = begun();
  Chain writer = chain;
  REQUIRE(writer.feed(writer.commit()).kind == Verdict::Kind::accepted);
  const std::string second = writer.commit();
  Chain reader = chain;                                                   // reads another record at offset 2, whole in itself
  REQUIRE(reader.feed(reader.commit([](Commit& record) { record.set_actor("somebody else"); })).kind == Verdict::Kind::accepted);
  const Verdict verdict = reader.feed(second);
  CHECK(is_damage(verdict, 2));
}

TEST_CASE("journal: damage: a missing record, and a commit that contradicts its own head, stop the reader") {
  Chain chain = begun();
  CHECK(is_damage(fold(chain.position, 3, chain.commit(), chain.decoded), 2));
  CHECK(is_damage(chain.feed(chain.commit([](Commit& record) { record.set_number(9); })), 2));
  CHECK(is_damage(chain.feed(chain.commit([](Commit& record) { record.set_epoch(9); })), 2));
}

TEST_CASE("journal: position: what was stored is read back whole") {
  Chain chain = begun();
  REQUIRE(chain.feed(chain.commit()).kind == Verdict::Kind::accepted);
  CHECK(decode_position(encode(chain.position)) == chain.position);
  CHECK_FALSE(decode_position("garbage"));
}

TEST_CASE("journal: hash: SHA-256 and CRC-32C give the published values") {
  CHECK(sha256("abc")[0] == 0xba);
  CHECK(sha256("abc")[31] == 0xad);
  CHECK(crc32c(0, "123456789") == 0xE3069283U);
  CHECK(crc32c(crc32c(0, "12345"), "6789") == 0xE3069283U);
}

}  // namespace
}  // namespace layerline::journal
