#pragma once

#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::test {

/// A message with a field of every kind; flexible from version 2 on.
struct sample {
  static constexpr protocol::message_info info{
      "SampleRequest", api::produce, protocol::direction::request, {0, 4}, 2, 3};

  struct item {
    std::int16_t number = 0;
    std::string text;
    protocol::unknown_fields unknown;
    void describe(protocol::visitor& v) {
      v("number", number);
      v("text", text, protocol::since(1).ignorable());
    }
  };

  bool flag = false;
  std::uint16_t port = 0;
  std::uint32_t mask = 0;
  std::int64_t offset = -1;
  double ratio = 0;
  uuid id;
  std::string name;
  std::optional<std::string> note;
  bytes payload;
  std::optional<bytes_view> records;
  std::vector<item> items;
  std::optional<item> extra;
  std::int32_t tagged_number = 9;
  item tagged_item;
  std::vector<std::int32_t> tagged_list;
  std::string secret;
  protocol::unknown_fields unknown;

  void describe(protocol::visitor& v) {
    using protocol::all;
    using protocol::since;
    v("flag", flag);
    v("port", port, all.until(1));
    v("mask", mask, since(1));
    v("offset", offset, since(1).def(-1));
    v("ratio", ratio, since(3).ignorable());
    v("id", id, since(1).ignorable());
    v("name", name);
    v("note", note, all.null(1).def_null());
    v("payload", payload, since(1));
    v("records", records, since(1).null(1).def_null());
    v("items", items);
    v("extra", extra, since(4).null(4).def_null());
    v("tagged_number", tagged_number, since(2).tag(0).def(9));
    v("tagged_item", tagged_item, since(2).tag(1));
    v("tagged_list", tagged_list, since(3).tag(2));
    v("secret", secret, since(4).secret());
  }
};

}  // namespace kwire::test
