// layerline: one program. `serve` runs the workshop; the other commands look at its data.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "infra/app/journal_commands.hpp"
#include "infra/app/model_commands.hpp"
#include "infra/app/planning_commands.hpp"
#include "infra/app/projection_commands.hpp"
#include "infra/app/server.hpp"
#include "infra/app/workshop_commands.hpp"
#include "infra/journal/limits.hpp"

namespace layerline::app {
namespace {

constexpr std::string_view help = R"(Layerline runs a made-to-order workshop, from the uploaded model to the delivered parcel.

  layerline serve --data DIR [--port N] [--address A] [--config FILE]
      all roles in one process; the first line is its URL and its data folder
  layerline serve --data DIR --port N --journal kafka://HOST:PORT[,…]/TOPIC [--roles A,B] [--url URL]
      some roles of an installation on Kafka: gateway, owner, projector, slicer, payments, printer, notifier, shops, publisher;
      the others reach it at URL (default: the address, or the host's name where that is 0.0.0.0, and the port)
  layerline serve ... [--reads-per-minute N] [--writes-per-minute N] [--trusted-proxies ADDRESS[/BITS],...]
      what each customer's key, and each address of a caller without a key, may send to the gateway (default: 600 and 120; 0: no
      limit). Who asks from this machine itself is not counted, so a
      proxy in front of it has to be named: else nobody is (one on this machine), or all strangers are one caller (one elsewhere)
  layerline model analyze [--density G] [--infill PERCENT] [--layer MM] FILE...
      one JSON line per file: what it measures, weighs and takes
  layerline planning net FILE
      what to make and to buy, when and for whom, of items, BOMs, demand and supply in a JSON file; planning --help describes it
  layerline journal verify|tail|export --data DIR | --journal kafka://HOST:PORT[,...]/TOPIC
      verify walks the hash chains and names the first bad record; works beside a running server. With both it compares the topic with
      the heads that the folder stored
  layerline journal create --journal kafka://HOST:PORT[,...]/TOPIC [--partitions N] [--replication N]
      makes the topic so that nothing is ever deleted from it, and begins the journal; 16 partitions, and 3 replicas on 3 brokers or more
  layerline journal describe --journal kafka://HOST:PORT[,...]/TOPIC
      one JSON object; exits 1 with the reasons if history could be lost
  layerline journal copy --from PLACE --to PLACE [--blobs DIR[,DIR...]]
      PLACE: a data folder or kafka://...; the same bytes at the same offsets, and the keys of personal data. The servers of both are
      stopped; the source is marked as moved. Run again it goes on where it ended. Into a folder it takes the files of data folders DIR
  layerline projection rebuild|compare NAME|--all --data DIR [--journal kafka://HOST:PORT[,...]/TOPIC]
      folds the views of a stopped folder again from its journal, or from the topic; compare exits 0 only if they are byte-identical
  layerline workshop move WORKSHOP --to PARTITION [--url URL] --data DIR | --key-file FILE
      has a running installation carry a workshop on in another partition; its callers wait meanwhile. URL: of a gateway (default:
      http://127.0.0.1:8080); the key is an admin's of the platform, by default the first one of the folder
  layerline --help
)";

constexpr std::uint32_t replication_max = 7;

int wrong(std::string_view why) {
  fmt::print(stderr, "layerline: {}\nTry: layerline --help\n", why);
  return 2;
}

// Options ("--name value") and the words between them.
struct Arguments {
  std::map<std::string, std::string, std::less<>> options;
  std::vector<std::string> words;

  [[nodiscard]] std::string option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
};

std::optional<Arguments> parse(int count, char** values, std::string& why) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--all" || word == "--resume" || word == "--help" || !word.starts_with("--")) {
      out.words.push_back(word);
      continue;
    }
    if (i + 1 == count) {
      why = word + " needs a value";
      return std::nullopt;
    }
    out.options[word.substr(2)] = values[++i];
  }
  return out;
}

// What is wrong with it; nothing if it was taken.
std::optional<std::string> read_limit(std::string_view name, const std::string& value, rest::LimitOptions& limits) {
  if (name == "trusted-proxies") {
    auto proxies = http::parse_networks(value);
    if (!proxies) return "--trusted-proxies: " + proxies.error();
    limits.trusted_proxies = std::move(*proxies);
    return std::nullopt;
  }
  std::int64_t& number = name == "reads-per-minute" ? limits.reads_per_minute : limits.writes_per_minute;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  if (whole && number >= 0 && number <= rest::limits::requests_per_minute_max) return std::nullopt;
  return fmt::format("--{} takes a number up to {}", name, rest::limits::requests_per_minute_max);
}

int run_serve(const Arguments& arguments) {
  ServeOptions options;
  for (const auto& [name, value] : arguments.options) {
    if (name == "data") options.data = value;
    else if (name == "address") options.address = value;
    else if (name == "config") options.config = value;
    else if (name == "journal") options.journal = value;
    else if (name == "url") options.url = value;
    else if (name == "roles") {
      auto roles = Roles::parse(value);
      if (!roles) return wrong(roles.error());
      options.roles = *roles;
    } else if (name == "reads-per-minute" || name == "writes-per-minute" || name == "trusted-proxies") {
      if (const auto why = read_limit(name, value, options.limits)) return wrong(*why);
    } else if (name == "port") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.port);
      if (error != std::errc() || end != value.data() + value.size()) return wrong("--port takes a number up to 65535");
    } else return wrong("serve does not know --" + name);
  }
  options.resume = std::ranges::find(arguments.words, "--resume") != arguments.words.end();
  if (options.data.empty()) return wrong("serve needs --data DIR");
  return serve(options);
}

int run_copy(const Arguments& arguments) {
  const auto from = parse_place(arguments.option("from"));
  if (!from) return wrong("copy needs --from PLACE: " + from.error());
  const auto to = parse_place(arguments.option("to"));
  if (!to) return wrong("copy needs --to PLACE: " + to.error());
  std::vector<std::filesystem::path> files_of;
  std::string blobs = arguments.option("blobs");
  if (!blobs.empty() && std::holds_alternative<journal::KafkaAddress>(*to))
    return wrong("--blobs is for a copy to a folder: files that are served with a topic stay in the data folders of its processes");
  for (std::size_t comma = 0; !blobs.empty(); blobs.erase(0, comma == std::string::npos ? comma : comma + 1)) {
    comma = blobs.find(',');
    files_of.emplace_back(blobs.substr(0, comma));
  }
  return copy_journal(*from, *to, std::move(files_of));
}

int run_create(const journal::KafkaAddress& address, const Arguments& arguments) {
  NewJournal wanted;
  for (const auto& [name, number, most] : {std::tuple("partitions", &wanted.partitions, journal::partitions_max),
                                           std::tuple("replication", &wanted.replication, replication_max)}) {
    const std::string value = arguments.option(name);
    if (value.empty()) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *number);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (!whole || *number == 0 || *number > most) return wrong(fmt::format("--{} takes a number from 1 to {}", name, most));
  }
  return create_journal(address, wanted);
}

int run_journal(std::string_view word, const Arguments& arguments) {
  if (word == "copy") return run_copy(arguments);
  const std::filesystem::path data = arguments.option("data");
  const std::string named = arguments.option("journal");
  if (named.empty() && data.empty()) return wrong("journal needs --data DIR or --journal kafka://HOST:PORT/TOPIC");
  JournalPlace place = data;
  if (!named.empty()) {
    const auto address = journal::parse_kafka_address(named);
    if (!address) return wrong(address.error());
    if (word == "create") return run_create(*address, arguments);
    if (word == "describe") return describe_journal(*address);
    place = *address;
  }
  if (word == "verify") return verify_journal(place, data);
  if (word == "tail") return tail_journal(place);
  if (word == "export") return export_journal(place);
  if (word == "create" || word == "describe") return wrong(fmt::format("journal {} needs --journal kafka://HOST:PORT/TOPIC", word));
  return wrong("there is no such command");
}

int run_projection(std::string_view word, const std::string& name, const Arguments& arguments) {
  Documents documents{.data = arguments.option("data")};
  if (documents.data.empty()) return wrong("projection needs --data DIR");
  if (const std::string journal = arguments.option("journal"); !journal.empty()) {
    auto address = journal::parse_kafka_address(journal);
    if (!address) return wrong(address.error());
    documents.journal = std::move(*address);
  }
  if (word == "rebuild") return rebuild_projections(documents, name);
  if (word == "compare") return compare_projections(documents, name);
  return wrong("there is no such command");
}

int run_planning(const std::vector<std::string>& words) {
  if (std::ranges::find(words, "--help") != words.end()) return explain_planning();
  if (words.size() != 3 || words[1] != "net") return wrong("planning takes: net FILE");
  return net_planning(words[2]);
}

int run_move(const std::string& workshop, const Arguments& arguments) {
  MoveOptions options{.workshop = workshop};
  if (const std::string url = arguments.option("url"); !url.empty()) options.url = url;
  const std::string to = arguments.option("to");
  const auto [end, error] = std::from_chars(to.data(), to.data() + to.size(), options.to);
  if (to.empty() || error != std::errc() || end != to.data() + to.size()) return wrong("move needs --to PARTITION, a number");
  options.key_file = arguments.option("key-file");
  const std::string data = arguments.option("data");
  if (options.key_file.empty() && data.empty()) return wrong("move needs --data DIR or --key-file FILE");
  if (options.key_file.empty()) options.key_file = DataFolder{data}.access() / "platform-admin.key";
  return move_workshop(options);
}

int run(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words.empty() || words.front() == "--help" || words.front() == "help") {
    fmt::print("{}", help);
    return words.empty() ? 2 : 0;
  }
  if (words.front() == "serve") return run_serve(arguments);
  if (words.front() == "model" && words.size() >= 3 && words[1] == "analyze")
    return analyze_models({words.begin() + 2, words.end()}, arguments.options);
  if (words.front() == "planning") return run_planning(words);
  if (words.front() == "journal" && words.size() == 2) return run_journal(words[1], arguments);
  if (words.front() == "workshop" && words.size() == 3 && words[1] == "move") return run_move(words[2], arguments);
  if (words.front() == "projection" && words.size() == 3) return run_projection(words[1], words[2], arguments);
  return wrong("there is no such command");
}

}  // namespace
}  // namespace layerline::app

int main(int count, char** values) {
  std::string why;
  const auto arguments = layerline::app::parse(count, values, why);
  return arguments ? layerline::app::run(*arguments) : layerline::app::wrong(why);
}
