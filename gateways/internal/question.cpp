#include "gateways/internal/question.hpp"

#include <concepts>
#include <utility>

#include "domain/workshop/limits.hpp"
#include "gateways/internal/limits.hpp"
#include "gateways/internal/sorting.hpp"
#include "projections/document.hpp"
#include "projections/limits.hpp"

// Numbers are little-endian; a text is its length (u32) and its bytes.
//   question: | 4 | what u8 | partition u32 | workshop | customer | wait_ms u32 | needed u16 × { partition u32 | offset u64 } | fields |
//   answer:   | 4 | outcome u8 | next offset u64 | the document as it is stored |
namespace layerline::internal {
namespace {

constexpr std::uint8_t format = 4;

class Writer {
 public:
  template <std::unsigned_integral T>
  Writer& number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xFF);
    return *this;
  }
  Writer& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads on after a short read give zeros; complete() tells in the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T number() {
    const std::string_view digits = take(sizeof(T));
    T value = 0;
    for (std::size_t i = digits.size(); i > 0; --i) value = static_cast<T>(value << 7 << 1 | static_cast<unsigned char>(digits[i - 1]));
    return value;
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  template <class Enum>
  Enum name(Enum last) {
    const auto number = this->number<std::uint8_t>();
    if (number > std::to_underlying(last)) short_ = true;
    return short_ ? Enum{} : Enum{number};
  }
  std::string_view rest() { return std::exchange(rest_, {}); }
  [[nodiscard]] bool good() const { return !short_; }
  [[nodiscard]] bool complete() const { return !short_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) short_ = true;
    if (short_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool short_ = false;
};

struct WriteWhat {
  Writer& out;
  void operator()(const FindDocument& find) { out.number(std::to_underlying(find.thing)).text(find.id).text(find.awaited_change); }
  void operator()(const ReadPage& page) {
    out.number(std::to_underlying(page.list)).text(page.owner).text(page.status).text(page.cursor).number(page.limit).text(page.category)
        .text(page.search).text(page.sort).number(static_cast<std::uint32_t>(page.period.from))
        .number(static_cast<std::uint32_t>(page.period.to));
  }
  void operator()(const ReadAvailability& read) {
    out.text(read.type).text(read.colour).number(static_cast<std::uint64_t>(read.milligrams));
  }
  void operator()(const ReadUnits& read) { out.text(read.product).number(static_cast<std::uint64_t>(read.quantity)); }
  void operator()(const ReadPlan& read) { out.number(std::to_underlying(read.what)).text(read.id).number(read.weeks).number(read.now_ms); }
  void operator()(const ReadDays& read) {
    out.number(static_cast<std::uint32_t>(read.from)).number(static_cast<std::uint32_t>(read.to));
  }
};

void read_what(Reader& in, ReadUnits& read) {
  read.product = in.text();
  read.quantity = static_cast<std::int64_t>(in.number<std::uint64_t>());
}
void read_what(Reader& in, FindDocument& find) {
  find.thing = in.name(last_thing);
  find.id = in.text();
  find.awaited_change = in.text();
}
void read_what(Reader& in, ReadPage& page) {
  page.list = in.name(last_list);
  page.owner = in.text();
  page.status = in.text();
  page.cursor = in.text();
  page.limit = in.number<std::uint32_t>();
  page.category = in.text();
  page.search = in.text();
  page.sort = in.text();
  page.period = {static_cast<std::int32_t>(in.number<std::uint32_t>()), static_cast<std::int32_t>(in.number<std::uint32_t>())};
}
void read_what(Reader& in, ReadAvailability& read) {
  read.type = in.text();
  read.colour = in.text();
  read.milligrams = static_cast<std::int64_t>(in.number<std::uint64_t>());
}
void read_what(Reader& in, ReadPlan& read) {
  read.what = in.name(ReadPlan::What::order);
  read.id = in.text();
  read.weeks = in.number<std::uint32_t>();
  read.now_ms = in.number<std::uint64_t>();
}

void read_what(Reader& in, ReadDays& read) {
  read.from = static_cast<std::int32_t>(in.number<std::uint32_t>());
  read.to = static_cast<std::int32_t>(in.number<std::uint32_t>());
}

bool too_large(const ReadPlan& read) {
  constexpr std::uint64_t ms_max = 253'402'300'799'999;   // the end of the year 9999
  return read.weeks == 0 || read.weeks > limits::plan_weeks || read.now_ms > ms_max;
}

bool may_not_be_asked(const Question& question) {
  if (const auto* plan = std::get_if<ReadPlan>(&question.what)) return too_large(*plan);
  if (const auto* units = std::get_if<ReadUnits>(&question.what))
    return units->quantity < 1 || units->quantity > layerline::limits::quote_quantity_max;
  const auto* page = std::get_if<ReadPage>(&question.what);
  return page != nullptr && (page->limit == 0 || page->limit > projections::page_max || !can_sort(page->list, page->sort));
}

}  // namespace

std::string encode(const Question& question) {
  Writer out;
  out.number(format).number(static_cast<std::uint8_t>(question.what.index()));
  out.number(question.scope.partition).text(question.scope.workshop).text(question.scope.customer);
  out.number(static_cast<std::uint32_t>(question.wait_ms)).number(static_cast<std::uint16_t>(question.needed.size()));
  for (const Needed& needed : question.needed) out.number(needed.partition).number(needed.offset);
  std::visit(WriteWhat{out}, question.what);
  return out.take();
}

std::optional<Question> decode_question(std::string_view bytes) {
  if (bytes.size() > limits::question_bytes) return std::nullopt;
  Reader in(bytes);
  Question question;
  if (in.number<std::uint8_t>() != format) return std::nullopt;
  const auto what = in.number<std::uint8_t>();
  question.scope.partition = in.number<std::uint32_t>();
  question.scope.workshop = in.text();
  question.scope.customer = in.text();
  question.wait_ms = in.number<std::uint32_t>();
  const auto needed = in.number<std::uint16_t>();
  if (question.scope.workshop.empty() || question.wait_ms > limits::wait_ms || needed > limits::needed_offsets) return std::nullopt;
  for (std::uint16_t i = 0; i < needed && in.good(); ++i) {
    const auto partition = in.number<std::uint32_t>();
    question.needed.push_back({partition, in.number<std::uint64_t>()});
  }
  if (what == 1) question.what.emplace<ReadPage>();
  if (what == 2) question.what.emplace<ReadAvailability>();
  if (what == 3) question.what.emplace<ReadPlan>();
  if (what == 4) question.what.emplace<ReadDays>();
  if (what == 5) question.what.emplace<ReadUnits>();
  if (what > 5) return std::nullopt;
  std::visit([&in](auto& kind) { read_what(in, kind); }, question.what);
  if (!in.complete() || may_not_be_asked(question)) return std::nullopt;
  return question;
}

std::string encode(const Answer& answer) {
  Writer out;
  out.number(format).number(std::to_underlying(answer.outcome)).number(answer.next_offset);
  const projections::Document& document = answer.document;
  return out.take() + projections::encode({document.version, document.status, document.customer, {}, document.json});
}

std::optional<Answer> decode_answer(std::string_view bytes) {
  Reader in(bytes);
  Answer answer;
  if (in.number<std::uint8_t>() != format) return std::nullopt;
  answer.outcome = in.name(Answer::Outcome::late);
  answer.next_offset = in.number<std::uint64_t>();
  const auto document = projections::decode_document(in.rest());
  if (!in.good() || !document || !document->hidden.empty()) return std::nullopt;
  answer.document = {document->version, std::string(document->status), std::string(document->customer), std::string(document->json)};
  return answer;
}

}  // namespace layerline::internal
