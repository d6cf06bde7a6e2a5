// Coroutines of a thread pool that await one producer, while it is used, closed and destroyed by others.
#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <kwire/broker/broker.hpp>
#include <kwire/client/producer.hpp>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;

struct silent : kwire::observer {
  void on_event(const kwire::event&) override {}
};

std::unique_ptr<kwire::producer> make_producer(const kwire::broker& kafka, const std::string& more) {
  return std::make_unique<kwire::producer>(
      kwire::producer_config{
          std::string_view{"bootstrap.servers=" + kafka.bootstrap_servers() + "\n" + more}},
      std::make_unique<silent>());
}

struct tally {
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::atomic<int> refused{0};
};

awaitable<void> write(kwire::producer& to, int records, tally& count) {
  for (int i = 0; i < records; ++i) {
    kwire::record record{"t"};
    record.value(record.keep(std::string(400, 'v')));
    auto told = co_await to.async_produce(record);
    if (!told) {
      ++count.refused;
      co_return;
    }
    *told ? ++count.good : ++count.bad;
    if (i % 7 == 0) {
      auto left = co_await to.async_flush(20s);
      (void)left;
    }
  }
}

}  // namespace

TEST_CASE("async threads: coroutines on several threads, beyond the buffer, beside a thread that blocks") {
  kwire::broker kafka{kwire::broker_options{}.topic("t", 3)};
  auto producer = make_producer(kafka, "buffer.memory=65536\nbatch.size=4096\nlinger.ms=1");
  tally count;
  asio::thread_pool pool{3};
  for (int i = 0; i < 60; ++i) asio::co_spawn(pool, write(*producer, 15, count), asio::detached);
  std::thread blocking{[&] {
    for (int i = 0; i < 200; ++i) {
      REQUIRE(producer->produce(kwire::record{"t", "k", "v"}, [](const kwire::delivery&) {}).has_value());
      if (i % 20 == 0) producer->flush(20s);
    }
  }};
  pool.join();
  blocking.join();
  CHECK(count.good == 60 * 15);
  CHECK(count.bad + count.refused == 0);
}

TEST_CASE("async threads: cancelled on their strands, and closed by another thread meanwhile") {
  kwire::broker kafka{kwire::broker_options{}.topic("t", 3)};
  for (int round = 0; round < 5; ++round) {
    auto producer = make_producer(kafka, "buffer.memory=65536\nbatch.size=4096\nlinger.ms=1");
    tally count;
    asio::thread_pool pool{3};
    using strand = asio::strand<asio::thread_pool::executor_type>;
    struct cancellable {
      strand on;
      asio::cancellation_signal signal;
      explicit cancellable(strand s) : on(std::move(s)) {}
    };
    std::deque<cancellable> all;
    for (int i = 0; i < 40; ++i) {
      auto& one = all.emplace_back(asio::make_strand(pool));
      const auto end = [](const std::exception_ptr&) {};  // the await after a cancellation throws
      asio::co_spawn(one.on, write(*producer, 10000, count),
                     asio::bind_cancellation_slot(one.signal.slot(), end));
    }
    std::this_thread::sleep_for(50ms);
    for (std::size_t i = 0; i < all.size(); i += 2) {
      asio::post(all[i].on, [&one = all[i]] { one.signal.emit(asio::cancellation_type::terminal); });
    }
    std::this_thread::sleep_for(20ms);
    producer->close(5s);
    pool.join();
    CHECK(count.refused <= 40);
    CHECK(count.good > 0);
  }
}
