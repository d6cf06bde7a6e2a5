#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <string_view>

namespace kwire::protocol {

/// One JSON value, or what is wrong with the text. Floating-point numbers are the nearest there are:
/// Boost's own parser, up to 1.81, can be off by the last digit.
boost::system::result<boost::json::value, json_error> parse_json(std::string_view text);

}  // namespace kwire::protocol
