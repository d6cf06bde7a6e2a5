#pragma once

#include <kwire/client/record.hpp>
#include <map>
#include <optional>

#include "options.hpp"
#include "output.hpp"
#include "record_format.hpp"

namespace kwire::cli {

/// Options of commands that print records.
inline constexpr option_spec print_options[] = {
    {'f', "format", "FORMAT",
     "how to print a record: %t topic, %p partition, %o offset, %k key, %K its length, %s value, %S its "
     "length, %R "
     "the length as 4 octets, %h headers, %T timestamp, \\n \\t \\xNN (default: %s\\n)"},
    {'J', "json", "", "a JSON object a record and line, as kcat prints it"},
    {0, "base64", "", "with -J: keys, payloads and header values in base64"},
    {'K', "key-delimiter", "TEXT", "print the key and this in front of the value"},
    {'D', "delimiter", "TEXT", "print this behind each record (default: \\n)"},
    {'Z', "null", "", "print null keys and values as NULL"},
    {'u', "unbuffered", "", "write every record at once"},
};

/// Prints records on standard output in the way that these options say.
class record_printer {
 public:
  /// Throws `usage_error`.
  record_printer(const arguments& args, output& to);
  record_printer(const record_printer&) = delete;
  record_printer& operator=(const record_printer&) = delete;

  /// Leaders of partitions, for JSON output.
  std::map<topic_partition, node_id> leaders;

  /// Where the records that follow come from.
  void enter(const topic_partition& where);
  void print(const record_view& record);

 private:
  output* out_;
  topic_partition where_;
  record_origin origin_;  ///< its topic is a view of `where_`
  std::optional<record_format> format_;
  bool base64_ = false;
  bool unbuffered_ = false;
};

}  // namespace kwire::cli
