#include <algorithm>
#include <cctype>

#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::journal {
namespace {

constexpr std::string_view scheme = "kafka://";
constexpr std::size_t topic_max_characters = 249;   // Kafka's

bool is_topic(std::string_view name) {
  if (name.empty() || name.size() > topic_max_characters || name == "." || name == "..") return false;
  return std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; });
}

bool is_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

bool is_kafka_address(std::string_view text) { return text.starts_with(scheme); }

std::expected<KafkaAddress, std::string> parse_kafka_address(std::string_view text) {
  const auto wrong = std::unexpected(std::string(text) + " is not kafka://HOST:PORT[,HOST:PORT...]/TOPIC");
  if (!is_kafka_address(text)) return wrong;
  text.remove_prefix(scheme.size());
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_topic(text.substr(slash + 1))) return wrong;
  const std::string_view bootstrap = text.substr(0, slash);
  for (std::string_view rest = bootstrap; true;) {
    const auto comma = rest.find(',');
    if (!is_host_and_port(rest.substr(0, comma))) return wrong;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return KafkaAddress{std::string(bootstrap), std::string(text.substr(slash + 1))};
}

std::string describe(const KafkaAddress& address) { return std::string(scheme) + address.bootstrap + "/" + address.topic; }

}  // namespace layerline::journal
