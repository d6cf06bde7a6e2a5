#include <kwire/client/client.hpp>

#include "api/make_engine.hpp"

namespace kwire {

client::client(const client_config& properties, std::unique_ptr<observer> watcher) {
  core::config_reader reader{properties};
  engine_ = api_detail::make_engine(reader, std::move(watcher), [&] { reader.finish(); });
}

metrics_snapshot client::metrics() const { return engine_->metrics(); }

}  // namespace kwire
