#include "api/make_engine.hpp"

namespace kwire::api_detail {
namespace {

severity level_of(std::int64_t syslog_level) {
  if (syslog_level <= 3) return severity::error;
  if (syslog_level == 4) return severity::warning;
  return syslog_level <= 6 ? severity::info : severity::debug;
}

}  // namespace

void tell_notices(runtime::engine& to, const core::config_reader& reader) {
  for (const auto& text : reader.notices()) {
    to.tell(event{event_kind::config_notice, severity::warning, context::broker}.with(text));
  }
}

std::shared_ptr<runtime::engine> make_engine(core::config_reader& reader, std::unique_ptr<observer> watcher,
                                             const std::function<void()>& check) {
  core::client_settings settings;
  reader.read(settings);
  std::vector<std::string> faults;
  const auto seeds = core::parse_bootstrap(settings.bootstrap_servers, faults);
  for (auto& text : faults) reader.fault(std::move(text));
  if (settings.bootstrap_servers.empty())
    reader.fault("bootstrap.servers: missing; give at least one host:port");
  check();
  if (!watcher) watcher = make_stderr_logger(level_of(settings.log_level), settings.debug);
  auto engine = std::make_shared<runtime::engine>(std::move(settings), seeds, std::move(watcher));
  tell_notices(*engine, reader);
  return engine;
}

}  // namespace kwire::api_detail
