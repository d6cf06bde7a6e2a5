#include <iostream>
#include <kwire/client/consumer.hpp>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  kwire::consumer consumer{{{"bootstrap.servers", argc > 1 ? argv[1] : "localhost:9092"},
                            {"group.id", "billing"},
                            {"auto.offset.reset", "earliest"},
                            {"enable.auto.commit", "false"}}};
  if (auto subscribed = consumer.subscribe({"orders"}); !subscribed) return 1;
  for (int idle = 0; idle < 10;) {
    auto batch = consumer.poll(1s);  // an error is a value, an empty batch a time-out
    if (!batch) return std::cerr << batch.error().message() << '\n', 1;
    for (const kwire::record_view& record : *batch) {  // views into the received buffer, parsed as you go
      std::cout << record.offset() << ' ' << kwire::as_text(record.value().value_or(kwire::bytes_view{}))
                << '\n';
    }
    if (auto done = consumer.commit(*batch); !done) std::cerr << done.error().message() << '\n';
    idle = batch->empty() ? idle + 1 : 0;
  }
}
