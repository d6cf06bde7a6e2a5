#include <functional>
#include <future>
#include <kwire/client/admin.hpp>
#include <random>

#include "api/make_engine.hpp"
#include "core/admin/config_calls.hpp"
#include "core/admin/group_calls.hpp"
#include "core/admin/offset_calls.hpp"
#include "core/admin/raw_call.hpp"
#include "core/admin/topic_calls.hpp"
#include "core/config/admin_settings.hpp"

namespace kwire {

using core::time_point;

class admin::impl {
 public:
  impl(std::shared_ptr<runtime::engine> engine, core::admin_settings settings)
      : engine_(std::move(engine)),
        settings_(settings),
        core_(std::make_shared<core::admin_core>(engine_->settings(), std::random_device{}())) {
    engine_->post([this, member = core_] { engine_->add(*member); });
  }

  ~impl() {
    const auto farewell = [this] {
      core_->stop(error{errc::closed}, std::chrono::steady_clock::now());
      engine_->remove(*core_);
    };
    if (engine_->on_io_thread()) {
      farewell();
      return;
    }
    std::promise<void> done;
    auto waited = done.get_future();
    engine_->post([&] {
      farewell();
      done.set_value();
    });
    const runtime::engine::plain_wait waiting{*engine_};
    waited.wait();
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  void interrupt() {
    if (made_.of_parent()) return;
    engine_->post(
        [member = core_] { member->stop(error{errc::interrupted}, std::chrono::steady_clock::now()); });
  }

  /// Starts a call on the I/O thread and waits for what it tells. The core ends every call by its deadline.
  template <class T, class Start>
  result<T> run(timeout limit, const Start& start) {
    if (made_.of_parent()) return error{errc::forked};
    if (engine_->on_io_thread()) return error{errc::would_deadlock};
    const auto deadline = runtime::deadline_after(limit.value_or(settings_.default_api_timeout));
    std::promise<result<T>> promise;
    auto answer = promise.get_future();
    engine_->post([&] {
      const core::told<T> done = [&promise](result<T> outcome, time_point) {
        promise.set_value(std::move(outcome));
      };
      start(*core_, deadline, done, std::chrono::steady_clock::now());
    });
    const runtime::engine::plain_wait waiting{*engine_};
    return answer.get();
  }

 private:
  std::shared_ptr<runtime::engine> engine_;
  const core::admin_settings settings_;
  std::shared_ptr<core::admin_core> core_;
  const runtime::process_mark made_;
};

admin::admin(const admin_config& properties, std::unique_ptr<observer> watcher) {
  core::config_reader reader{properties};
  core::admin_settings settings;
  auto engine = api_detail::make_engine(reader, std::move(watcher), [&] {
    reader.read(settings);
    reader.finish();
  });
  impl_ = {new impl{std::move(engine), settings}, runtime::unless_forked<impl>{}};
}

admin::admin(const client& shared, const admin_config& properties) {
  core::config_reader reader{properties};
  core::admin_settings settings;
  reader.read(settings);
  reader.finish();
  api_detail::tell_notices(*shared.engine(), reader);
  impl_ = {new impl{shared.engine(), settings}, runtime::unless_forked<impl>{}};
}

admin::admin(admin&&) noexcept = default;
admin& admin::operator=(admin&&) noexcept = default;
admin::~admin() = default;

result<cluster_metadata> admin::metadata(const std::optional<std::vector<std::string>>& topics,
                                         timeout limit) {
  return impl_->run<cluster_metadata>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_metadata(core, topics, deadline, done, now);
  });
}

result<cluster_description> admin::describe_cluster(timeout limit) {
  auto all = metadata(std::vector<std::string>{}, limit);
  if (!all) return all.error();
  return std::move(all->cluster);
}

result<topic_results> admin::describe_topics(const std::vector<std::string>& names, timeout limit) {
  auto all = metadata(names, limit);
  if (!all) return all.error();
  return std::move(all->topics);
}

result<std::map<std::string, result<created_topic>>> admin::create_topics(
    const std::vector<new_topic>& topics, bool validate_only, timeout limit) {
  return impl_->run<core::created_topics>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_create_topics(core, topics, validate_only, deadline, done, now);
  });
}

result<std::map<std::string, result<void>>> admin::delete_topics(const std::vector<std::string>& names,
                                                                 timeout limit) {
  return impl_->run<core::deleted_topics>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_delete_topics(core, names, deadline, done, now);
  });
}

result<group_listings> admin::list_groups(timeout limit) {
  return impl_->run<group_listings>(limit, [](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_list_groups(core, deadline, done, now);
  });
}

result<std::map<std::string, result<group_description>>> admin::describe_groups(
    const std::vector<std::string>& ids, timeout limit) {
  return impl_->run<core::group_descriptions>(limit,
                                              [&](auto& core, auto deadline, const auto& done, auto now) {
                                                core::ask_describe_groups(core, ids, deadline, done, now);
                                              });
}

result<group_offsets> admin::list_group_offsets(const std::string& group,
                                                const std::optional<std::vector<topic_partition>>& partitions,
                                                timeout limit) {
  return impl_->run<group_offsets>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_group_offsets(core, group, partitions, deadline, done, now);
  });
}

result<std::vector<partition_lag>> admin::describe_lag(const std::string& group,
                                                       const std::vector<topic_partition>& others,
                                                       timeout limit) {
  return impl_->run<std::vector<partition_lag>>(limit,
                                                [&](auto& core, auto deadline, const auto& done, auto now) {
                                                  core::ask_lag(core, group, others, deadline, done, now);
                                                });
}

result<found_offsets> admin::list_offsets(const std::map<topic_partition, offset_query>& queries,
                                          bool committed_only, timeout limit) {
  return impl_->run<found_offsets>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_list_offsets(core, queries, committed_only, deadline, done, now);
  });
}

result<raw_response> admin::call(raw_request what, timeout limit) {
  return impl_->run<raw_response>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_raw(core, std::move(what), deadline, done, now);
  });
}

result<config_results> admin::describe_configs(const std::vector<config_resource>& resources, timeout limit) {
  return impl_->run<config_results>(limit, [&](auto& core, auto deadline, const auto& done, auto now) {
    core::ask_describe_configs(core, resources, deadline, done, now);
  });
}

void admin::interrupt() noexcept { impl_->interrupt(); }

}  // namespace kwire
