#include "record_printer.hpp"

#include <algorithm>

#include "text.hpp"

namespace kwire::cli {
namespace {

/// A delimiter as part of a format: percent signs in it are meant literally.
std::string as_format(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '%' ? "%%" : std::string{c};
  return safe;
}

}  // namespace

record_printer::record_printer(const arguments& args, output& to)
    : out_(&to), base64_(args.has("base64")), unbuffered_(args.has("unbuffered")) {
  const auto pattern = args.value("format");
  if (args.has("json")) {
    if (pattern) throw usage_error{"-J and -f exclude each other"};
    return;
  }
  if (base64_) throw usage_error{"--base64 needs -J"};
  std::string built = args.has("key-delimiter") ? "%k" + as_format(*args.value("key-delimiter")) : "";
  built += "%s" + as_format(args.value("delimiter").value_or("\\n"));
  format_.emplace(pattern.value_or(built), args.has("null") ? "NULL" : "");
}

void record_printer::enter(const topic_partition& where) {
  where_ = where;
  origin_.topic = where_.topic;
  origin_.partition = where_.partition;
  if (format_) return;
  const auto leader = leaders.find(where);
  origin_.broker = leader == leaders.end() ? no_node : leader->second;
}

void record_printer::print(const record_view& record) {
  if (format_) {
    format_->append(out_->buffer(), origin_, record);
  } else {
    append_envelope(out_->buffer(), origin_, record, base64_);
    out_->buffer() += '\n';
  }
  if (unbuffered_) {
    out_->flush();
  } else {
    out_->relieve();
  }
}

}  // namespace kwire::cli
