#pragma once

#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/records/record.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::cli {

/// Where a record was read.
struct record_origin {
  std::string_view topic;
  partition_id partition{};
  node_id broker = no_node;
};

/// Prints records after kcat's pattern: %t topic, %p partition, %o offset, %k key, %K its length, %s value,
/// %S its length, %R the length as four octets, %h headers, %T timestamp, %% a percent sign. Lengths of null
/// are -1.
class record_format {
 public:
  /// Null keys and values print as `null_text`. Throws `usage_error` for an unknown token.
  explicit record_format(std::string_view pattern, std::string null_text = {});

  void append(std::string& into, const record_origin& where, const record_view& record) const;

 private:
  struct piece {
    char token = 0;  ///< 0: plain text
    std::string text;
  };
  void append_optional(std::string& into, const std::optional<bytes_view>& octets) const;

  std::vector<piece> pieces_;
  std::string null_text_;
};

/// Appends kcat's JSON object of a record: topic, partition, offset, tstype, ts, broker, headers (a flat list
/// of names and values, left out when there are none), key, payload. With `base64` key, payload and header
/// values are base64.
void append_envelope(std::string& into, const record_origin& where, const record_view& record, bool base64);

}  // namespace kwire::cli
