#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using quotes::Status;

TEST_CASE("quotes: a clean one inside the limits approves itself, with a number, a price, an expiry timer and a mail") {
  Scenario s;
  s.given(draft_of("q", black_pieces(12)));
  CHECK(s.last("quote.drafted").quote_drafted().number() == "Q-2026-001");
  s.analyse(QuoteId("q"));
  s.then({"effect.succeeded", "model.analysed", "quote.priced", "quote.approved", "timer.set", "effect.requested"});
  CHECK(s.last("quote.priced").quote_priced().price().total() == 19'332);
  CHECK(s.last("timer.set").timer_set().due_ms() == (s.now + Duration{30 * day_ms}).ms);
}

TEST_CASE("quotes: a warning, or a total above the limit, waits for an operator, who notes, reprices and approves") {
  Scenario s;
  const QuoteId q = s.draft(black_pieces());
  s.analyse(q, {.warnings = {"not_watertight"}});
  CHECK(s.last("quote.submitted").quote_submitted().reasons(0) == "not_watertight");
  s.when(quotes::AcceptQuote{q, address()}).rejected("quote-not-approved");
  s.when(quotes::NoteQuote{q, "closed the hole"}).then({"quote.noted"});
  s.when(quotes::RepriceQuote{q, 2000}).then({"quote.priced"});
  CHECK(s.workshop.quote(q)->price.total == 2000);
  s.when(quotes::RepriceQuote{q, 2000}).nothing_happened();
  s.when(quotes::ApproveQuote{q}).with("quote.approved");
  s.when(quotes::ApproveQuote{q}).nothing_happened();
  s.when(quotes::RepriceQuote{q, 3000}).rejected("quote-not-pending");

  const QuoteId large = s.draft(black_pieces(100), "large");
  s.analyse(large);
  CHECK(s.last("quote.submitted").quote_submitted().reasons(0) == "total_above_limit");
}

TEST_CASE("quotes: what no printer takes is refused with its measures") {
  Scenario s;
  s.analyse(s.draft(black_pieces()), {.size_um = 300'000});
  s.with("quote.rejected").with("quote.priced", 0);
  CHECK(s.last("quote.rejected").quote_rejected().reason().starts_with("The part measures 300.0"));
}

TEST_CASE("quotes: other material or infill is measured again, other options only priced again") {
  Scenario s;
  const QuoteId q = s.quoted(black_pieces(1));
  auto options = black_pieces(12);
  s.when(quotes::ChangeQuote{q, options, ""}).with("quote.priced").with("quote.approved");
  CHECK(s.workshop.quote(q)->price.total == 19'332);
  s.when(quotes::ChangeQuote{q, options, ""}).nothing_happened();
  options.infill_percent = 80;
  s.when(quotes::ChangeQuote{q, options, ""}).then({"quote.changed", "effect.requested"});
  CHECK(s.workshop.quote(q)->status == Status::draft);
  s.analyse(q, {.milligrams = 90'000});
  CHECK(s.workshop.quote(q)->price.milligrams == 90'000);
}

TEST_CASE("quotes: an approved one expires after 30 days, by its timer, and not a moment before") {
  Scenario s;
  const QuoteId q = s.quoted();
  const auto expiry = std::ranges::find_if(s.workshop.timers, [](const auto& timer) { return timer.second.purpose == "quote-expiry"; });
  const std::string timer = expiry->first;
  s.after_days(29).when(settings::FireTimer{timer}).rejected("timer-not-due");
  s.after_days(1).when(quotes::AcceptQuote{q, address()}).rejected("quote-expired");
  s.when(settings::FireTimer{timer}).then({"timer.fired", "quote.expired"});
  s.when(settings::FireTimer{timer}).nothing_happened();
}

TEST_CASE("quotes: a rejected or cancelled one stays so") {
  Scenario s;
  const QuoteId q = s.quoted();
  s.when(quotes::RejectQuote{q, "", true}).then({"quote.rejected"});
  s.when(quotes::RejectQuote{q, "", true}).nothing_happened();
  s.when(quotes::CancelQuote{q}).rejected("quote-not-open");
  const QuoteId other = s.draft(black_pieces(), "other");
  s.when(quotes::CancelQuote{other}).then({"quote.cancelled"});
  s.analyse(other);
  CHECK(s.workshop.quote(other)->status == Status::cancelled);
}

TEST_CASE("quotes: a material that is no longer configured when the measures arrive is a refusal, not a crash") {
  Scenario s;
  const QuoteId q = s.draft(black_pieces());
  Rules rules;
  rules.materials.erase(rules.materials.begin());
  s.given(settings::Configure{rules});
  s.analyse(q);
  s.with("quote.rejected");
  rules.machine_price_per_hour = -1;
  s.when(settings::Configure{rules}).rejected("bad-rules");
}

TEST_CASE("quotes: a colour is a word, because it is stored in clear") {
  Scenario s;
  auto options = black_pieces();
  options.colour = "for Ada Lovelace";
  s.when(draft_of("q", options)).rejected("bad-colour");
}

TEST_CASE("numbers: start again with the year, per kind") {
  Scenario s;
  s.draft(black_pieces(), "a");
  s.draft(black_pieces(), "b");
  CHECK(s.workshop.quote(QuoteId("b"))->number == "Q-2026-002");
  s.after_days(200).draft(black_pieces(), "c");
  CHECK(s.workshop.quote(QuoteId("c"))->number == "Q-2027-001");
}

TEST_CASE("erasure: a person's clear data leaves memory, also what is folded from now on") {
  Scenario s;
  const OrderId mine = s.ordered(black_pieces());
  const OrderId other = s.ordered(black_pieces(), {}, "other");
  s.when(settings::EraseSubject{"c-q"}).then({"subject.erased"});
  CHECK(s.workshop.quote(QuoteId("q"))->customer_name == "[erased]");
  CHECK(s.order(mine).customer_mail == "[erased]");
  CHECK(s.order(other).customer_mail == "ada@example.org");
  s.when(payments::RecordPayment{mine, 0, "cash", ""}).with("order.paid");
  for (const NewEvent& event : s.answer->list())
    CHECK(event.event.effect_requested().send_mail().to().clear() != "[erased]");   // nobody to write to
}

}  // namespace layerline::test
