#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <kwire/broker/broker.hpp>
#include <string>

namespace kwire::embedded {

struct control_request {
  std::string method;
  std::string target;  ///< path, with percent signs for what cannot stand in it
  std::string body;    ///< JSON, or nothing
};

struct control_answer {
  unsigned status = 200;
  std::string body;  ///< JSON, in one line but for lists
};

/// What can be done to a broker by HTTP, without HTTP. May be called from any thread.
class control_api {
 public:
  /// `view` gives the state of the cluster.
  control_api(broker& of, std::function<boost::json::object()> view) : broker_(of), view_(std::move(view)) {}

  /// Mistakes are answers with status 400 (404 for an unknown path, 405 for a method the path does not take)
  /// and an "error" that says what is wrong and what would be right.
  control_answer serve(const control_request& what) const;

 private:
  broker& broker_;
  std::function<boost::json::object()> view_;
};

}  // namespace kwire::embedded
