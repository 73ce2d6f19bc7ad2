#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/customers.hpp"
#include "projections/projector.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const std::string ada = "ada";

void seal(events::Sealed* field, const std::string& clear) {
  field->set_subject(ada);
  field->set_clear(clear);
}

void save(testing::Journal& journal, const std::string& address, const std::string& line1) {
  auto* saved = journal.commit().on("customer/" + ada).mutable_customer_address_saved();
  saved->set_customer(ada);
  saved->set_address(address);
  seal(saved->mutable_to()->mutable_line1(), line1);
  saved->mutable_to()->set_country("IT");
}

void prefer(testing::Journal& journal, const std::string& address) {
  auto* preferred = journal.commit().on("customer/" + ada).mutable_customer_address_preferred();
  preferred->set_customer(ada);
  preferred->set_address(address);
}

// Ada with a mail address and two addresses, of which the first is the default one.
testing::Journal two_addresses() {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* contact = journal.commit().on("customer/" + ada).mutable_customer_contact_changed();
  contact->set_customer(ada);
  seal(contact->mutable_mail(), "ada@example.org");
  save(journal, "home", "1 Lane");
  prefer(journal, "home");
  save(journal, "work", "2 Road");
  return journal;
}

Document shown(const testing::Journal& journal, const std::string& asked_by = ada) {
  const Folded folded(journal);
  auto found = customers::find(folded.queries, {.partition = 0, .workshop = "w1", .customer = asked_by}, asked_by);
  REQUIRE(found);
  return *found;
}

std::string defaults(const Document& document) {
  std::string out;
  for (const Json& address : *Json::parse(document.json)->find("addresses")->array())
    out += std::string(address.text("id")) + (address.flag("is_default") ? "! " : " ");
  return out;
}

}  // namespace

TEST_CASE("projections: customers: the document is what was said last, and its version that of the stream") {
  testing::Journal journal = two_addresses();
  save(journal, "home", "3 Path");
  const Document document = shown(journal);
  const Json json = *Json::parse(document.json);
  CHECK(json.text("email") == "ada@example.org");
  CHECK(json.find("phone")->is_null());
  CHECK((*json.find("addresses")->array())[0].text("line1") == "3 Path");
  CHECK(defaults(document) == "home! work ");
  CHECK(document.version == 5);
}

TEST_CASE("projections: customers: who said one thing of himself shows that the rest is not known") {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* contact = journal.commit().on("customer/" + ada).mutable_customer_contact_changed();
  contact->set_customer(ada);
  seal(contact->mutable_first_name(), "Ada");
  const Json json = *Json::parse(shown(journal).json);
  CHECK(json.text("id") == ada);
  CHECK(json.text("first_name") == "Ada");
  REQUIRE(json.find("addresses") != nullptr);
  CHECK(json.find("addresses")->array()->empty());
  REQUIRE(json.find("default_address_id") != nullptr);
  CHECK(json.find("default_address_id")->is_null());
}

TEST_CASE("projections: customers: one address at most is the default, and none when it is removed") {
  testing::Journal journal = two_addresses();
  prefer(journal, "work");
  CHECK(defaults(shown(journal)) == "home work! ");
  auto* removed = journal.commit().on("customer/" + ada).mutable_customer_address_removed();
  removed->set_customer(ada);
  removed->set_address("work");
  const Document document = shown(journal);
  CHECK(defaults(document) == "home ");
  CHECK(Json::parse(document.json)->find("default_address_id")->is_null());
}

TEST_CASE("projections: customers: who said nothing is empty, and sees nobody else") {
  const Document document = shown(two_addresses(), "bob");
  CHECK(document.version == 0);
  CHECK(Json::parse(document.json)->text("id") == "bob");
  CHECK(document.json.find("Lane") == std::string::npos);
}

TEST_CASE("projections: customers: an erasure leaves nothing, whether the key was there when it was folded or not") {
  testing::Journal journal = two_addresses();
  journal.commit().on("workshop/w1").mutable_subject_erased()->set_subject(ada);
  const Document live = shown(journal);
  CHECK(live.version == 0);
  CHECK(Json::parse(live.json)->find("email")->is_null());
  journal.erase_keys(ada);
  CHECK(shown(journal).json == live.json);
  save(journal, "shed", "4 Alley");
  CHECK(defaults(shown(journal)) == "shed ");
}
