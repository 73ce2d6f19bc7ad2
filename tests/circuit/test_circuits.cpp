// The circuits of a process, and how they are shown.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "infra/circuit/circuits.hpp"
#include "infra/circuit/status.hpp"

namespace layerline::circuit {
namespace {

const Name mail{"mail"};
const Name squares{"shops", "main", "squares"};
const Name woo{"shops", "other", "woo"};

struct Watched {
  std::int64_t now_ms = 1'700'000'000'000;
  std::vector<std::string> turns = {};
  Circuits circuits{{.turned = [this](const Standing& s) { turns.push_back(s.name.service + " " + std::string(name_of(s.circuit.state))); },
                     .now_ms = [this] { return now_ms; }}};

  void call(const Name& name, const Ending& ending) {
    auto begun = circuits.begin(name);
    REQUIRE(begun);
    begun->end(ending);
  }
  void open(const Name& name) {
    for (int i = 0; i < limits::failures_to_open; ++i) call(name, Fault{"not_reached"});
  }
};

std::string json_of(const Standing& standing) {
  std::string out;
  json::Writer writer(out);
  write(writer, standing);
  return out;
}

}  // namespace

TEST_CASE("circuits: opening and closing are each told once, probes in between are not") {
  Watched watched;
  watched.open(mail);
  for (int i = 0; i < 3; ++i) {
    watched.now_ms += limits::pause_most_ms;
    watched.call(mail, Fault{"not_reached"});
  }
  CHECK(watched.turns == std::vector<std::string>{"mail open"});
  watched.now_ms += limits::pause_most_ms;
  watched.call(mail, Answered{});
  watched.call(mail, Answered{});
  CHECK(watched.turns == std::vector<std::string>{"mail open", "mail closed"});
}

TEST_CASE("circuits: each service has its own") {
  Watched watched;
  watched.open(squares);
  CHECK_FALSE(watched.circuits.begin(squares));
  CHECK(watched.circuits.begin(woo));
  CHECK(watched.circuits.begin(mail));
}

TEST_CASE("circuits: a call that is dropped without a word was not made, one that is handed on ends once") {
  Watched watched;
  watched.open(mail);
  watched.now_ms += limits::pause_first_ms;
  { const auto dropped = watched.circuits.begin(mail); }
  auto first = watched.circuits.begin(mail);
  REQUIRE(first);
  CHECK_FALSE(watched.circuits.begin(mail));
  {
    Call second(std::move(*first));
    CHECK(second.end(Answered{}) == 1);
  }
  CHECK(first->end(Fault{"late"}) == 0);
  CHECK(watched.circuits.all().at(0).circuit.state == State::closed);
  CHECK(watched.circuits.all().at(0).circuit.failures == 0);
}

TEST_CASE("circuits: a shop that is forgotten is shown no longer, and how its last call ends brings it not back") {
  Watched watched;
  auto call = watched.circuits.begin(squares);
  REQUIRE(call);
  watched.circuits.forget(squares);
  call->end(Fault{"not_reached"});
  CHECK(watched.circuits.all().empty());
}

TEST_CASE("circuits: shown closed from the start, and open with why, since when and until when") {
  Watched watched;
  watched.circuits.watch(mail);
  CHECK(json_of(watched.circuits.all().at(0)) ==
        R"({"service":"mail","state":"closed","since":"2023-11-14T22:13:20Z","failures":0,"last_failure":null,"last_failure_at":null,)"
        R"("next_probe_at":null})");
  watched.now_ms += 10'000;
  watched.open(squares);
  CHECK(json_of(watched.circuits.all().at(1)) ==
        R"({"service":"shops","shop":"squares","state":"open","since":"2023-11-14T22:13:30Z","failures":5,"last_failure":"not_reached",)"
        R"("last_failure_at":"2023-11-14T22:13:30Z","next_probe_at":"2023-11-14T22:13:35Z"})");
}

TEST_CASE("circuits: the public sees the worst of all shops, and no shop's name") {
  Watched watched;
  watched.circuits.watch(mail);
  watched.circuits.watch(squares);
  watched.open(woo);
  const std::vector<Standing> shown = worst_of_each(watched.circuits.all());
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].circuit.state == State::closed);
  CHECK(shown[1].circuit.state == State::open);
  const std::string json = json_of(shown[1]);
  CHECK(json.find("woo") == std::string::npos);
  CHECK(json.find("other") == std::string::npos);
}

}  // namespace layerline::circuit
