#include "core/connection/connection.hpp"

#include <algorithm>
#include <kwire/protocol/header.hpp>

namespace kwire::core {

std::string endpoint::address() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

connection::connection(const client_settings& settings, endpoint& peer, std::optional<std::string> cluster_id,
                       random_source& random, connection_output& out)
    : settings_(&settings), peer_(&peer), cluster_id_(std::move(cluster_id)), random_(&random), out_(&out) {}

void connection::submit(request asked, time_point now) {
  waiting_.push_back(std::move(asked));
  if (state_ == state::closed && now >= peer_->retry_at) return open_link_now(now);
  if (state_ == state::ready) send_waiting(now);
}

void connection::open_link_now(time_point now) {
  link_ = link_id{++out_->last_link};
  state_ = state::opening;
  // The limit for a whole set-up grows with failures, as a slow network deserves (KIP-601).
  const auto doublings = std::min<unsigned>(peer_->pause.failures(), 10);
  const auto limit = std::min(settings_->connection_setup_timeout * (1 << doublings),
                              settings_->connection_setup_timeout_max);
  setup_deadline_ = now + limit;
  out_->commands.emplace_back(open_link{link_, peer_->host, peer_->port});
  tell(event_kind::connecting, severity::debug);
}

void connection::on_opened(time_point now) {
  if (state_ != state::opening) return;  // given up meanwhile
  state_ = state::setting_up;
  script_.emplace(*settings_, peer_->setup, intended_peer{cluster_id_, peer_->id});
  setup_deadline_ = std::min(setup_deadline_, now + settings_->api_version_request_timeout);
  perform(script_->start(), now);
}

void connection::perform(setup_script::action action, time_point now) {
  if (auto* step = std::get_if<setup_script::send>(&action)) {
    outgoing_frame frame;
    protocol::writer out;
    out.fixed(static_cast<std::int32_t>(step->frame.size()));
    out.raw(step->frame);
    frame.head = std::move(out.buffer());
    out_->commands.emplace_back(write_link{link_, std::move(frame)});
  } else if (auto* done = std::get_if<setup_script::ready>(&action)) {
    state_ = state::ready;
    versions_ = done->versions;
    script_.reset();
    setup_deadline_ = never;
    last_used_ = now;
    peer_->pause.reset();
    peer_->last_failure.reset();
    tell(event_kind::connected, severity::debug);
    send_waiting(now);
  } else if (std::holds_alternative<setup_script::reconnect>(action)) {
    out_->commands.emplace_back(close_link{link_});
    tell(event_kind::api_versions_fallback, severity::info);
    open_link_now(now);
  } else {
    fail_setup(std::get<setup_script::failed>(action).why, now);
  }
}

void connection::on_frame(const frame& received, time_point now) {
  if (state_ != state::setting_up && state_ != state::ready)
    return;  // late bytes of a link that was given up
  peer_->bytes_received += received.content().size() + 4;
  if (state_ == state::setting_up) return perform(script_->on_frame(received.content()), now);
  if (in_flight_.empty()) {
    return lose_link(error{errc::unexpected_answer, "an answer came that nobody asked for"}, now, true);
  }
  auto& front = in_flight_.front();
  protocol::reader in{received.content()};
  const auto correlation = protocol::decode_response_header(in, front.asked.body->info(), front.version);
  if (!correlation || *correlation != front.correlation) {
    return lose_link(error{errc::unexpected_answer, "the answer does not belong to the oldest request"}, now,
                     true);
  }
  flight done = std::move(front);
  in_flight_.pop_front();
  last_used_ = now;
  peer_->latency.add(now - done.sent);
  response answer;
  answer.version = done.version;
  answer.body = received.from(in.offset());
  answer.from = peer_->id;
  answer.sent = done.sent;
  answer.transaction_version = versions_->transaction_version();
  out_->answers.push_back({std::move(done.asked), std::move(answer)});
}

void connection::on_closed(const error& why, time_point now) {
  if (state_ == state::closed) return;
  if (state_ == state::setting_up && why == errc::connection_lost) return perform(script_->on_closed(), now);
  if (state_ != state::ready) return fail_setup(why, now);
  lose_link(why, now, !in_flight_.empty());
}

void connection::fail_setup(const error& why, time_point now) {
  peer_->retry_at = now + peer_->pause.next(*random_);
  peer_->last_failure = here(why);
  out_->commands.emplace_back(close_link{link_});
  state_ = state::closed;
  script_.reset();
  setup_deadline_ = never;
  tell(event_kind::connect_failed, severity::warning, peer_->last_failure);
  auto unsent = std::move(waiting_);
  waiting_.clear();
  for (auto& asked : unsent) answer(std::move(asked), why, false);
}

void connection::lose_link(const error& why, time_point now, bool is_fault) {
  out_->commands.emplace_back(close_link{link_});
  state_ = state::closed;
  versions_.reset();
  script_.reset();
  setup_deadline_ = never;
  if (is_fault) {
    peer_->retry_at = now + peer_->pause.next(*random_);
    peer_->last_failure = here(why);
  }
  tell(event_kind::disconnected, is_fault ? severity::warning : severity::debug, here(why));
  auto lost = std::move(in_flight_);
  in_flight_.clear();
  for (auto& sent : lost) answer(std::move(sent.asked), why, true);
  // What was not sent has lost nothing: it waits for the next link.
  if (!waiting_.empty() && now >= peer_->retry_at) open_link_now(now);
}

void connection::shut_down(const error& why, time_point now) {
  if (state_ != state::closed) lose_link(why, now, false);
  if (state_ != state::closed) {  // lose_link may have begun to open a new one
    out_->commands.emplace_back(close_link{link_});
    state_ = state::closed;
    setup_deadline_ = never;
  }
  auto unsent = std::move(waiting_);
  waiting_.clear();
  for (auto& asked : unsent) answer(std::move(asked), why, false);
}

void connection::abandon(const reactor& origin) {
  std::erase_if(waiting_, [&](const request& asked) { return asked.origin == &origin; });
  for (auto& sent : in_flight_) {
    if (sent.asked.origin == &origin) sent.asked.origin = nullptr;
  }
}

void connection::send_waiting(time_point now) {
  while (!waiting_.empty() && now >= muted_until_) {
    request asked = std::move(waiting_.front());
    waiting_.pop_front();
    const auto& info = asked.body->info();
    const auto version = asked.forced_version ? asked.forced_version : versions_->choose(info, asked.usable);
    if (!version) {
      const auto offered = versions_->range(info.key);
      error why{errc::unsupported_by_broker,
                offered.empty()
                    ? "the broker does not offer " + std::string{to_string(info.key)}
                    : "the broker offers " + std::string{to_string(info.key)} + " " +
                          std::to_string(offered.min) + " to " + std::to_string(offered.max) + " only"};
      answer(std::move(asked), std::move(why), false);
      continue;
    }
    send(std::move(asked), *version, now);
  }
}

void connection::send(request asked, std::int16_t version, time_point now) {
  protocol::writer out;
  out.gather(true);
  out.fixed(std::int32_t{0});  // length, known at the end
  const auto& info = asked.body->info();
  last_correlation_ = last_correlation_ == INT32_MAX ? 1 : last_correlation_ + 1;
  const correlation_id correlation{last_correlation_};
  protocol::encode_header({info.key, version, correlation, settings_->client_id}, info, out);
  if (auto done = asked.body->encode(version, out); !done)
    return answer(std::move(asked), done.error(), false);
  out.patch32(0, static_cast<std::int32_t>(out.total() - 4));

  outgoing_frame frame;
  frame.slices = out.slices();
  frame.head = std::move(out.buffer());
  frame.keep = asked.body;
  ++peer_->requests;
  peer_->bytes_sent += out.total();
  last_used_ = now;
  out_->commands.emplace_back(write_link{link_, std::move(frame)});
  if (asked.expects_answer) {
    in_flight_.push_back({std::move(asked), correlation, version, now});
    return;
  }
  response handed_over;
  handed_over.version = version;
  handed_over.from = peer_->id;
  handed_over.sent = now;
  out_->answers.push_back({std::move(asked), std::move(handed_over)});
}

void connection::advance(time_point now) {
  expire(now);
  if (state_ == state::closed && !waiting_.empty() && now >= peer_->retry_at) open_link_now(now);
  if ((state_ == state::opening || state_ == state::setting_up) && now >= setup_deadline_) {
    if (state_ == state::setting_up) {
      perform(script_->on_timeout(), now);
    } else {
      fail_setup(error{errc::timed_out, "no connection within socket.connection.setup.timeout.ms"}, now);
    }
  }
  if (state_ != state::ready) return;
  send_waiting(now);
  const auto idle = settings_->connections_max_idle;
  if (load() == 0 && idle.count() >= 0 && now >= last_used_ + idle) {
    out_->commands.emplace_back(close_link{link_});
    state_ = state::closed;
    tell(event_kind::idle_closed, severity::debug);
  }
}

/// A request that is due ends here. If it was sent, the link goes too: its answer would still stand in the
/// way of all later ones.
void connection::expire(time_point now) {
  const auto overdue = [now](const request& asked) { return asked.deadline <= now; };
  if (std::ranges::any_of(waiting_, overdue)) expire_waiting(now);
  if (std::ranges::any_of(in_flight_, overdue, &flight::asked)) {
    lose_link(error{errc::timed_out, "no answer within request.timeout.ms"}, now, true);
  }
}

void connection::expire_waiting(time_point now) {
  std::deque<request> kept;
  std::deque<request> due;
  for (auto& asked : waiting_) (asked.deadline <= now ? due : kept).push_back(std::move(asked));
  waiting_ = std::move(kept);
  for (auto& asked : due) {
    error why{errc::timed_out, "the request could not be sent in time"};
    if (peer_->last_failure) why = *peer_->last_failure;
    answer(std::move(asked), std::move(why), false);
  }
}

time_point connection::next_deadline() const {
  auto next = setup_deadline_;
  for (const auto& asked : waiting_) next = std::min(next, asked.deadline);
  for (const auto& sent : in_flight_) next = std::min(next, sent.asked.deadline);
  if (state_ == state::closed && !waiting_.empty()) next = std::min(next, peer_->retry_at);
  if (state_ == state::ready && !waiting_.empty()) next = std::min(next, muted_until_);
  if (state_ == state::ready && load() == 0 && settings_->connections_max_idle.count() >= 0) {
    next = std::min<time_point>(next, last_used_ + settings_->connections_max_idle);
  }
  return next;
}

void connection::answer(request asked, error why, bool maybe_sent) {
  ++peer_->failures;
  response failed;
  failed.failure = here(std::move(why)).in(asked.body->info().key);
  failed.maybe_sent = maybe_sent;
  failed.from = peer_->id;
  out_->answers.push_back({std::move(asked), std::move(failed)});
}

error connection::here(error why) const { return why.at_broker(peer_->id, peer_->address()); }

void connection::tell(event_kind kind, severity level, std::optional<error> why) {
  event e{kind, level, context::broker};
  e.at(peer_->id).about(peer_->address());
  if (why) e.because(*std::move(why));
  out_->events.push_back(std::move(e));
}

}  // namespace kwire::core
