#include "core/producer/producer_core.hpp"

#include <algorithm>

#include "core/producer/produce_body.hpp"

namespace kwire::core {
namespace {

constexpr std::uint64_t transaction_token = UINT64_MAX;
constexpr std::uint64_t identity_token = 0;
constexpr std::size_t largest_request = 8 * 1024 * 1024;  // brokers bound batches, not requests
constexpr std::int16_t last_with_names = 12;              // Produce 13 names topics by id alone

/// Batches of a producer and partition that a broker recognises when they come again.
constexpr std::int64_t recognised = 5;

}  // namespace

producer_core::producer_core(const client_settings& client, producer_settings settings, accumulator& source,
                             producer_sink& sink, std::uint64_t seed)
    : client_(&client),
      settings_(std::move(settings)),
      source_(&source),
      sink_(&sink),
      random_(seed),
      patience_(settings_.availability_timeout),
      identity_(client, settings_, random_),
      transaction_(client, settings_, identity_, random_) {}

void producer_core::advance(time_point now) {
  source_->collect(news_);
  if (!news_.topics.empty()) adopt_topics();
  for (auto* slot : news_.filled) enqueue(*slot);
  for (const auto& opened : news_.opened) lingering_.push_back(opened);
  if (!news_.opened.empty())
    next_expiry_ = std::min<time_point>(next_expiry_, now + settings_.delivery_timeout);
  linger(now, news_.hurried);
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    enqueue(*delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
  }
  if (now >= next_expiry_) expire(now);
  judge_brokers(now);
  if (transaction_.used()) drive_transaction(now);
  if (broken_) return give_up_waiting(*broken_);
  send_ready(now);
  // Batches may have asked for their partitions to be added.
  if (transaction_.used()) drive_transaction(now);
}

void producer_core::drive_transaction(time_point now) {
  if (const auto why = transaction_.rejection()) give_up_waiting(*why);
  const auto state = transaction_.now_is();
  const bool ending = state == transaction_state::committing || state == transaction_state::aborting;
  // Counting takes the lock of every partition: not while requests are under way.
  const bool idle = ending && flights_.empty() && unfinished_records() == 0;
  if (auto ask = transaction_.poll(now, idle, transaction_token, out_.events)) {
    out_.requests.push_back(std::move(*ask));
  }
  for (auto* slot : transaction_.admitted()) enqueue(*slot);
  if (transaction_.now_is() == transaction_state::broken && !broken_) break_down(transaction_.cause());
  if (transaction_.now_is() == transaction_told_) return;
  transaction_told_ = transaction_.now_is();
  sink_->transaction_changed();
}

time_point producer_core::next_deadline() const {
  auto next = broken_ ? next_expiry_ : std::min(identity_.next_deadline(), next_expiry_);
  next = std::min({next, transaction_.next_deadline(), patience_.next_deadline()});
  if (!delayed_.empty()) next = std::min(next, delayed_.begin()->first);
  if (!lingering_.empty()) next = std::min<time_point>(next, lingering_.front().opened + settings_.linger);
  return next;
}

void producer_core::adopt_topics() {
  topics_.insert(topics_.end(), news_.topics.begin(), news_.topics.end());
  topic_interest interest;
  interest.create_missing = settings_.create_topics;
  for (const auto* topic : topics_) interest.names.push_back(topic->name);
  out_.interest = std::move(interest);
  for (auto* topic : news_.topics) apply(*topic, snapshot_->find(topic->name));
  sink_->topics_changed();
}

void producer_core::metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point) {
  snapshot_ = snapshot;
  for (auto* topic : topics_) apply(*topic, snapshot_->find(topic->name));
  sink_->topics_changed();
}

void producer_core::apply(topic_slot& topic, const topic_info* info) {
  if (info == nullptr) return;
  topic.problem.store(static_cast<std::int16_t>(info->error), std::memory_order_release);
  const bool made_anew = !topic.id.is_zero() && !info->id.is_zero() && topic.id != info->id;
  topic.id = info->id;
  if (made_anew) begin_anew(topic, info->partitions.size());
  for (auto number = topic.slots.size(); number < info->partitions.size(); ++number) {
    auto slot = std::make_unique<partition_slot>();
    slot->topic = &topic;
    slot->id = partition_id{static_cast<std::int32_t>(number)};
    topic.slots.push_back(std::move(slot));
  }
  for (std::size_t i = 0; i < info->partitions.size(); ++i)
    set_leader(*topic.slots[i], info->partitions[i].leader);
  // Slots of partitions that the topic had before it was made anew are still there.
  const auto* published = topic.partitions.load(std::memory_order_relaxed);
  const auto known = published == nullptr ? 0 : published->slots.size();
  publish(topic, made_anew ? info->partitions.size() : std::max(known, info->partitions.size()));
}

void producer_core::set_leader(partition_slot& slot, node_id leader) {
  auto& sending = slot.sending;
  slot.available.store(leader != no_node && !patience_.is_late(leader), std::memory_order_relaxed);
  if (leader == sending.leader) return;
  sending.leader = leader;
  sending.queued = false;  // the old leader's queue skips it
  // What the old leader still has must be answered first, or sequence numbers would arrive out of order.
  sending.draining = !sending.in_flight.empty();
  sending.not_before = {};  // the pause was for the other one
  enqueue(slot);
}

void producer_core::publish(topic_slot& topic, std::size_t partitions) {
  const auto* published = topic.partitions.load(std::memory_order_relaxed);
  if (partitions == 0 || (published != nullptr && published->slots.size() == partitions)) return;
  auto table = std::make_unique<partition_table>();
  for (std::size_t i = 0; i < partitions; ++i) table->slots.push_back(topic.slots[i].get());
  topic.partitions.store(table.get(), std::memory_order_release);
  topic.tables.push_back(std::move(table));
}

/// The topic was deleted and made again (KIP-516). Its logs know nothing of our numbers: what waits goes
/// there under new ones, but for what may be in the old log (`next_batch` looks). Records of partitions that
/// it no longer has go nowhere.
void producer_core::begin_anew(topic_slot& topic, std::size_t partitions) {
  out_.events.emplace_back(event_kind::topic_appeared, severity::warning, context::msg)
      .about(topic.name)
      .with("made anew, with another id");
  for (std::size_t i = 0; i < topic.slots.size(); ++i) {
    auto& slot = *topic.slots[i];
    auto& sending = slot.sending;
    sending.renew_identity = sending.renew_identity || (sending.numbered > 0 && !transaction_.used());
    sending.draining = !sending.in_flight.empty();
    if (i < partitions || partitions == 0) continue;
    set_leader(slot, no_node);
    const error gone{errc::unknown_partition,
                     "the topic was made anew with " + std::to_string(partitions) + " partitions"};
    for (auto& content : std::exchange(sending.again, {})) fail(std::move(content), gone);
    while (auto content = accumulator::take(slot, UINT64_MAX)) fail(std::move(content), gone);
  }
}

/// Records that may go anywhere avoid brokers that do not answer.
void producer_core::judge_brokers(time_point now) {
  for (const auto node : patience_.poll(now)) {
    const bool available = !patience_.is_late(node);
    for (auto* topic : topics_) {
      for (auto& slot : topic->slots) {
        if (slot->sending.leader == node) slot->available.store(available, std::memory_order_relaxed);
      }
    }
  }
}

/// Batches open since `linger` ago, and all that somebody waits for, may go. Marked, not taken: while the
/// broker has enough to do they go on filling.
void producer_core::linger(time_point now, bool hurried) {
  while (!lingering_.empty()) {
    const auto& oldest = lingering_.front();
    // A batch may be younger than `now`: without lingering it must not wait for the clock to reach it.
    const bool young = settings_.linger.count() > 0 && now < oldest.opened + settings_.linger;
    if (!hurried && oldest.serial > flush_serial_ && young) break;
    oldest.slot->sending.due_serial = std::max(oldest.slot->sending.due_serial, oldest.serial);
    enqueue(*oldest.slot);
    lingering_.pop_front();
  }
}

void producer_core::enqueue(partition_slot& slot) {
  auto& sending = slot.sending;
  if (sending.queued || sending.leader == no_node) return;
  sending.queued = true;
  nodes_[sending.leader].waiting.push_back(&slot);
}

void producer_core::delay(partition_slot& slot, time_point until) { delayed_.emplace(until, &slot); }

void producer_core::send_ready(time_point now) {
  if (!transaction_.sends()) return;
  const bool work =
      std::ranges::any_of(nodes_, [](const auto& node) { return !node.second.waiting.empty(); });
  const bool settled = identity_.ready() && renewing_.empty();
  if (!work && settled) return;
  if (identity_.now_is() == identity::state::refused) return break_down(identity_.refusal());
  if (auto ask = identity_.poll(now, identity_token)) out_.requests.push_back(std::move(*ask));
  if (!identity_.ready()) return;
  for (auto* slot : std::exchange(renewing_, {})) enqueue(*slot);
  for (auto& [node, queue] : nodes_) {
    while (queue.in_flight < static_cast<std::size_t>(settings_.max_in_flight) &&
           send_round(node, queue, now)) {
    }
  }
}

/// One request with a batch of every partition that has one ready. False when there was nothing.
bool producer_core::send_round(node_id node, node_queue& queue, time_point now) {
  std::vector<batch_ptr> batches;
  std::vector<partition_slot*> more;
  std::size_t size = 0;
  for (auto left = queue.waiting.size(); left > 0 && size < largest_request; --left) {
    auto& slot = *queue.waiting.front();
    queue.waiting.pop_front();
    // Moved on, and queued there; perhaps back again, and then queued here twice.
    if (slot.sending.leader != node || !slot.sending.queued) continue;
    slot.sending.queued = false;
    auto content = next_batch(slot, now);
    if (!content) continue;
    size += content->sealed.size();
    slot.sending.in_flight.push_back({content->serial, content->first_record, content->number});
    batches.push_back(std::move(content));
    more.push_back(&slot);
  }
  for (auto* slot : more) enqueue(*slot);
  if (batches.empty()) return false;
  send_request(node, queue, std::move(batches), now);
  return true;
}

void producer_core::send_request(node_id node, node_queue& queue, std::vector<batch_ptr> batches,
                                 time_point now) {
  // Partitions of one topic stand together, so that its name travels once.
  std::ranges::stable_sort(batches, {}, [](const batch_ptr& b) { return b->slot->topic; });
  auto body = std::make_shared<produce_body>(static_cast<std::int16_t>(settings_.acks),
                                             static_cast<std::int32_t>(client_->request_timeout.count()),
                                             settings_.compression(), settings_.transactional_id);
  request ask;
  ask.deadline = now + client_->request_timeout;
  for (const auto& content : batches) {
    body->add(*content);
    ask.deadline = std::min<time_point>(ask.deadline, content->opened + settings_.delivery_timeout);
  }
  if (!body->has_ids()) ask.usable.max = last_with_names;
  if (transaction_.second_version()) {
    ask.usable.min = last_produce_of_v1 + 1;
  } else if (transaction_.used()) {
    ask.usable.max = last_produce_of_v1;
  }
  ask.body = std::move(body);
  ask.to = destination::broker(node);
  ask.kind = traffic::produce;
  ask.expects_answer = settings_.acks != 0;
  ask.token = ++last_token_;
  counted_.batches_sent += batches.size();
  ++queue.in_flight;
  patience_.sent(node, now);
  flights_.emplace(ask.token, flight{node, std::move(batches)});
  out_.requests.push_back(std::move(ask));
}

batch_ptr producer_core::next_batch(partition_slot& slot, time_point now) {
  auto& sending = slot.sending;
  while (may_send(slot, now)) {
    batch_ptr content;
    if (!sending.again.empty()) {
      content = pick_again(slot);
    } else {
      content = accumulator::take(slot, sending.due_serial);
    }
    if (!content) return nullptr;
    if (overdue(*content, now)) {
      fail(std::move(content),
           error{errc::batch_expired, "delivery.timeout.ms passed before it could be sent"});
      continue;
    }
    if (content->sealed.empty()) finish(*content);
    if (is_for_another(*content)) {
      fail(std::move(content), error{errc::unknown_topic, "the topic was deleted and made anew"});
      continue;
    }
    content->incarnation = slot.topic->id;
    return content;
  }
  return nullptr;
}

/// What may be in the log of the topic that was here before must not be in this one's too. And a transaction
/// does not come apart: its other records went with that topic.
bool producer_core::is_for_another(const batch& content) const {
  const auto& now = content.slot->topic->id;
  if (content.incarnation.is_zero() || now.is_zero() || content.incarnation == now) return false;
  return content.maybe_persisted || content.stray || transaction_.used();
}

bool producer_core::may_send(partition_slot& slot, time_point now) {
  auto& sending = slot.sending;
  if (sending.in_flight.empty()) sending.draining = false;
  if (sending.draining) return false;
  if (now < sending.not_before) {
    delay(slot, sending.not_before);
    return false;
  }
  if (transaction_.used()) {
    // What was repeated before belongs already; an empty partition need not.
    if (sending.again.empty() && !accumulator::has(slot, sending.due_serial)) return false;
    if (!transaction_.admits(slot)) return false;
  }
  // Without sequence numbers only one batch at a time keeps the order when one has to be repeated.
  if (!identity_.idempotent()) return sending.in_flight.empty();
  if (!settle_identity(slot)) return false;
  // A broker that knows nothing of an identity takes any number for its first: until it has acknowledged a
  // batch, a second one could overtake a first that is refused or lost.
  if (sending.in_flight.empty()) return true;
  if (!sending.acknowledged) return false;
  // New batches must not push one that may have to be repeated out of the broker's memory: it would look as
  // if it had never arrived.
  return !sending.again.empty() || sending.numbered - sending.in_flight.front().number < recognised;
}

/// Sequence numbers of a partition restart only when nothing is under way and every batch that is to be sent
/// again is known not to be in the log; until then its old numbers stay in force.
bool producer_core::settle_identity(partition_slot& slot) {
  auto& sending = slot.sending;
  const bool current = sending.identity == identity_.id() && sending.epoch == identity_.epoch();
  if (current && !sending.renew_identity) return true;
  // The coordinator gives epochs between transactions, when nothing of a partition waits or is under way.
  if (transaction_.used() && current) return false;
  const bool unsure =
      std::ranges::any_of(sending.again, [](const batch_ptr& b) { return b->maybe_persisted; });
  if (sending.renew_identity && unsure) return sending.in_flight.empty();
  if (!sending.in_flight.empty()) return !sending.renew_identity;
  if (!sending.renew_identity && !sending.again.empty()) return true;
  if (current && !identity_.renew(out_.events)) {
    renewing_.push_back(&slot);
    return false;
  }
  sending.identity = identity_.id();
  sending.epoch = identity_.epoch();
  sending.next_sequence = 0;
  sending.numbered = 0;
  sending.acknowledged = false;
  sending.renew_identity = false;
  for (auto& content : sending.again) {
    content->base_sequence = sending.next_sequence;
    content->number = sending.numbered++;
    sending.next_sequence = sequence_after(sending.next_sequence, content->count);
    protocol::restamp(content->sealed, {sending.identity, sending.epoch, content->base_sequence});
  }
  return true;
}

/// The next batch to repeat. Before a new epoch, first those of which nobody knows whether they are in the
/// log: their old numbers are what tells.
batch_ptr producer_core::pick_again(partition_slot& slot) {
  auto& again = slot.sending.again;
  auto chosen = again.begin();
  if (slot.sending.renew_identity) {
    chosen = std::ranges::find_if(again, [](const batch_ptr& b) { return b->maybe_persisted; });
    if (chosen == again.end()) return nullptr;
  }
  auto content = std::move(*chosen);
  again.erase(chosen);
  return content;
}

void producer_core::finish(batch& content) {
  auto& sending = content.slot->sending;
  protocol::batch_stamp stamp;
  if (identity_.idempotent()) {
    content.base_sequence = sending.next_sequence;
    content.number = sending.numbered++;
    sending.next_sequence = sequence_after(sending.next_sequence, content.count);
    stamp = {sending.identity, sending.epoch, content.base_sequence, transaction_.used()};
  }
  content.sealed = content.builder.seal(stamp, settings_.compression(), &compressor_);
}

bool producer_core::overdue(const batch& content, time_point now) const {
  return now >= content.opened + settings_.delivery_timeout;
}

/// Fails what has waited too long. Batches under way end by the deadline of their request.
void producer_core::expire(time_point now) {
  next_expiry_ = never;
  const error why{errc::batch_expired, "delivery.timeout.ms passed"};
  for (auto* topic : topics_) {
    for (auto& slot : topic->slots) {
      auto& again = slot->sending.again;
      while (!again.empty() && overdue(*again.front(), now)) {
        auto content = std::move(again.front());
        again.pop_front();
        fail(std::move(content), why);
      }
      auto oldest = again.empty() ? never : again.front()->opened;
      for (;;) {
        batch_ptr content;
        {
          std::lock_guard guard{slot->lock};
          const auto* first = !slot->closed.empty() ? slot->closed.front().get() : slot->open.get();
          if (first == nullptr) break;
          if (!overdue(*first, now)) {
            oldest = std::min(oldest, first->opened);
            break;
          }
        }
        content = accumulator::take(*slot, UINT64_MAX);
        if (!content) break;
        fail(std::move(content), why);
      }
      if (oldest != never)
        next_expiry_ = std::min<time_point>(next_expiry_, oldest + settings_.delivery_timeout);
    }
  }
}

void producer_core::give_up_waiting(const error& why) {
  for (auto* topic : topics_) {
    for (auto& slot : topic->slots) {
      for (auto& content : std::exchange(slot->sending.again, {})) fail(std::move(content), why);
      while (auto content = accumulator::take(*slot, UINT64_MAX)) fail(std::move(content), why);
    }
  }
}

void producer_core::purge(const error& why) { give_up_waiting(why); }

void producer_core::purge_all(const error& why) {
  // Sequence numbers restart behind what is dropped here (`fail` sees to that): later records must not be
  // taken for these when the broker has them.
  for (auto& [token, lost] : flights_) {
    for (auto& content : std::exchange(lost.batches, {})) {
      returned(*content);
      content->maybe_persisted = true;
      content->stray = true;
      fail(std::move(content), why);
    }
  }
  give_up_waiting(why);
}

void producer_core::abandon(const error& why) {
  for (auto& [token, lost] : std::exchange(flights_, {})) {
    for (auto& content : lost.batches) {
      content->maybe_persisted = true;
      fail(std::move(content), why);
    }
  }
  give_up_waiting(why);
  transaction_.stop(why);
}

void producer_core::metrics(metrics_snapshot& into) const {
  auto m = counted_;
  m.queue_bytes = source_->pool().used();
  m.queue_records = unfinished_records();
  m.records_accepted = m.queue_records + finished_records_;
  into.producers.push_back(m);
}

std::uint64_t producer_core::unfinished_records() const {
  std::uint64_t accepted = 0;
  for (const auto* topic : topics_) {
    for (const auto& slot : topic->slots) {
      std::lock_guard guard{slot->lock};
      accepted += slot->accepted;
    }
  }
  return accepted - finished_records_;
}

}  // namespace kwire::core
