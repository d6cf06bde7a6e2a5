#include "proxy/address_rewriter.hpp"

#include <algorithm>
#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::cli {
namespace {

using protocol::kind;
using protocol::reader;
using protocol::value_ref;

constexpr std::size_t length_octets = 4;
constexpr std::size_t most_frame = std::size_t{1} << 28;
constexpr std::size_t most_asked = 100'000;
constexpr api with_addresses[] = {api::metadata, api::find_coordinator, api::describe_cluster, api::produce,
                                  api::fetch,    api::share_fetch,      api::share_acknowledge};

class changer final : public protocol::visitor {
 public:
  changer(std::int16_t version, const address_map& to) : to_(to), version_(version) {}

  void structure(value_ref value) {
    const auto outer = here_;
    here_ = {};
    value.type->describe(value.at, *this);
    // Kafka says "none" with an empty host or port -1.
    if (here_.host != nullptr && here_.port != nullptr && !here_.host->empty() && *here_.port > 0) {
      const auto changed = to_({*here_.host, *here_.port});
      *here_.host = changed.host;
      *here_.port = changed.port;
    }
    here_ = outer;
  }

 private:
  struct address {
    std::string* host = nullptr;
    std::int32_t* port = nullptr;
  };

  void visit(std::string_view name, value_ref field, const protocol::traits& how) override {
    if (!how.exists(version_)) return;
    switch (field.type->shape) {
      case kind::string:
        if (name == "host") here_.host = static_cast<std::string*>(field.at);
        return;
      case kind::int32:
        if (name == "port") here_.port = static_cast<std::int32_t*>(field.at);
        return;
      case kind::structure: return structure(field);
      case kind::array:
        if (field.type->inner->shape != kind::structure) return;
        for (std::size_t i = 0; i < field.type->count(field.at); ++i) structure(field.element(i));
        return;
      default: return;
    }
  }

  const address_map& to_;
  std::int16_t version_;
  address here_;
};

void append(bytes& to, bytes_view octets) { to.insert(to.end(), octets.begin(), octets.end()); }

void drop(bytes& from, std::size_t count) {
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void rewrite_addresses(protocol::message_ref message, std::int16_t version, const address_map& to) {
  changer{version, to}.structure(message.value);
}

void address_rewriter::request(bytes_view octets) {
  auto& in = requests_;
  while (!in.given_up && !octets.empty()) {
    if (in.pass > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(in.pass, octets.size()));
      in.pass -= count;
      octets = octets.subspan(count);
      continue;
    }
    constexpr std::size_t head = length_octets + 8;
    const auto count = std::min(head - in.held.size(), octets.size());
    append(in.held, octets.first(count));
    octets = octets.subspan(count);
    if (in.held.size() < head) return;
    reader header{in.held};
    const auto length = static_cast<std::uint32_t>(header.fixed<std::int32_t>());
    in.given_up = length < 8 || length > most_frame;
    const api key{header.fixed<std::int16_t>()};
    const auto version = header.fixed<std::int16_t>();
    if (asked_.size() == most_asked) asked_.pop_front();
    asked_.push_back({header.fixed<std::int32_t>(), key, version});
    in.pass = length - (head - length_octets);
    in.held.clear();
  }
}

bytes address_rewriter::response(bytes_view octets) {
  append(responses_.held, octets);
  bytes out;
  while (take_response(out)) {
  }
  return out;
}

bool address_rewriter::take_response(bytes& out) {
  auto& in = responses_;
  const auto pass = [&](std::uint64_t wanted) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, in.held.size()));
    append(out, bytes_view{in.held}.first(count));
    drop(in.held, count);
    return wanted - count;
  };
  if (requests_.given_up || in.given_up) return pass(in.held.size()), false;
  if (in.pass > 0) {
    in.pass = pass(in.pass);
    return !in.held.empty();
  }
  if (in.held.size() < length_octets) return false;
  const auto length = static_cast<std::uint32_t>(reader::load<std::int32_t>(in.held.data()));
  const auto whole = std::uint64_t{length} + length_octets;
  in.given_up = length > most_frame;
  if (length < 4 || in.given_up) {
    in.pass = pass(whole);
    return !in.held.empty();
  }
  if (in.held.size() < length_octets + 4) return false;
  const auto id = reader::load<std::int32_t>(in.held.data() + length_octets);
  const auto found = std::ranges::find(asked_, id, &question::correlation);
  if (found == asked_.end() || std::ranges::find(with_addresses, found->key) == std::end(with_addresses)) {
    if (found != asked_.end()) asked_.erase(asked_.begin(), found + 1);
    in.pass = pass(whole);
    return !in.held.empty();
  }
  if (in.held.size() < whole) return false;
  const auto asked = *found;
  asked_.erase(asked_.begin(), found + 1);
  append(out, rewritten(asked, bytes_view{in.held}.subspan(length_octets, length)));
  drop(in.held, static_cast<std::size_t>(whole));
  return true;
}

/// The frame with its length; the given one when it cannot be read.
bytes address_rewriter::rewritten(const question& asked, bytes_view frame) const {
  protocol::writer out;
  out.fixed(static_cast<std::int32_t>(frame.size()));
  const auto read = protocol::decode_response_frame(frame, asked.key, asked.version);
  if (read) {
    rewrite_addresses(read->body.ref(), read->version, to_);
    if (protocol::encode_frame(*read, out)) {
      protocol::store(out.buffer().data(), static_cast<std::int32_t>(out.buffer().size() - length_octets));
      return std::move(out.buffer());
    }
    out.buffer().resize(length_octets);
  }
  out.raw(frame);
  return std::move(out.buffer());
}

}  // namespace kwire::cli
