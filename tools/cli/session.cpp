#include "session.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace kwire::cli {
namespace {

constexpr config_role every_role[] = {config_role::client, config_role::producer, config_role::consumer,
                                      config_role::admin};

/// Whether `aliases`, separated by blanks, hold the word.
bool holds(std::string_view aliases, std::string_view word) {
  while (!aliases.empty()) {
    const auto end = std::min(aliases.find(' '), aliases.size());
    if (aliases.substr(0, end) == word) return true;
    aliases.remove_prefix(std::min(end + 1, aliases.size()));
  }
  return false;
}

const config_key* find_key(const std::vector<config_key>& keys, std::string_view word) {
  const auto found = std::ranges::find_if(
      keys, [&](const config_key& k) { return k.name == word || holds(k.aliases, word); });
  return found == keys.end() ? nullptr : &*found;
}

config read_properties(const arguments& args) {
  config all;
  for (const auto& file : args.values("config")) all.load(file);
  for (const auto& text : args.values("property")) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == text.npos) throw usage_error{"-X " + text + ": expected KEY=VALUE"};
    all.set(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

bool has_bootstrap(const config& properties) {
  return std::ranges::any_of(properties.properties(), [](const auto& p) {
    return p.first == "bootstrap.servers" || p.first == "metadata.broker.list";
  });
}

/// What to do about a failure that its own text does not tell.
std::string hint(const kwire::error& why) {
  if (why == errc::not_connected || why == errc::resolve_failed) {
    return "; is the broker running, and is its address right (-b, KWIRE_BROKERS)?";
  }
  if (why == errc::timed_out) return "; see -vv, or give more time with -m";
  if (why == broker_errc::unknown_topic_or_partition || why == errc::unknown_topic) {
    return " See kwire topics list, or create it with kwire topics create.";
  }
  return {};
}

void print_line(std::string_view text) {
  const auto line = "kwire: " + std::string{text} + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

failure::failure(const kwire::error& why) : std::runtime_error(why.message() + hint(why)) {}

session::session(const command_spec&, arguments args)
    : args_(std::move(args)),
      verbosity_(static_cast<int>(args_.count("verbose"))),
      quiet_(args_.has("quiet")),
      terminal_(::isatty(2) == 1) {
  all_ = read_properties(args_);
  if (const auto brokers = args_.value("brokers")) {
    all_.set("bootstrap.servers", *brokers);
  } else if (!has_bootstrap(all_)) {
    const char* from_environment = std::getenv("KWIRE_BROKERS");
    const bool usable = from_environment != nullptr && *from_environment != 0;
    all_.set("bootstrap.servers", usable ? from_environment : "localhost:9092");
  }
}

void session::complain(std::string_view text) const { print_line(text); }

void session::inform(std::string_view text) const {
  if (!quiet_) print_line(text);
}

void session::detail(std::string_view text) const {
  if (verbosity_ > 0) print_line(text);
}

session::milliseconds session::limit(milliseconds fallback) const {
  const auto seconds = args_.number("timeout", 1, 1'000'000);
  return seconds ? std::chrono::seconds{*seconds} : fallback;
}

std::vector<config::property> session::relevant(config_role role, bool with_client) const {
  const auto own = config_keys(role);
  const auto client = config_keys(config_role::client);
  std::vector<config::property> chosen;
  for (const auto& [key, value] : all_.properties()) {
    const bool known = std::ranges::any_of(
        every_role, [&](config_role other) { return find_key(config_keys(other), key) != nullptr; });
    const bool shared = find_key(client, key) != nullptr || !known;
    if (find_key(own, key) != nullptr || (shared && (with_client || role == config_role::client))) {
      chosen.emplace_back(key, value);
    }
  }
  const bool for_client = with_client || role == config_role::client;
  if (for_client && !given(config_role::client, "log_level")) {
    const bool warnings = !quiet_ && role != config_role::admin;
    chosen.emplace_back("log_level", verbosity_ >= 2 ? "7" : verbosity_ == 1 ? "6" : warnings ? "4" : "3");
  }
  return chosen;
}

std::optional<std::string> session::property(config_role role, std::string_view key) const {
  const auto keys = config_keys(role);
  const auto* wanted = find_key(keys, key);
  for (const auto& [name, value] : all_.properties()) {
    if (name == key || (wanted != nullptr && find_key(keys, name) == wanted)) return value;
  }
  return std::nullopt;
}

}  // namespace kwire::cli
