#include "api/delivery_queue.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace kwire;
using namespace std::chrono_literals;
using api_detail::delivery_queue;

namespace {

core::topic_slot topic;

core::finished_batch batch_of(std::uint64_t serial, std::vector<delivery_callback> calls) {
  static core::partition_slot slot;
  slot.topic = &topic;
  topic.name = "t";
  core::finished_batch done;
  done.content = std::make_unique<core::batch>();
  done.content->slot = &slot;
  done.content->serial = serial;
  done.base_offset = 10;
  std::int32_t index = 0;
  const auto pool = std::make_shared<core::accumulator_pool>(1 << 20);
  for (auto& call : calls) {
    REQUIRE(done.content->reports.make_room(*pool));
    done.content->reports.push(call, 0, index++);
  }
  return done;
}

template <class... F>
core::finished_batch batch(std::uint64_t serial, F&&... functions) {
  std::vector<delivery_callback> calls;
  (calls.emplace_back(std::forward<F>(functions)), ...);
  return batch_of(serial, std::move(calls));
}

void ignore(const char*) {}

core::time_point soon() { return std::chrono::steady_clock::now() + 20s; }

}  // namespace

TEST_CASE("delivery queue: batches without reports are done at once, in whatever order they end") {
  delivery_queue queue{false, ignore};
  CHECK(queue.wait(0, core::time_point{}));
  CHECK_FALSE(queue.wait(1, core::time_point{}));
  queue.push(batch(2));
  CHECK_FALSE(queue.wait(1, core::time_point{}));
  queue.push(batch(1));
  CHECK(queue.wait(2, core::time_point{}));
  CHECK_FALSE(queue.wait(3, core::time_point{}));
}

TEST_CASE("delivery queue: reports run on a thread of their own, and a wait ends after them") {
  std::vector<std::int64_t> offsets;
  std::thread::id where;
  std::string thrown;
  delivery_queue queue{false, [&](const char* what) { thrown += what; }};
  queue.push(batch(
      1, [&](const delivery& d) { offsets.push_back(d.offset()); },
      [](const delivery&) { throw std::runtime_error{"oops"}; }, [](const delivery&) { throw 7; },
      [&](const delivery& d) {
        offsets.push_back(d.offset());
        where = std::this_thread::get_id();
      }));
  CHECK(queue.wait(1, soon()));
  CHECK(offsets == std::vector<std::int64_t>{10, 13});
  CHECK(thrown == "oopsnot a std::exception");
  CHECK(where != std::this_thread::get_id());
  CHECK_FALSE(queue.inside_callback());
}

TEST_CASE("delivery queue: what is queued when it ends still runs") {
  int ran = 0;
  {
    delivery_queue queue{false, ignore};
    for (std::uint64_t i = 1; i <= 100; ++i) queue.push(batch(i, [&](const delivery&) { ++ran; }));
  }
  CHECK(ran == 100);
}

TEST_CASE("delivery queue: by poll, reports run in the caller's thread and only there") {
  int ran = 0;
  delivery_queue queue{true, ignore};
  CHECK(queue.serve(core::time_point{}) == 0);
  queue.push(batch(1, [&](const delivery&) { ++ran; }, [&](const delivery&) { ++ran; }));
  CHECK_FALSE(queue.wait(1, core::time_point{}));
  CHECK(ran == 0);
  CHECK(queue.serve(soon()) == 2);
  CHECK(ran == 2);
  CHECK(queue.wait(1, core::time_point{}));
}

TEST_CASE("delivery queue: a report knows that it is inside one, also with several threads that poll") {
  delivery_queue queue{true, ignore};
  std::promise<void> first_runs, second_ran;
  bool inside_before = false;
  bool inside_after = false;
  queue.push(batch(1, [&](const delivery&) {
    inside_before = queue.inside_callback();
    first_runs.set_value();
    second_ran.get_future().wait();
    inside_after = queue.inside_callback();
  }));
  std::thread other{[&] { queue.serve(soon()); }};
  first_runs.get_future().wait();
  CHECK_FALSE(queue.inside_callback());
  bool inside_second = false;
  queue.push(batch(2, [&](const delivery&) { inside_second = queue.inside_callback(); }));
  queue.serve(soon());
  second_ran.set_value();
  other.join();
  CHECK(inside_before);
  CHECK(inside_second);
  CHECK(inside_after);
  CHECK_FALSE(queue.inside_callback());
}
