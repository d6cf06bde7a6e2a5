#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <kwire/client/observer.hpp>
#include <map>
#include <memory>

namespace kwire {
namespace {

constexpr std::array severity_names{"DEBUG", "INFO", "WARN", "ERROR"};
constexpr std::array context_names{"broker", "metadata", "msg", "protocol", "cgrp",
                                   "fetch",  "consumer", "eos", "security"};
constexpr std::array kind_names{"connecting",
                                "connected",
                                "connect failed",
                                "disconnected",
                                "closed when idle",
                                "asking again for API versions",
                                "using the bootstrap list again",
                                "wrong cluster",
                                "throttled",
                                "metadata refreshed",
                                "metadata failed",
                                "topic appeared",
                                "topic vanished",
                                "producer id assigned",
                                "producer epoch bumped",
                                "idempotence dropped",
                                "ending a transaction",
                                "asking the transaction coordinator again",
                                "batch retried",
                                "batch failed",
                                "delivery callback threw",
                                "records left undelivered",
                                "joining group",
                                "joined group",
                                "left group",
                                "group rebalances",
                                "partitions assigned",
                                "partitions revoked",
                                "partitions lost",
                                "coordinator found",
                                "coordinator lost",
                                "heartbeat failed",
                                "offsets committed",
                                "commit failed",
                                "position reset",
                                "fetch failed",
                                "fetch session reset",
                                "corrupt data",
                                "poll interval exceeded",
                                "fetching waits for the application",
                                "configuration"};

template <class Enum, std::size_t N>
std::string_view name_of(Enum value, const std::array<const char*, N>& names) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "?";
}

/// Repeats of one event on one subject within `quiet` are counted instead of written.
class stderr_logger final : public observer {
 public:
  stderr_logger(severity level, const std::vector<std::string>& contexts) : level_(level) {
    for (std::size_t i = 0; i < context_names.size(); ++i) {
      debug_[i] = std::ranges::any_of(
          contexts, [&](const std::string& name) { return name == "all" || name == context_names[i]; });
    }
  }

  void on_event(const event& e) override {
    const bool in_debug = debug_[static_cast<std::size_t>(e.where)];
    if (e.level < level_ && !in_debug) return;
    const auto now = std::chrono::steady_clock::now();
    std::string again;
    if (!in_debug) {
      if (recent_.size() >= most_remembered) recent_.clear();
      auto& last = recent_[{e.kind, e.subject}];
      if (last.written != std::chrono::steady_clock::time_point{} && now - last.written < quiet) {
        ++last.repeats;
        return;
      }
      if (last.repeats > 0) again = " (" + std::to_string(last.repeats) + " more since)";
      last = {now, 0};
    }
    write(to_string(e) + again);
  }

 private:
  static constexpr auto quiet = std::chrono::seconds{1};
  static constexpr std::size_t most_remembered = 1024;
  struct memory {
    std::chrono::steady_clock::time_point written{};
    unsigned repeats = 0;
  };

  static void write(const std::string& line) {
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    std::tm parts{};
    localtime_r(&now.tv_sec, &parts);
    std::array<char, 16> clock{};
    std::strftime(clock.data(), clock.size(), "%H:%M:%S", &parts);
    std::fprintf(stderr, "%s.%03ld kwire %s\n", clock.data(), now.tv_nsec / 1'000'000, line.c_str());
  }

  severity level_;
  std::array<bool, context_names.size()> debug_{};
  std::map<std::pair<event_kind, std::string>, memory> recent_;
};

}  // namespace

std::string_view to_string(severity level) noexcept { return name_of(level, severity_names); }
std::string_view to_string(context where) noexcept { return name_of(where, context_names); }
std::string_view to_string(event_kind kind) noexcept { return name_of(kind, kind_names); }

std::string to_string(const event& e) {
  auto text = std::string{to_string(e.level)} + " " + std::string{to_string(e.where)} + ": ";
  text += to_string(e.kind);
  if (!e.subject.empty()) text += " " + e.subject;
  if (e.broker != no_node) text += " (broker " + std::to_string(raw(e.broker)) + ")";
  if (e.reason) text += ": " + e.reason->message();
  if (!e.detail.empty()) text += (e.reason ? "; " : ": ") + e.detail;
  return text;
}

std::string to_string(const topic_partition& tp) {
  return tp.topic + "-" + std::to_string(raw(tp.partition));
}

std::unique_ptr<observer> make_stderr_logger(severity level, const std::vector<std::string>& debug_contexts) {
  return std::make_unique<stderr_logger>(level, debug_contexts);
}

}  // namespace kwire
