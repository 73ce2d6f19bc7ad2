// Print files of several pieces in the documents of production orders and of their prints.
#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/production.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

void attach(testing::Journal& journal, const std::string& origin, const std::string& profile, std::int64_t pieces) {
  auto* event = journal.commit().on("production/a").mutable_production_file_attached();
  event->set_production_order("a");
  event->set_origin(origin);
  event->set_profile(profile);
  event->set_pieces(pieces);
}

void dispatch(testing::Journal& journal, const std::string& job, std::int64_t pieces, std::int64_t surplus) {
  auto* event = journal.commit().on("job/" + job).mutable_print_dispatched();
  event->set_job(job);
  event->set_production_order("a");
  event->set_printer("p1");
  event->set_pieces(pieces);
  event->set_surplus(surplus);
}

testing::Journal of_pieces(std::int64_t quantity) {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* event = journal.commit().on("production/a").mutable_production_order_created();
  event->set_production_order("a");
  event->set_number("PO-1");
  event->set_quantity(quantity);
  return journal;
}

Json shown(const testing::Journal& journal) {
  const Folded folded(journal);
  return *Json::parse(production::find(folded.queries, here, "a")->json);
}

std::string files_of(const Json& document) {
  std::string text;
  for (const Json& file : *document.find("print_files")->array())
    text.append(file.text("profile")).append("=").append(std::to_string(file.integer("pieces"))).append(" ");
  return text;
}

}  // namespace

TEST_CASE("projections: production: a print moves all of its pieces, and its surplus is shown beside them") {
  testing::Journal journal = of_pieces(7);
  dispatch(journal, "j1", 3, 0);
  dispatch(journal, "j2", 4, 2);
  auto* printed = journal.commit().on("production/a").mutable_production_unit_printed();
  printed->set_production_order("a");
  printed->set_job("j2");
  printed->set_quantity(4);
  printed->set_surplus(2);
  Json document = shown(journal);
  CHECK(document.integer("open") == 0);
  CHECK(document.integer("in_progress") == 3);
  CHECK(document.integer("printed") == 4);
  CHECK(document.find("jobs")->array()->back().integer("pieces") == 4);
  CHECK(document.find("jobs")->array()->back().integer("surplus") == 2);
  auto* failed = journal.commit().on("production/a").mutable_production_unit_failed();
  failed->set_production_order("a");
  failed->set_job("j1");
  failed->set_quantity(3);
  document = shown(journal);
  CHECK(document.integer("in_progress") == 0);
  CHECK(document.integer("failed") == 3);
}

TEST_CASE("projections: production: the files of all profiles are shown, the sliced one first, until an operator attaches his own") {
  testing::Journal journal = of_pieces(1);
  attach(journal, "upload", "large", 4);
  attach(journal, "upload", "small", 0);   // from before there were any others
  CHECK(files_of(shown(journal)) == "large=4 small=1 ");
  attach(journal, "sliced", "", 1);
  const Json document = shown(journal);
  CHECK(files_of(document) == "=1 large=4 small=1 ");
  CHECK(document.find("print_file")->text("origin") == "sliced");
  attach(journal, "operator", "", 2);
  CHECK(files_of(shown(journal)) == "=2 ");
}
