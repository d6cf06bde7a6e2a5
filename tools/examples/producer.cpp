#include <iostream>
#include <kwire/client/producer.hpp>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  kwire::producer producer{{{"bootstrap.servers", argc > 1 ? argv[1] : "localhost:9092"}}};
  for (int i = 0; i < 1000; ++i) {
    const auto key = "key-" + std::to_string(i);
    kwire::record record{"orders", key, "value"};
    record.header("source", "example");
    auto accepted = producer.produce(record, [](const kwire::delivery& d) {  // waits while the buffer is full
      if (!d) std::cerr << d.error().message() << '\n';  // d.result(): persisted, not or possibly persisted
    });
    if (!accepted) std::cerr << accepted.error().message() << '\n';  // not accepted: no callback will run
  }
  return producer.flush(10s) == 0 ? 0 : 1;  // what is left
}
