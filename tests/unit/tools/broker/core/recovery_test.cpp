// Tests: recorder.cpp, stored_forms.cpp, group_keeping.cpp, journal_format.cpp
#include "core/recovery.hpp"

#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/alter_client_quotas.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>

#include "../keyed.hpp"
#include "core/journal_format.hpp"

using namespace kwire;
using namespace kwire::embedded;
using namespace kwire::embedded::test;

namespace {

struct kept_journal : journal {
  void append(bytes head, shared_slice body) override {
    head.insert(head.end(), body.content.begin(), body.content.end());
    entries.push_back(std::move(head));
  }
  std::vector<bytes> entries;

  bytes file() const {
    auto made = to_bytes(as_bytes(journal_magic));
    for (const auto& entry : entries) {
      const auto head = entry_head(entry, {});
      made.insert(made.end(), head.begin(), head.end());
      made.insert(made.end(), entry.begin(), entry.end());
    }
    return made;
  }
};

/// A life whose changes are kept, with something of everything.
struct life : script {
  explicit life(core_options options = {}) : script(std::move(options)) { core.record_to(kept); }

  void put(const std::string& topic, const std::vector<keyed>& content, batch_options how = {}) {
    how.timestamp = to_ms(now);
    CHECK(produce(*this, by, topic, make_keyed(content, how)).error_code == 0);
  }
  void commit(const std::string& group, std::int64_t offset) {
    protocol::offset_commit_request request;
    request.group_id = group;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.emplace_back().committed_offset = offset;
    CHECK(ask(by, request, 5).topics[0].partitions[0].error_code == 0);
  }
  producer_identity init(const std::string& id) {
    protocol::init_producer_id_request request;
    request.transactional_id = id;
    request.transaction_timeout_ms = 60'000;
    const auto given = ask(by, request, 4);
    CHECK(given.error_code == 0);
    return {given.producer, given.epoch};
  }
  void write(const std::string& id, const producer_identity& who, std::int32_t sequence) {
    batch_options how;
    how.stamp = {who.id, who.epoch, sequence, true};
    const auto batch = make_keyed({{"k", "tx"}}, how);
    auto request = produce_of("t", batch);
    request.transactional_id = id;
    CHECK(ask(by, request, 12).responses.at(0).partition_responses.at(0).error_code == 0);
  }
  void stage(const std::string& id, const producer_identity& who, std::int64_t offset) {
    protocol::txn_offset_commit_request request;
    request.transactional_id = id;
    request.group_id = "g";
    request.producer = who.id;
    request.epoch = who.epoch;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.emplace_back().committed_offset = offset;
    CHECK(ask(by, request, 5).topics.at(0).partitions.at(0).error_code == 0);
  }
  std::int16_t end(const std::string& id, const producer_identity& who, bool committed) {
    protocol::end_txn_request request;
    request.transactional_id = id;
    request.producer = who.id;
    request.epoch = who.epoch;
    request.committed = committed;
    return ask(by, request, 4).error_code;
  }
  void administer() {
    protocol::create_acls_request acls;
    auto& rule = acls.creations.emplace_back();
    rule.resource_type = 2;
    rule.resource_name = "t";
    rule.resource_pattern_type = 3;
    rule.principal = "User:me";
    rule.host = "*";
    rule.operation = 3;
    rule.permission_type = 3;
    CHECK(ask(by, acls, 3).results.at(0).error_code == 0);
    protocol::alter_client_quotas_request quotas;
    auto& entry = quotas.entries.emplace_back();
    entry.entity.push_back({"user", "me", {}});
    auto& op = entry.ops.emplace_back();
    op.key = "producer_byte_rate";
    op.value = 1024;
    CHECK(ask(by, quotas, 1).entries.at(0).error_code == 0);
  }
  void live() {
    make_topic("t", 2);
    auto config = core.default_config();
    CHECK(config.set("cleanup.policy", "compact"));
    core.create_topic("c", 1, std::move(config));
    put("t", {{"a", "1"}, {"b", "2"}}, {stamp(500, 0, 0)});
    put("c", {{"a", "1"}, {"b", "1"}});
    put("c", {{"a", "2"}, {"c", std::nullopt}});
    CHECK(core.compact("c", partition_id{0}, now));
    commit("g", 1);
    const auto first = init("x");
    write("x", first, 0);
    stage("x", first, 2);
    CHECK(end("x", first, true) == 0);
    const auto second = init("y");
    write("y", second, 0);
    CHECK(end("y", second, false) == 0);
    administer();
    make_topic("gone");
    core.delete_topic("gone", now);
    protocol::delete_records_request cut;
    auto& of = cut.topics.emplace_back();
    of.name = "t";
    of.partitions.emplace_back().offset = 1;
    CHECK(ask(by, cut, 2).topics.at(0).partitions.at(0).error_code == 0);
    protocol::consumer_group_heartbeat_request join;
    join.group_id = "m";
    join.member_id = "one";
    join.rebalance_timeout_ms = 60'000;
    join.subscribed_topic_names = {"t"};
    join.topic_partitions.emplace();
    CHECK(ask(by, join, 1).error_code == 0);
    core.lose_tail("t", partition_id{0}, 6, now);
    const auto third = init("z");
    write("z", third, 0);
    stage("z", third, 9);
  }

  kept_journal kept;
  connection_id by = connect();
};

/// Everything that is to outlive a broker, as text.
std::string everything(broker_core& core) {
  std::string text;
  for (const auto& [name, of] : core.state().topics()) {
    text += name + " " + kwire::to_string(of.id);
    for (const auto& [key, value] : of.config.values()) text += " " + key + "=" + value;
    for (const auto& where : of.partitions) {
      text += "\n  " + std::to_string(where.log.start_offset()) + ".." +
              std::to_string(where.log.end_offset()) + " compacted to " + std::to_string(where.compacted_to) +
              ": " + shown(where) + ";";
      for (const auto& [id, known] : where.producers.all()) {
        text += " " + std::to_string(raw(id)) + "/" + std::to_string(raw(known.epoch)) + " last " +
                std::to_string(known.last_sequence()) + " of " + std::to_string(known.count) + " open " +
                std::to_string(known.transaction.value_or(-1));
      }
      for (const auto& one : where.producers.aborted_within(0, INT64_MAX)) {
        text += " aborted " + std::to_string(one.first_offset) + "-" + std::to_string(one.last_offset);
      }
    }
    text += '\n';
  }
  auto& groups = core.groups();
  for (const auto& [id, entry] : groups.all()) {
    text += id + " " + std::string{groups.type(id)} + " " + std::to_string(groups.epoch(id));
    for (const auto& [where, what] : entry.machine.offsets) {
      text += " " + where.first + "-" + std::to_string(raw(where.second)) + "@" + std::to_string(what.offset);
    }
    for (const auto& [producer, offsets] : entry.machine.pending_offsets) {
      text += " staged by " + std::to_string(raw(producer)) + ": " +
              std::to_string(offsets.begin()->second.offset);
    }
    text += '\n';
  }
  for (const auto& [id, one] : core.transactions().all()) {
    text += id + " " + std::string{to_string(one.current())} + " " + std::to_string(raw(one.producer().id)) +
            "/" + std::to_string(raw(one.producer().epoch)) + " " + std::to_string(one.partitions.size()) +
            '\n';
  }
  text += std::to_string(core.admin().acls.size()) + " rules";
  for (const auto& [entity, values] : core.admin().quotas) {
    text += " " + entity.begin()->first + " " + values.begin()->first;
  }
  return text;
}

void recover(script& into, const std::vector<bytes>& entries, std::size_t count = SIZE_MAX) {
  recovery back{into.core};
  for (std::size_t i = 0; i < std::min(count, entries.size()); ++i) {
    const auto wrong = back.apply(entries[i], into.now);
    REQUIRE_MESSAGE(!wrong, wrong.value_or(""), " (entry ", i, ")");
  }
}

}  // namespace

TEST_CASE("what was is again: logs, sequences, offsets, transactions, rules") {
  life before;
  before.live();
  script after;
  recover(after, before.kept.entries);
  CHECK(everything(after.core) == everything(before.core));
}

TEST_CASE("a snapshot holds the same, and changes go on behind it") {
  life before;
  before.live();
  kept_journal image;
  before.core.image(image);
  script after;
  recover(after, image.entries);
  CHECK(everything(after.core) == everything(before.core));
  // The image and what came later.
  const auto from = before.kept.entries.size();
  before.put("t", {{"later", "1"}}, {stamp(500, 0, 2)});
  before.commit("g", 7);
  for (auto i = from; i < before.kept.entries.size(); ++i) image.entries.push_back(before.kept.entries[i]);
  script again;
  recover(again, image.entries);
  CHECK(everything(again.core) == everything(before.core));
}

TEST_CASE("every prefix makes a core that goes on") {
  life before;
  before.live();
  for (std::size_t count = 0; count <= before.kept.entries.size(); ++count) {
    script after;
    after.now = before.now;
    recover(after, before.kept.entries, count);
    kept_journal more;
    after.core.record_to(more);
    recovery{after.core}.finish(after.now);
    after.pass(2min);
    for (const auto& [id, one] : after.core.transactions().all()) {
      CHECK_FALSE(one.ends());
      CHECK(one.current() != transaction::state::ongoing);
    }
    for (const auto& [name, of] : after.core.state().topics()) {
      for (const auto& where : of.partitions) CHECK(where.readable_end(true) == where.log.end_offset());
    }
  }
}

TEST_CASE("after a restart duplicates are found, sequences go on, leaders have a new epoch") {
  life before;
  before.live();
  script after;
  after.now = before.now;
  recover(after, before.kept.entries);
  kept_journal more;
  after.core.record_to(more);
  recovery{after.core}.finish(after.now);
  const auto by = after.connect();
  CHECK(after.core.state().find("t")->partitions[0].epoch >
        before.core.state().find("t")->partitions[0].epoch);
  const auto again = produce(after, by, "t", make_keyed({{"a", "1"}, {"b", "2"}}, {stamp(500, 0, 0)}));
  CHECK(again.error_code == 0);
  CHECK(again.base_offset == 0);
  CHECK(produce(after, by, "t", make_keyed({{"n", "1"}}, {stamp(500, 0, 5)})).error_code ==
        code_of(broker_errc::out_of_order_sequence_number));
  protocol::init_producer_id_request fresh;
  fresh.transactional_id.reset();
  CHECK(raw(after.ask(by, fresh, 4).producer) >= before.core.reserved_producer_ids());
  // The members are gone; the group's next epoch is above all they have seen.
  CHECK(after.core.groups().find_consumer("m")->members().empty());
  CHECK(after.core.groups().epoch("m") == 1);
  // And all of that is in the journal of the second life.
  script third;
  auto entries = before.kept.entries;
  entries.insert(entries.end(), more.entries.begin(), more.entries.end());
  recover(third, entries);
  CHECK(everything(third.core) == everything(after.core));
}

TEST_CASE("a topic out of sight is as deleted, and back when it is shown") {
  life before;
  before.make_topic("t");
  before.put("t", {{"a", "1"}});
  before.core.hide_topic("t", before.now);
  script hidden;
  recover(hidden, before.kept.entries);
  CHECK(hidden.core.state().find("t") == nullptr);
  before.core.show_topic("t", before.now);
  before.put("t", {{"b", "1"}});
  script shown_again;
  recover(shown_again, before.kept.entries);
  CHECK(everything(shown_again.core) == everything(before.core));
}

TEST_CASE("a cluster may get fewer nodes") {
  life before{cluster_of(3)};
  before.make_topic("t", 3);
  script after;
  recover(after, before.kept.entries);
  kept_journal more;
  after.core.record_to(more);
  recovery{after.core}.finish(after.now);
  for (const auto& where : after.core.state().find("t")->partitions) CHECK(raw(where.leader) == 1);
}

TEST_CASE("a file that is cut anywhere gives what was whole before") {
  life before;
  before.live();
  const auto file = before.kept.file();
  for (std::size_t size = 0; size <= file.size(); ++size) {
    journal_reader in{bytes_view{file}.first(size)};
    std::size_t count = 0;
    while (const auto entry = in.next()) {
      REQUIRE(count < before.kept.entries.size());
      REQUIRE(std::ranges::equal(*entry, before.kept.entries[count++]));
    }
    REQUIRE(in.how() != journal_reader::end::damaged);
    REQUIRE((in.how() == journal_reader::end::whole) == (in.at() == size && size >= journal_magic.size()));
    REQUIRE(in.at() <= size);
  }
  // Made longer without having been written.
  auto longer = file;
  longer.resize(longer.size() + 4096);
  journal_reader in{longer};
  while (in.next()) {
  }
  CHECK(in.how() == journal_reader::end::torn);
  CHECK(in.at() == file.size());
}

TEST_CASE("an octet that is another one is found wherever it is") {
  life before;
  before.live();
  const auto whole = before.kept.file();
  const auto last = whole.size() - before.kept.entries.back().size() - entry_head_size;
  auto file = whole;
  for (std::size_t at = 0; at < file.size(); ++at) {
    file[at] ^= std::byte{0x10};
    journal_reader in{file};
    std::size_t count = 0;
    while (const auto entry = in.next()) REQUIRE(std::ranges::equal(*entry, before.kept.entries[count++]));
    REQUIRE(count < before.kept.entries.size());
    const bool in_last = at >= last + 8;  // from the checksum of the content on
    REQUIRE(in.how() == (in_last ? journal_reader::end::torn : journal_reader::end::damaged));
    file[at] ^= std::byte{0x10};
  }
}

TEST_CASE("entries that make no sense are refused, whatever they are") {
  life before;
  before.live();
  random_source random{7};
  std::size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto entries = before.kept.entries;
    auto& victim = entries[random.next() % entries.size()];
    for (auto n = random.next() % 3 + 1; n > 0; --n) {
      victim[random.next() % victim.size()] = static_cast<std::byte>(random.next() & 0xff);
    }
    if (random.next() % 4 == 0) victim.resize(random.next() % victim.size());
    script after;
    recovery back{after.core};
    bool sound = true;
    for (const auto& entry : entries) {
      if (!back.apply(entry, after.now)) continue;
      sound = false;
      break;
    }
    if (!sound) {
      ++refused;
      continue;
    }
    kept_journal more;
    after.core.record_to(more);
    back.finish(after.now);
    after.pass(1h);
  }
  CHECK(refused > 500);
}
