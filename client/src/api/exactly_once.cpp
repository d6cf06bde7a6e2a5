#include <kwire/client/exactly_once.hpp>

namespace kwire::api_detail {

result<void> exactly_once_steps::begin() {
  if (auto why = in_->unfit_for_transactions()) return std::move(*why);
  if (auto done = settle(); !done) return done;
  if (auto done = out_->register_once(limit_); !done) return undo(done.error());
  if (auto done = out_->begin_transaction(); !done) return undo(done.error());
  return {};
}

result<void> exactly_once_steps::produce(const record& what) { return out_->produce(what); }

result<void> exactly_once_steps::finish() {
  auto member = in_->group_metadata();
  if (!member) return member.error();
  offset_map behind;
  for (const auto& part : batch_->partitions()) behind[part.where()] = part.next_offset();
  if (auto done = out_->send_offsets_to_transaction(behind, *member, limit_); !done) return done;
  return out_->commit_transaction(limit_);
}

/// The commit before, if nobody knows what became of it.
result<void> exactly_once_steps::settle() {
  if (!out_->commit_pending()) return {};
  auto done = out_->commit_transaction(limit_);
  if (done || done.error() == errc::timed_out) return done;
  (void)out_->abort_transaction(limit_);
  const auto assigned = in_->assignment();
  const auto kept = in_->committed(assigned, limit_);
  if (!kept) return kept.error();
  for (const auto& where : assigned) {
    const auto found = kept->find(where);
    (void)(found != kept->end() ? in_->seek(where, found->second.offset) : in_->seek_to_beginning({where}));
  }
  return done;
}

error exactly_once_steps::undo(error why) {
  if (why == errc::timed_out && out_->commit_pending()) return why;
  (void)out_->abort_transaction(limit_);
  std::map<topic_partition, std::int64_t> first;
  for (const auto& part : batch_->partitions()) first.try_emplace(part.where(), part.first_offset());
  // Those that are somebody else's by now refuse, and rightly so.
  for (const auto& [where, offset] : first) (void)in_->seek(where, offset);
  return why;
}

}  // namespace kwire::api_detail
