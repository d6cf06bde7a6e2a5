#include "core/producer/accumulator_pool.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace kwire;
using namespace std::chrono_literals;
using core::accumulator_pool;

TEST_CASE("pool: sizes are rounded, and count until the last holder lets go") {
  CHECK(accumulator_pool::rounded(1) == 1024);
  CHECK(accumulator_pool::rounded(1025) == 4096);
  CHECK(accumulator_pool::rounded(4096) == 4096);
  CHECK(accumulator_pool::rounded(4097) == 16384);
  CHECK(accumulator_pool::rounded(1048577) == 1048577);
  auto pool = std::make_shared<accumulator_pool>(16384);
  auto first = pool->take(5000);
  REQUIRE(first);
  CHECK(first->capacity() == 16384);
  CHECK(pool->used() == 16384);
  CHECK_FALSE(pool->take(1));
  auto held_by_socket = first;
  first.reset();
  CHECK(pool->used() == 16384);
  held_by_socket.reset();
  CHECK(pool->used() == 0);
}

TEST_CASE("pool: one buffer above the budget is let through when nothing else is out") {
  auto pool = std::make_shared<accumulator_pool>(8192);
  auto small = pool->take(1);
  CHECK_FALSE(pool->take(1 << 20));
  small.reset();
  auto large = pool->take(1 << 20);
  CHECK(large);
  CHECK_FALSE(pool->take(1));
}

TEST_CASE("pool: the last used buffer comes first, and what is kept has a cap") {
  auto pool = std::make_shared<accumulator_pool>(std::size_t{1} << 30);
  auto one = pool->take(4096);
  auto two = pool->take(4096);
  const auto* place = two->data();
  one.reset();
  two.reset();
  CHECK(pool->take(4000)->data() == place);
  std::vector<std::shared_ptr<core::batch_memory>> many;
  for (int i = 0; i < 40; ++i) many.push_back(pool->take(1 << 20));
  many.clear();
  CHECK(pool->used() == 0);
}

TEST_CASE("pool: a buffer may outlive everybody who knows the pool") {
  auto pool = std::make_shared<accumulator_pool>(1 << 20);
  auto memory = pool->take(10);
  pool.reset();
  memory->data()[0] = std::byte{1};
  memory.reset();
}

TEST_CASE("pool: waiting ends with room, with the deadline, with stop") {
  auto pool = std::make_shared<accumulator_pool>(4096);
  CHECK(pool->wait_for(4000, core::time_point{}));
  auto memory = pool->take(1);
  CHECK_FALSE(pool->wait_for(4000, core::time_point{}));
  std::thread freer{[&] { memory.reset(); }};
  CHECK(pool->wait_for(4000, core::never));
  freer.join();
  memory = pool->take(1);
  std::thread stopper{[&] { pool->stop(); }};
  CHECK_FALSE(pool->wait_for(4000, core::never));
  stopper.join();
  CHECK_FALSE(pool->wait_for(4000, core::never));
}

TEST_CASE("pool: waiting ends at once with a quarter of the budget, and before long with less") {
  auto pool = std::make_shared<accumulator_pool>(16 * 4096);
  std::vector<std::shared_ptr<core::batch_memory>> all;
  for (int i = 0; i < 16; ++i) all.push_back(pool->take(4096));
  CHECK_FALSE(pool->wait_for(1, core::time_point{}));
  all.resize(15);
  CHECK(pool->wait_for(1, core::never));  // one buffer is enough when no more comes back
  all.resize(12);
  CHECK(pool->wait_for(1, core::time_point{}));
  CHECK(pool->wait_for(16000, core::time_point{}));
  CHECK_FALSE(pool->wait_for(60000, core::time_point{}));
}

TEST_CASE("pool: watchers are told in their order, as far as there is room") {
  auto pool = std::make_shared<core::accumulator_pool>(12 * 1024);
  auto first = pool->take(4096);
  auto second = pool->take(4096);
  auto third = pool->take(4096);
  std::string told;
  const auto watch = [&](std::size_t size, char name) {
    return pool->watch(size, [&told, name] { told += name; });
  };
  const auto a = watch(8000, 'a');  // 16 KiB, which fit only when nothing is out
  const auto b = watch(4000, 'b');
  const auto c = watch(4000, 'c');
  CHECK(told.empty());
  third.reset();
  CHECK(told.empty());  // nobody overtakes the first
  pool->forget(a);      // it has given up
  CHECK(told == "b");
  pool->forget(b);  // and took nothing
  CHECK(told == "bc");
  pool->forget(c);
  second.reset();
  first.reset();
  CHECK(told == "bc");
  watch(20000, 'd');  // larger than all there is, but nothing is out
  CHECK(told == "bcd");
}

TEST_CASE("pool: one who watches when there is room is told at once, and all are by stop") {
  auto pool = std::make_shared<core::accumulator_pool>(8 * 1024);
  int told = 0;
  pool->watch(4096, [&] { ++told; });
  CHECK(told == 1);
  const auto all = pool->take(8000, SIZE_MAX);
  pool->watch(4096, [&] { ++told; });
  pool->watch(4096, [&] { ++told; });
  CHECK(told == 1);
  pool->stop();
  CHECK(told == 3);
}
