#pragma once

#include <kwire/broker/broker.hpp>
#include <map>
#include <mutex>

#include "front/control_server.hpp"
#include "front/listener_spec.hpp"
#include "front/tcp_front.hpp"

namespace kwire {

struct broker::impl {
  explicit impl(const broker_options& options);

  void start();
  /// What there is, for the control endpoint.
  boost::json::object view();
  void create(const std::string& name, std::int32_t partitions,
              const std::vector<std::pair<std::string, std::string>>& configs);
  void strike(api key, embedded::fault what, const strikes& which);

  // All throw std::out_of_range when there is no such thing.
  node_id checked(std::int32_t id) const;
  embedded::partition& checked(const std::string& topic, std::int32_t partition);
  std::size_t checked_listener(std::size_t which) const;

  /// Has the core do what befalls a cluster, and the front what follows from it.
  template <class F>
  auto befall(F&& what) {
    const auto poked = [&] {
      const std::lock_guard lock{guard};
      return what(core, front.now());
    }();
    front.poke();
    return poked;
  }

  struct listener {
    embedded::listener_spec spec;
    std::string advertised;
    std::map<node_id, std::uint16_t> ports{};
  };

  std::mutex guard;
  embedded::broker_core core;
  std::vector<listener> listeners;
  std::string tls_ca;
  std::optional<boost::asio::ssl::context> tls;
  embedded::tcp_front front;
  std::mutex life;  ///< of start and stop
  bool running = false;
  std::unique_ptr<embedded::control_server> control;  ///< last: it uses all the rest

 private:
  void check_security(const broker_options& options);
};

template <class F>
auto or_system_error(F&& what) {
  try {
    return what();
  } catch (const boost::system::system_error& error) {
    // The texts of both would end in the same words.
    const std::string text = error.what();
    throw std::system_error{error.code(),
                            "broker: " + text.substr(0, text.find(": " + error.code().message()))};
  }
}

}  // namespace kwire
