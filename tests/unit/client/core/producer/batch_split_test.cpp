#include "core/producer/batch_split.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "core/producer/outcomes.hpp"

using namespace kwire;

namespace {

/// A sealed batch of records "0", "1" ... with keys, headers and times, of which every second wants a report.
core::batch_ptr make(core::partition_slot& slot, core::accumulator_pool& pool, int count,
                     protocol::codec codec, std::vector<std::int64_t>& told) {
  auto made = std::make_unique<core::batch>();
  made->slot = &slot;
  made->serial = 9;
  made->memory = pool.take(64 * 1024);
  made->builder.open(made->memory->data(), made->memory->capacity());
  for (int i = 0; i < count; ++i) {
    const auto text = std::to_string(i);
    const header_view headers[] = {{"h", as_bytes(text)}, {"null", std::nullopt}};
    REQUIRE(made->builder.append(5000 - i, i % 3 == 0 ? std::nullopt : std::optional{as_bytes(text)},
                                 as_bytes(text), headers));
    if (i % 2 == 0) {
      delivery_callback report{[&told](const delivery& d) { told.push_back(d.offset()); }};
      REQUIRE(made->reports.make_room(pool));
      made->reports.push(report, static_cast<std::uint64_t>(i), i, {5000 - i, 6000 + i});
    } else {
      REQUIRE(made->reports.make_room(pool, core::report_kind::brief));
      made->reports.push_brief(static_cast<std::uint64_t>(i), i, {5000 - i, 6000 + i});
    }
  }
  made->count = count;
  made->base_sequence = INT32_MAX - 1;
  protocol::compressor packer;
  made->sealed =
      made->builder.seal({producer_id{1}, producer_epoch{0}, made->base_sequence}, {codec}, &packer);
  return made;
}

}  // namespace

TEST_CASE("batch split: sifting takes the refused out, and every report goes with its record") {
  for (const auto codec : {protocol::codec::none, protocol::codec::zstd}) {
    for (int count = 1; count < 20; ++count) {
      for (int every = 1; every < 6; ++every) {
        core::topic_slot topic;
        topic.name = "t";
        core::partition_slot slot;
        slot.topic = &topic;
        const auto pool = std::make_shared<core::accumulator_pool>(64 * 1024 + 2 * 4096);
        std::vector<std::int64_t> told;
        auto whole = make(slot, *pool, count, codec, told);
        std::vector<std::int32_t> refused;
        for (int i = 0; i < count; i += every) refused.push_back(i);
        auto sifted = core::sift_batch(*whole, refused, *pool);
        REQUIRE(sifted.refused.size() == refused.size());
        int left = 0;
        if (every > 1 && count > 1) {
          REQUIRE(sifted.rest);
          CHECK(sifted.rest->base_sequence == -1);
          const auto sealed = sifted.rest->builder.seal({});
          protocol::record_set set{bytes_view{sealed}};
          int next = 0;
          for (const auto& batch : set) {
            for (const auto& record : protocol::records(batch, batch.body)) {
              while (next % every == 0) ++next;
              CHECK(as_text(*record.value()) == std::to_string(next));
              CHECK(record.timestamp_ms() == 5000 - next);
              ++next;
              ++left;
            }
          }
          CHECK(left == sifted.rest->count);
          CHECK_FALSE(sifted.rest->ends_serial());
          core::finished_batch done{std::move(sifted.rest), outcome::persisted, 1000, std::nullopt};
          done.report([](const char*) {});
          CHECK((told.empty() || told.back() < 1000 + left));
        } else {
          CHECK_FALSE(sifted.rest);
        }
        CHECK(left + static_cast<int>(refused.size()) == count);
        for (std::size_t i = 0; i < refused.size(); ++i) {
          auto& part = sifted.refused[i];
          CHECK(part->count == 1);
          CHECK(part->reports.size() == 1);
          CHECK(part->ends_serial() == (i + 1 == refused.size()));
          core::finished_batch done{std::move(part), outcome::not_persisted, -1, error{errc::purged}};
          done.report([](const char*) {});
        }
        CHECK(told.size() == static_cast<std::size_t>((count + 1) / 2));
      }
    }
  }
}

TEST_CASE("batch split: halves hold the records, numbers and reports, whatever the codec") {
  for (const auto codec : {protocol::codec::none, protocol::codec::lz4}) {
    for (int count = 2; count < 40; ++count) {
      core::topic_slot topic;
      topic.name = "t";
      core::partition_slot slot;
      slot.topic = &topic;
      const auto pool = std::make_shared<core::accumulator_pool>(64 * 1024 + 2 * 4096);  // nothing to spare
      std::vector<std::int64_t> told;
      auto whole = make(slot, *pool, count, codec, told);
      auto halves = core::split_batch(*whole, *pool);
      CHECK(halves[0]->count + halves[1]->count == count);
      CHECK(halves[0]->base_sequence == INT32_MAX - 1);
      CHECK(halves[1]->base_sequence == core::sequence_after(INT32_MAX - 1, halves[0]->count));
      CHECK(older(*halves[0], *halves[1]));
      CHECK_FALSE(older(*halves[1], *halves[0]));
      int next = 0;
      std::size_t briefs = 0;
      for (auto& half : halves) {
        const auto sealed = half->builder.seal({});
        protocol::record_set set{bytes_view{sealed}};
        for (const auto& batch : set) {
          for (const auto& record : protocol::records(batch, batch.body)) {
            const auto text = std::to_string(next);
            CHECK(as_text(*record.value()) == text);
            CHECK(record.key().has_value() == (next % 3 != 0));
            CHECK(record.timestamp_ms() == 5000 - next);
            CHECK(as_text(*record.header("h")->value) == text);
            CHECK_FALSE(record.header("null")->value.has_value());
            ++next;
          }
        }
        const auto first = next - half->count;
        for (auto each = half->reports.brief().begin(); const auto* report = each.next();) {
          CHECK(report->opaque == static_cast<std::uint64_t>(first + report->index));
          CHECK(report->opaque % 2 == 1);
          const auto times = half->reports.times().of(report->index, report->created);
          CHECK(times.created_ms == 5000 - static_cast<std::int64_t>(report->opaque));
          CHECK(times.accepted_ms == 6000 + static_cast<std::int64_t>(report->opaque));
        }
        briefs += half->reports.brief().size();
        core::finished_batch done{
            std::move(half), outcome::persisted, next == count ? 1000 : 0, std::nullopt, -1, {}};
        done.report([](const char*) {});
        CHECK(done.content->ends_serial() == (next == count));
      }
      CHECK(next == count);
      CHECK(briefs == static_cast<std::size_t>(count / 2));
      CHECK(told.size() == static_cast<std::size_t>((count + 1) / 2));
    }
  }
}
