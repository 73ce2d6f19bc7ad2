// layerline: one program. `serve` runs the workshop; the other commands look at its data.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/app/journal_commands.hpp"
#include "infra/app/model_commands.hpp"
#include "infra/app/projection_commands.hpp"
#include "infra/app/server.hpp"

namespace layerline::app {
namespace {

constexpr std::string_view help = R"(Layerline runs a made-to-order workshop, from the uploaded model to the delivered parcel.

  layerline serve --data DIR [--port N] [--address A] [--config FILE]
      all roles in one process; the first line is its URL and its data folder
  layerline model analyze [--density G] [--infill PERCENT] [--layer MM] FILE...
      one JSON line per file: what it measures, weighs and takes
  layerline journal verify|tail|export --data DIR
      verify walks the hash chains and names the first bad record; works beside a running server
  layerline projection rebuild|compare NAME|--all --data DIR
      folds views again from the journal; compare exits 0 only if they are byte-identical
  layerline --help
)";

int wrong(std::string_view why) {
  fmt::print(stderr, "layerline: {}\nTry: layerline --help\n", why);
  return 2;
}

// Options ("--name value") and the words between them.
struct Arguments {
  std::map<std::string, std::string, std::less<>> options;
  std::vector<std::string> words;
};

std::optional<Arguments> parse(int count, char** values, std::string& why) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--all" || word == "--help" || !word.starts_with("--")) {
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

int run_serve(const Arguments& arguments) {
  ServeOptions options;
  for (const auto& [name, value] : arguments.options) {
    if (name == "data") options.data = value;
    else if (name == "address") options.address = value;
    else if (name == "config") options.config = value;
    else if (name == "port") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.port);
      if (error != std::errc() || end != value.data() + value.size()) return wrong("--port takes a number up to 65535");
    } else return wrong("serve does not know --" + name);
  }
  if (options.data.empty()) return wrong("serve needs --data DIR");
  return serve(options);
}

int run(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words.empty() || words.front() == "--help" || words.front() == "help") {
    fmt::print("{}", help);
    return words.empty() ? 2 : 0;
  }
  const auto data = arguments.options.find("data");
  const std::filesystem::path folder = data == arguments.options.end() ? std::filesystem::path() : std::filesystem::path(data->second);
  if (words.front() == "serve") return run_serve(arguments);
  if (words.front() == "model" && words.size() >= 3 && words[1] == "analyze")
    return analyze_models({words.begin() + 2, words.end()}, arguments.options);
  if (words.front() == "journal" && words.size() == 2) {
    if (folder.empty()) return wrong("journal needs --data DIR");
    if (words[1] == "verify") return verify_journal(folder);
    if (words[1] == "tail") return tail_journal(folder);
    if (words[1] == "export") return export_journal(folder);
  }
  if (words.front() == "projection" && words.size() == 3) {
    if (folder.empty()) return wrong("projection needs --data DIR");
    if (words[1] == "rebuild") return rebuild_projections(folder, words[2]);
    if (words[1] == "compare") return compare_projections(folder, words[2]);
  }
  return wrong("there is no such command");
}

}  // namespace
}  // namespace layerline::app

int main(int count, char** values) {
  std::string why;
  const auto arguments = layerline::app::parse(count, values, why);
  return arguments ? layerline::app::run(*arguments) : layerline::app::wrong(why);
}
