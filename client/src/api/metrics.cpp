#include <kwire/client/metrics.hpp>

namespace kwire {
namespace {

/// Addresses and causes may hold whatever a peer has sent.
std::string quoted(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20) {
      out += "\\u00";
      out += digits[code >> 4];
      out += digits[code & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

class object {
 public:
  object& add(std::string_view key, const std::string& json) {
    text_ += (text_.empty() ? "{" : ",") + ('"' + std::string{key}) + "\":" + json;
    return *this;
  }
  object& add(std::string_view key, std::uint64_t number) { return add(key, std::to_string(number)); }
  std::string done() const { return text_ + "}"; }

 private:
  std::string text_;
};

template <class T>
std::string list(const std::vector<T>& items, std::string (*one)(const T&)) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + one(item);
  return "[" + text + "]";
}

std::string broker(const broker_metrics& m) {
  const auto latency = object{}
                           .add("count", m.latency.count)
                           .add("p50_us", m.latency.p50_us)
                           .add("p99_us", m.latency.p99_us)
                           .add("max_us", m.latency.max_us)
                           .done();
  return object{}
      .add("id", std::to_string(raw(m.id)))
      .add("address", quoted(m.address))
      .add("last_failure", quoted(m.last_failure))
      .add("connections", m.connections)
      .add("in_flight", m.in_flight)
      .add("waiting", m.waiting)
      .add("requests", m.requests)
      .add("failures", m.failures)
      .add("bytes_sent", m.bytes_sent)
      .add("bytes_received", m.bytes_received)
      .add("latency", latency)
      .done();
}

std::string producer(const producer_metrics& m) {
  return object{}
      .add("records_accepted", m.records_accepted)
      .add("records_persisted", m.records_persisted)
      .add("records_failed", m.records_failed)
      .add("batches_sent", m.batches_sent)
      .add("batches_retried", m.batches_retried)
      .add("queue_bytes", m.queue_bytes)
      .add("queue_records", m.queue_records)
      .done();
}

std::string consumer(const consumer_metrics& m) {
  return object{}
      .add("records_delivered", m.records_delivered)
      .add("bytes_fetched", m.bytes_fetched)
      .add("fetches", m.fetches)
      .add("rebalances", m.rebalances)
      .add("queue_bytes", m.queue_bytes)
      .done();
}

}  // namespace

std::string to_json(const metrics_snapshot& metrics) {
  return object{}
      .add("brokers", list(metrics.brokers, broker))
      .add("producers", list(metrics.producers, producer))
      .add("consumers", list(metrics.consumers, consumer))
      .done();
}

}  // namespace kwire
