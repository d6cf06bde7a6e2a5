// What the broker's answers mean for batches: the second half of producer_core.
#include <algorithm>

#include "core/producer/batch_split.hpp"
#include "core/producer/producer_core.hpp"

namespace kwire::core {
namespace {

constexpr std::uint64_t transaction_token = UINT64_MAX;
constexpr std::uint64_t identity_token = 0;
constexpr std::int16_t first_to_wait_here = 6;  // before KIP-219 the broker has waited itself

bool changes_identity(broker_errc code) noexcept {
  return code == broker_errc::out_of_order_sequence_number || code == broker_errc::unknown_producer_id ||
         code == broker_errc::invalid_producer_epoch || code == broker_errc::producer_fenced;
}

error refusal(const batch& content, broker_errc code, const protocol::produce_response::partition& answer) {
  error why{code};
  if (answer.error_message) why.with_detail(*answer.error_message);
  return why.in(api::produce).on(content.slot->topic->name, content.slot->id);
}

}  // namespace

void producer_core::handle(std::uint64_t token, response answer, time_point now) {
  if (token == identity_token) {
    identity_.digest(answer, now, out_.events);
    if (identity_.now_is() == identity::state::refused) break_down(identity_.refusal());
    return;
  }
  if (token == transaction_token) return transaction_.digest(answer, now, out_);
  auto found = flights_.extract(token);
  if (found.empty()) return;
  auto sent = std::move(found.mapped());
  --nodes_[sent.node].in_flight;
  patience_.returned(sent.node, !answer.failure, now);
  for (const auto& content : sent.batches) returned(*content);
  if (answer.failure) return on_failure(std::move(sent), answer, now);
  if (settings_.acks == 0) {
    for (auto& content : sent.batches) complete(std::move(content), -1);
    return;
  }
  on_answer(std::move(sent), answer, now);
}

void producer_core::returned(const batch& content) {
  std::erase_if(content.slot->sending.in_flight, [&](const auto& sent) { return sent.is(content); });
  enqueue(*content.slot);
}

void producer_core::on_failure(flight lost, const response& answer, time_point now) {
  const auto& why = *answer.failure;
  out_.refresh_metadata = true;
  if (answer.maybe_sent) transaction_.left_in_doubt();
  for (auto& content : lost.batches) {
    content->maybe_persisted = content->maybe_persisted || answer.maybe_sent;
    content->stray = content->stray || answer.maybe_sent;
    const bool hopeless = why == errc::unsupported_by_broker ||
                          (why.code().category() != client_category() && !why.retriable());
    if (hopeless) {
      fail(std::move(content), why);
    } else {
      retry(std::move(content), why, now);
    }
  }
}

void producer_core::on_answer(flight sent, const response& answer, time_point now) {
  if (auto read = read_response(answer_, answer); !read) {
    response failed;
    failed.failure = read.error();
    failed.maybe_sent = true;
    for (auto& content : sent.batches) {
      content->maybe_persisted = true;
      retry(std::move(content), read.error(), now);
    }
    transaction_.left_in_doubt();
    return;
  }
  if (answer_.throttle_time_ms > 0) {
    if (answer.version >= first_to_wait_here) {
      out_.throttled.emplace_back(sent.node, now + std::chrono::milliseconds{answer_.throttle_time_ms});
    }
    out_.events.emplace_back(event_kind::throttled, severity::info, context::msg)
        .at(sent.node)
        .with("produce quota, " + std::to_string(answer_.throttle_time_ms) + " ms");
  }
  // Brokers answer in the order of the request as a rule, so the search begins where the last one ended.
  std::size_t next = 0;
  for (const auto& topic : answer_.responses) {
    for (const auto& partition : topic.partition_responses) {
      for (std::size_t step = 0; step < sent.batches.size(); ++step) {
        auto& content = sent.batches[(next + step) % sent.batches.size()];
        if (!content || content->slot->id != partition.index) continue;
        const auto& wanted = *content->slot->topic;
        const bool same =
            answer.version >= 13 ? content->incarnation == topic.topic_id : wanted.name == topic.name;
        if (!same) continue;
        next = (next + step + 1) % sent.batches.size();
        on_partition(std::move(content), partition, now);
        break;
      }
    }
  }
  if (!out_.leaders.empty()) out_.leaders.add_brokers(answer_.node_endpoints);
  for (auto& content : sent.batches) {
    if (!content) continue;
    content->maybe_persisted = true;
    retry(std::move(content), error{errc::unexpected_answer, "the answer leaves the partition out"}, now);
  }
}

void producer_core::on_partition(batch_ptr content, const answer_of& answer, time_point now) {
  const auto code = static_cast<broker_errc>(answer.error_code);
  if (code == broker_errc::none) {
    return complete(std::move(content), answer.base_offset, answer.log_append_time_ms);
  }
  // The batch is in the log already: an earlier attempt was persisted after all.
  if (code == broker_errc::duplicate_sequence_number) return complete(std::move(content), -1);
  on_refused(std::move(content), code, answer, now);
}

void producer_core::on_refused(batch_ptr content, broker_errc code, const answer_of& answer, time_point now) {
  auto& sending = content->slot->sending;
  auto why = refusal(*content, code, answer);
  if (needs_metadata_refresh(code)) {
    out_.refresh_metadata = true;
    (void)out_.leaders.add(content->slot->topic->name, content->slot->id, answer.current_leader);
  }
  if (transaction_.used() && changes_identity(code)) {
    return on_refused_in_transaction(std::move(content), std::move(why), now);
  }
  switch (code) {
    case broker_errc::out_of_order_sequence_number:
      // Not in the log yet. Behind another batch of ours it only waits for that one; at the head a number is
      // missing that will never come, so numbering must restart.
      content->maybe_persisted = false;
      if (is_head(*content)) {
        sending.renew_identity = true;
        // Under new numbers it could be in the log twice: an attempt of old may still arrive, behind the one
        // that is missing now.
        if (content->stray) return fail(std::move(content), std::move(why));
      }
      return retry(std::move(content), why, now);
    case broker_errc::unknown_producer_id:
    case broker_errc::invalid_producer_epoch:
      content->maybe_persisted = false;
      // What comes late under a fenced epoch is refused as well.
      if (code == broker_errc::invalid_producer_epoch) content->stray = false;
      sending.renew_identity = true;
      return retry(std::move(content), why, now);
    case broker_errc::producer_fenced: fail(std::move(content), why); return break_down(why);
    case broker_errc::not_enough_replicas_after_append:
    case broker_errc::request_timed_out:
      content->maybe_persisted = true;
      return retry(std::move(content), why, now);
    case broker_errc::not_leader_or_follower:
    case broker_errc::unknown_topic_or_partition:
    case broker_errc::kafka_storage_error:
      // With acks=all said before the append, and also after it, when leader or topic go away while the
      // broker waits for the followers: the records may be with the next leader.
      content->maybe_persisted = content->maybe_persisted || settings_.acks == -1;
      return is_retriable(code) ? retry(std::move(content), why, now)
                                : fail(std::move(content), std::move(why));
    case broker_errc::message_too_large:
    case broker_errc::record_list_too_large:
      // Parts of what may be in the log would be in it twice.
      if (content->count > 1 && !content->maybe_persisted && !content->stray && !overdue(*content, now)) {
        return split(std::move(content));
      }
      return fail(std::move(content), std::move(why));
    default:
      // A code without a meaning does not say when the broker failed.
      if (code == broker_errc::unknown_server_error || find(code) == nullptr) content->maybe_persisted = true;
      // Refused before the append, so only earlier attempts could have left it in the log.
      if (is_retriable(code)) return retry(std::move(content), why, now);
      if (!answer.record_errors.empty() && sift(content, why, answer)) return;
      return fail(std::move(content), std::move(why));
  }
}

/// Here an epoch is the coordinator's to give, and not within a transaction.
void producer_core::on_refused_in_transaction(batch_ptr content, error why, time_point now) {
  content->maybe_persisted = false;
  const bool out_of_order = why == broker_errc::out_of_order_sequence_number;
  // Behind another batch of ours it is only early.
  if (out_of_order && !is_head(*content)) return retry(std::move(content), why, now);
  if (!out_of_order && why != broker_errc::unknown_producer_id) transaction_.epoch_refused(why);
  fail(std::move(content), std::move(why));
}

bool producer_core::is_head(const batch& content) {
  const auto& sending = content.slot->sending;
  const bool behind_flight =
      std::ranges::any_of(sending.in_flight, [&](const auto& sent) { return sent.is_older_than(content); });
  const bool behind_again =
      std::ranges::any_of(sending.again, [&](const batch_ptr& b) { return older(*b, content); });
  return !behind_flight && !behind_again;
}

void producer_core::retry(batch_ptr content, const error& why, time_point now) {
  auto& slot = *content->slot;
  auto& sending = slot.sending;
  ++content->attempts;
  ++counted_.batches_retried;
  if (broken_) return fail(std::move(content), *broken_);
  if (auto given_up = transaction_.rejection()) return fail(std::move(content), std::move(*given_up));
  if (content->attempts > settings_.retries) return fail(std::move(content), why);
  if (overdue(*content, now)) {
    error late{errc::batch_expired, "delivery.timeout.ms passed; last: " + why.message()};
    return fail(std::move(content), late.on(slot.topic->name, slot.id));
  }
  out_.events.emplace_back(event_kind::batch_retried, severity::debug, context::msg)
      .about(slot.topic->name + "-" + std::to_string(raw(slot.id)))
      .because(why)
      .with("attempt " + std::to_string(content->attempts));
  if (!sending.draining) {
    sending.draining = !sending.in_flight.empty();
    backoff pause{client_->retry_backoff, client_->retry_backoff_max};
    for (unsigned i = 0; i < sending.failures; ++i) pause.next(random_);
    sending.failures = std::min(sending.failures + 1, 16U);
    sending.not_before = now + pause.next(random_);
  }
  next_expiry_ = std::min<time_point>(next_expiry_, content->opened + settings_.delivery_timeout);
  send_again(std::move(content));
  enqueue(slot);
}

void producer_core::send_again(batch_ptr content) {
  auto& again = content->slot->sending.again;
  const auto place = std::ranges::upper_bound(
      again, content, [](const batch_ptr& a, const batch_ptr& b) { return older(*a, *b); });
  again.insert(place, std::move(content));
}

/// Both halves keep the numbers of their records, so nothing else has to change.
void producer_core::split(batch_ptr content) {
  auto& slot = *content->slot;
  auto& sending = slot.sending;
  out_.events.emplace_back(event_kind::batch_split, severity::debug, context::msg)
      .about(slot.topic->name + "-" + std::to_string(raw(slot.id)))
      .with(std::to_string(content->count) + " records in " + std::to_string(content->sealed.size()) +
            " octets");
  sending.draining = !sending.in_flight.empty();
  ++sending.numbered;
  ++slot.unanswered;
  for (auto& part : split_batch(*content, source_->pool())) {
    protocol::batch_stamp stamp;
    if (part->base_sequence >= 0) {
      stamp = {sending.identity, sending.epoch, part->base_sequence, transaction_.used()};
    }
    part->sealed = part->builder.seal(stamp, settings_.compression(), &compressor_);
    send_again(std::move(part));
  }
  enqueue(slot);
}

/// The broker has named the records that it does not want, and taken none (KIP-467). Those fail, each with
/// what was said of it; the others go out again under numbers of their own. False when it named none, or when
/// it is not known that the batch is in no log. A transaction has to be aborted for the one record in any
/// case.
bool producer_core::sift(batch_ptr& content, const error& why, const answer_of& answer) {
  std::map<std::int32_t, const std::optional<std::string>*> named;
  for (const auto& one : answer.record_errors) {
    if (one.batch_index < 0 || one.batch_index >= content->count) continue;
    named.emplace(one.batch_index, &one.batch_index_error_message);
  }
  if (named.empty() || content->maybe_persisted || content->stray) return false;
  auto& slot = *content->slot;
  std::vector<std::int32_t> indices;
  for (const auto& [index, text] : named) indices.push_back(index);
  auto sifted = sift_batch(*content, indices, source_->pool());
  const auto parts = sifted.refused.size() + (sifted.rest ? 1 : 0);
  slot.unanswered += static_cast<std::uint32_t>(parts - 1);
  auto text = named.begin();
  for (auto& part : sifted.refused) {
    error own{why};
    if (*text->second) own.with_detail(**text->second);
    ++text;
    fail(std::move(part), std::move(own));
  }
  if (!sifted.rest) return true;
  if (transaction_.used()) {
    fail(std::move(sifted.rest), error{why}.with_detail("other records of its batch were refused"));
    return true;
  }
  sifted.rest->sealed = sifted.rest->builder.seal({}, settings_.compression(), &compressor_);
  slot.sending.draining = !slot.sending.in_flight.empty();
  send_again(std::move(sifted.rest));
  enqueue(slot);
  return true;
}

void producer_core::fail(batch_ptr content, error why) {
  auto& sending = content->slot->sending;
  --content->slot->unanswered;
  // Its sequence numbers will not be used: later ones would wait for them for ever.
  if (content->base_sequence >= 0) sending.renew_identity = true;
  transaction_.batch_failed(why, content->base_sequence >= 0);
  if (why.topic().empty()) why.on(content->slot->topic->name, content->slot->id);
  const auto count = static_cast<std::uint64_t>(content->count);
  finished_records_ += count;
  counted_.records_failed += count;
  const bool quiet = why == errc::purged;
  out_.events
      .emplace_back(event_kind::batch_failed, quiet ? severity::debug : severity::warning, context::msg)
      .about(content->slot->topic->name + "-" + std::to_string(raw(content->slot->id)))
      .because(why)
      .with(std::to_string(count) + " records");
  const bool doubt = content->maybe_persisted || content->stray;
  const auto result = doubt ? outcome::possibly_persisted : outcome::not_persisted;
  if (!settings_.report_record) content->memory.reset();
  sink_->finished({std::move(content), result, -1, std::move(why)});
}

void producer_core::complete(batch_ptr content, std::int64_t base_offset, std::int64_t append_time_ms) {
  content->slot->sending.failures = 0;
  --content->slot->unanswered;
  content->slot->sending.acknowledged = true;
  transaction_.batch_persisted();
  const auto count = static_cast<std::uint64_t>(content->count);
  finished_records_ += count;
  counted_.records_persisted += count;
  if (!settings_.report_record) content->memory.reset();
  const auto result = settings_.acks == 0 ? outcome::possibly_persisted : outcome::persisted;
  sink_->finished({std::move(content), result, base_offset, std::nullopt, append_time_ms});
}

void producer_core::break_down(const error& why) {
  if (!broken_) broken_ = why;
  sink_->topics_changed();
}

}  // namespace kwire::core
