#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <kwire/client/producer.hpp>

boost::asio::awaitable<void> write(kwire::producer& producer, int number) {
  const auto key = "key-" + std::to_string(number);
  const kwire::record record{"orders", key, "value"};
  auto told =
      co_await producer.async_produce(record);  // waits without a thread: for room, and for the outcome
  if (!told) {
    std::cerr << told.error().message() << '\n';  // not accepted
  } else if (!*told) {
    std::cerr << told->error().message() << '\n';  // told->result(): not or possibly persisted
  }
}

int main(int argc, char** argv) {
  kwire::producer producer{{{"bootstrap.servers", argc > 1 ? argv[1] : "localhost:9092"}}};
  boost::asio::io_context io;
  for (int i = 0; i < 1000; ++i) co_spawn(io, write(producer, i), boost::asio::detached);
  io.run();
}
