#include <algorithm>
#include <array>
#include <kwire/protocol/broker_errc.hpp>

namespace kwire {
namespace {

enum class then { stop, retry, refresh };

constexpr broker_error_info entry(std::int16_t code, std::string_view name, then next,
                                  std::string_view meaning) {
  return {broker_errc{code}, name, next != then::stop, next == then::refresh, meaning};
}

constexpr auto stop = then::stop;        // what the request asks for will not become possible by asking again
constexpr auto retry = then::retry;      // Java's RetriableException
constexpr auto refresh = then::refresh;  // Java's InvalidMetadataException, which is retriable too

constexpr std::array table = {
    entry(-1, "UNKNOWN_SERVER_ERROR", stop,
          "The broker failed in a way it has no code for; its log tells more."),
    entry(0, "NONE", stop, "No error."),
    entry(1, "OFFSET_OUT_OF_RANGE", stop,
          "The offset lies before the first or behind the last one of the partition."),
    entry(2, "CORRUPT_MESSAGE", retry,
          "The record batch fails its checksum, is malformed, or lacks a key in a compacted topic."),
    entry(3, "UNKNOWN_TOPIC_OR_PARTITION", refresh,
          "The broker does not host this topic-partition, or it does not exist."),
    entry(4, "INVALID_FETCH_SIZE", stop, "The requested fetch size makes no sense."),
    entry(5, "LEADER_NOT_AVAILABLE", refresh,
          "The partition has no leader just now; an election is under way."),
    entry(6, "NOT_LEADER_OR_FOLLOWER", refresh,
          "This broker is not the leader (or, for followers' requests, not a replica) of the partition any "
          "more."),
    entry(7, "REQUEST_TIMED_OUT", retry, "The broker could not finish within the time the request allowed."),
    entry(8, "BROKER_NOT_AVAILABLE", stop, "The broker is not available."),
    entry(9, "REPLICA_NOT_AVAILABLE", refresh, "The replica is not available for this partition."),
    entry(10, "MESSAGE_TOO_LARGE", stop, "A record or batch is larger than the topic or broker accepts."),
    entry(11, "STALE_CONTROLLER_EPOCH", stop, "The controller has moved to another broker."),
    entry(12, "OFFSET_METADATA_TOO_LARGE", stop,
          "The text stored with an offset commit is longer than the broker accepts."),
    entry(13, "NETWORK_EXCEPTION", refresh, "The broker hung up before it answered."),
    entry(14, "COORDINATOR_LOAD_IN_PROGRESS", retry, "The coordinator is still loading its state."),
    entry(15, "COORDINATOR_NOT_AVAILABLE", retry, "The coordinator does not exist yet or cannot be reached."),
    entry(16, "NOT_COORDINATOR", retry,
          "This broker is not the coordinator of the group or transaction any more."),
    entry(17, "INVALID_TOPIC_EXCEPTION", stop,
          "The topic name is not valid, or clients may not write to the topic."),
    entry(18, "RECORD_LIST_TOO_LARGE", stop, "A batch is larger than a log segment of the broker."),
    entry(19, "NOT_ENOUGH_REPLICAS", retry,
          "Fewer replicas are in sync than min.insync.replicas asks for; nothing was written."),
    entry(20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", retry,
          "The batch was written, but fewer replicas hold it than min.insync.replicas asks for."),
    entry(21, "INVALID_REQUIRED_ACKS", stop, "The acks value is none of -1, 0 and 1."),
    entry(22, "ILLEGAL_GENERATION", stop,
          "The generation of the group is not the current one; the member must rejoin."),
    entry(23, "INCONSISTENT_GROUP_PROTOCOL", stop,
          "The member's protocols share nothing with those of the group."),
    entry(24, "INVALID_GROUP_ID", stop, "The group id is empty or not valid."),
    entry(25, "UNKNOWN_MEMBER_ID", stop,
          "The coordinator does not know this member; it must rejoin with a new member id."),
    entry(26, "INVALID_SESSION_TIMEOUT", stop,
          "The session timeout lies outside the range the broker allows."),
    entry(27, "REBALANCE_IN_PROGRESS", stop, "The group is rebalancing; the member must rejoin."),
    entry(28, "INVALID_COMMIT_OFFSET_SIZE", stop,
          "The offset commit is too large for the broker's internal topic."),
    entry(29, "TOPIC_AUTHORIZATION_FAILED", stop, "The principal may not do this with the topic."),
    entry(30, "GROUP_AUTHORIZATION_FAILED", stop, "The principal may not do this with the group."),
    entry(31, "CLUSTER_AUTHORIZATION_FAILED", stop, "The principal may not do this with the cluster."),
    entry(32, "INVALID_TIMESTAMP", stop, "The record's timestamp is out of the range the topic accepts."),
    entry(33, "UNSUPPORTED_SASL_MECHANISM", stop, "The broker does not offer this SASL mechanism."),
    entry(34, "ILLEGAL_SASL_STATE", stop,
          "The request does not fit into the present state of authentication."),
    entry(35, "UNSUPPORTED_VERSION", stop, "The broker does not know this version of the API."),
    entry(36, "TOPIC_ALREADY_EXISTS", stop, "A topic of this name exists already."),
    entry(37, "INVALID_PARTITIONS", stop, "The number of partitions is not possible."),
    entry(38, "INVALID_REPLICATION_FACTOR", stop,
          "The replication factor is below one or above the number of brokers."),
    entry(39, "INVALID_REPLICA_ASSIGNMENT", stop, "The given replica assignment is not possible."),
    entry(40, "INVALID_CONFIG", stop, "A configuration value is not valid."),
    entry(41, "NOT_CONTROLLER", retry, "This broker is not the controller."),
    entry(42, "INVALID_REQUEST", stop, "The broker could not make sense of the request."),
    entry(43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", stop,
          "The message format of the topic does not support the request."),
    entry(44, "POLICY_VIOLATION", stop, "A policy set on the cluster forbids the request."),
    entry(45, "OUT_OF_ORDER_SEQUENCE_NUMBER", stop,
          "The batch's sequence number does not follow the last one the broker has."),
    entry(46, "DUPLICATE_SEQUENCE_NUMBER", stop,
          "The broker has this batch already, and no longer remembers its offset."),
    entry(47, "INVALID_PRODUCER_EPOCH", stop, "The producer's epoch is older than the one the broker knows."),
    entry(48, "INVALID_TXN_STATE", stop, "The transaction is not in a state that allows this operation."),
    entry(49, "INVALID_PRODUCER_ID_MAPPING", stop,
          "The producer id does not belong to the transactional id."),
    entry(50, "INVALID_TRANSACTION_TIMEOUT", stop,
          "The transaction timeout is above what the broker allows."),
    entry(51, "CONCURRENT_TRANSACTIONS", retry,
          "Another operation on the same transaction is still under way."),
    entry(52, "TRANSACTION_COORDINATOR_FENCED", stop,
          "The coordinator that wrote a transaction marker has been replaced."),
    entry(53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", stop,
          "The principal may not use the transactional id."),
    entry(54, "SECURITY_DISABLED", stop, "The broker runs without the security feature this request needs."),
    entry(55, "OPERATION_NOT_ATTEMPTED", stop,
          "The broker did not try this part of the request because another part failed."),
    entry(56, "KAFKA_STORAGE_ERROR", refresh, "The broker's disk failed while it accessed the log."),
    entry(57, "LOG_DIR_NOT_FOUND", stop, "The broker has no log directory of this name."),
    entry(58, "SASL_AUTHENTICATION_FAILED", stop, "The credentials were not accepted."),
    entry(59, "UNKNOWN_PRODUCER_ID", stop,
          "The broker holds no state of this producer, for instance because its records have expired."),
    entry(60, "REASSIGNMENT_IN_PROGRESS", stop, "A reassignment of the partition is already under way."),
    entry(61, "DELEGATION_TOKEN_AUTH_DISABLED", stop, "The broker runs without delegation tokens."),
    entry(62, "DELEGATION_TOKEN_NOT_FOUND", stop, "The broker does not know the delegation token."),
    entry(63, "DELEGATION_TOKEN_OWNER_MISMATCH", stop,
          "The principal is neither owner nor renewer of the delegation token."),
    entry(64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", stop,
          "Delegation tokens cannot be requested over this kind of connection."),
    entry(65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", stop,
          "The principal may not do this with the delegation token."),
    entry(66, "DELEGATION_TOKEN_EXPIRED", stop, "The delegation token has expired."),
    entry(67, "INVALID_PRINCIPAL_TYPE", stop, "The kind of principal is not supported."),
    entry(68, "NON_EMPTY_GROUP", stop, "The group still has members."),
    entry(69, "GROUP_ID_NOT_FOUND", stop, "The group does not exist."),
    entry(70, "FETCH_SESSION_ID_NOT_FOUND", retry, "The broker does not hold this fetch session."),
    entry(71, "INVALID_FETCH_SESSION_EPOCH", retry, "The fetch session is at another epoch."),
    entry(72, "LISTENER_NOT_FOUND", refresh, "The leader has no listener of the name this connection uses."),
    entry(73, "TOPIC_DELETION_DISABLED", stop, "The cluster does not allow topics to be deleted."),
    entry(74, "FENCED_LEADER_EPOCH", refresh, "The leader epoch in the request is older than the broker's."),
    entry(75, "UNKNOWN_LEADER_EPOCH", retry, "The leader epoch in the request is newer than the broker's."),
    entry(76, "UNSUPPORTED_COMPRESSION_TYPE", stop,
          "The partition holds records in a compression type that this request version cannot carry."),
    entry(77, "STALE_BROKER_EPOCH", stop, "The broker has registered anew since."),
    entry(78, "OFFSET_NOT_AVAILABLE", retry,
          "A new leader does not know the end of its log for certain yet."),
    entry(79, "MEMBER_ID_REQUIRED", stop,
          "The member must join again with the member id it has just been given."),
    entry(80, "PREFERRED_LEADER_NOT_AVAILABLE", refresh, "The preferred leader is not available."),
    entry(81, "GROUP_MAX_SIZE_REACHED", stop, "The group has as many members as it may have."),
    entry(82, "FENCED_INSTANCE_ID", stop,
          "Another member with the same group.instance.id has taken this one's place."),
    entry(83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", refresh, "No replica that may become leader is available."),
    entry(84, "ELECTION_NOT_NEEDED", refresh, "The partition has the wanted leader already."),
    entry(85, "NO_REASSIGNMENT_IN_PROGRESS", stop, "No reassignment of the partition is under way."),
    entry(86, "GROUP_SUBSCRIBED_TO_TOPIC", stop, "The group still subscribes to the topic."),
    entry(87, "INVALID_RECORD", stop, "The broker rejects the contents of a record."),
    entry(88, "UNSTABLE_OFFSET_COMMIT", retry,
          "Offsets of open transactions stand before the requested ones; ask again."),
    entry(89, "THROTTLING_QUOTA_EXCEEDED", retry, "A quota is used up; wait for the throttle time."),
    entry(90, "PRODUCER_FENCED", stop, "A newer producer with the same transactional id has taken over."),
    entry(91, "RESOURCE_NOT_FOUND", stop, "The request names something that does not exist."),
    entry(92, "DUPLICATE_RESOURCE", stop, "The request names the same thing twice."),
    entry(93, "UNACCEPTABLE_CREDENTIAL", stop, "The new credential does not meet the rules."),
    entry(94, "INCONSISTENT_VOTER_SET", stop, "Sender or receiver is not one of the expected voters."),
    entry(95, "INVALID_UPDATE_VERSION", stop, "The given feature version is not possible."),
    entry(96, "FEATURE_UPDATE_FAILED", stop, "The broker could not update the features of the cluster."),
    entry(97, "PRINCIPAL_DESERIALIZATION_FAILURE", stop,
          "A forwarded principal could not be read; the brokers' security set-up disagrees."),
    entry(98, "SNAPSHOT_NOT_FOUND", stop, "The metadata snapshot does not exist."),
    entry(99, "POSITION_OUT_OF_RANGE", stop, "The position lies outside the snapshot."),
    entry(100, "UNKNOWN_TOPIC_ID", refresh, "The broker does not host a topic of this id."),
    entry(101, "DUPLICATE_BROKER_REGISTRATION", stop, "Another broker uses this id."),
    entry(102, "BROKER_ID_NOT_REGISTERED", stop, "No broker of this id is registered."),
    entry(103, "INCONSISTENT_TOPIC_ID", refresh,
          "The topic id is not the one of the broker's log; the topic may have been created anew."),
    entry(104, "INCONSISTENT_CLUSTER_ID", stop, "The broker belongs to another cluster."),
    entry(105, "TRANSACTIONAL_ID_NOT_FOUND", stop, "The transactional id does not exist."),
    entry(106, "FETCH_SESSION_TOPIC_ID_ERROR", retry, "The fetch session mixes topic ids and names."),
    entry(107, "INELIGIBLE_REPLICA", stop,
          "A replica that may not be in sync stands in the list of those that are."),
    entry(108, "NEW_LEADER_ELECTED", stop, "The change was made, but the partition has another leader now."),
    entry(109, "OFFSET_MOVED_TO_TIERED_STORAGE", stop, "The offset has moved to remote storage."),
    entry(110, "FENCED_MEMBER_EPOCH", stop,
          "The coordinator has fenced this member epoch; the member gives up its partitions and rejoins."),
    entry(111, "UNRELEASED_INSTANCE_ID", stop, "Another member still uses this group.instance.id."),
    entry(112, "UNSUPPORTED_ASSIGNOR", stop,
          "The group does not offer this assignor, or not this version of it."),
    entry(113, "STALE_MEMBER_EPOCH", stop,
          "The member epoch is out of date; the next heartbeat brings the current one."),
    entry(114, "MISMATCHED_ENDPOINT_TYPE", stop,
          "The request went to a broker instead of a controller, or the other way round."),
    entry(115, "UNSUPPORTED_ENDPOINT_TYPE", stop, "This kind of endpoint is not supported."),
    entry(116, "UNKNOWN_CONTROLLER_ID", stop, "No controller of this id is known."),
    entry(117, "UNKNOWN_SUBSCRIPTION_ID", stop, "The telemetry subscription is unknown or out of date."),
    entry(118, "TELEMETRY_TOO_LARGE", stop, "The telemetry is larger than the broker accepts."),
    entry(119, "INVALID_REGISTRATION", stop, "The controller does not accept the broker's registration."),
    entry(120, "TRANSACTION_ABORTABLE", stop,
          "The transaction must be aborted; then the producer can go on."),
    entry(121, "INVALID_RECORD_STATE", stop, "The record is not in a state in which it can be acknowledged."),
    entry(122, "SHARE_SESSION_NOT_FOUND", retry, "The broker does not hold this share session."),
    entry(123, "INVALID_SHARE_SESSION_EPOCH", retry, "The share session is at another epoch."),
    entry(124, "FENCED_STATE_EPOCH", stop,
          "The state epoch does not match; another coordinator has taken over."),
    entry(125, "INVALID_VOTER_KEY", stop, "The voter's key is not the one of the receiving replica."),
    entry(126, "DUPLICATE_VOTER", stop, "The replica is a voter already."),
    entry(127, "VOTER_NOT_FOUND", stop, "The replica is no voter."),
    entry(128, "INVALID_REGULAR_EXPRESSION", stop, "The regular expression is not valid."),
    entry(129, "REBOOTSTRAP_REQUIRED", stop,
          "The client's metadata is out of date; it should start again from its bootstrap servers."),
    entry(130, "STREAMS_INVALID_TOPOLOGY", stop, "The topology is not valid."),
    entry(131, "STREAMS_INVALID_TOPOLOGY_EPOCH", stop, "The epoch of the topology is not valid."),
    entry(132, "STREAMS_TOPOLOGY_FENCED", stop, "A newer topology has replaced this one."),
    entry(133, "SHARE_SESSION_LIMIT_REACHED", retry, "The broker holds as many share sessions as it may."),
    entry(134, "GROUP_DELETION_FAILED", stop,
          "The group could not be deleted; the error text with it says why."),
    entry(135, "STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED", stop,
          "The broker could not take over the description of the topology; the error text says why."),
    entry(136, "CONTROLLER_ID_NOT_REGISTERED", stop, "No controller of this id is registered."),
};

constexpr std::int16_t first = -1;
static_assert([] {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<int>(table[i].code) != static_cast<int>(i) + first) return false;
  }
  return true;
}());

class category final : public boost::system::error_category {
  const char* name() const noexcept override { return "kafka"; }
  std::string message(int value) const override {
    const broker_errc code{static_cast<std::int16_t>(value)};
    return to_string(code) + ": " + std::string{meaning(code)};
  }
};

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::span<const broker_error_info> broker_errors() noexcept { return table; }

const broker_error_info* find(broker_errc code) noexcept {
  const auto index = static_cast<std::size_t>(static_cast<int>(code) - first);
  return index < table.size() ? &table[index] : nullptr;
}

std::string to_string(broker_errc code) {
  if (const auto* known = find(code)) return std::string{known->name};
  return "UNKNOWN(" + std::to_string(static_cast<int>(code)) + ")";
}

std::string_view meaning(broker_errc code) noexcept {
  const auto* known = find(code);
  return known != nullptr ? known->meaning : "The broker is newer than this table of errors.";
}

bool is_retriable(broker_errc code) noexcept {
  const auto* known = find(code);
  return known != nullptr && known->retriable;
}

bool needs_metadata_refresh(broker_errc code) noexcept {
  const auto* known = find(code);
  return known != nullptr && known->needs_metadata;
}

std::optional<broker_errc> parse_broker_errc(std::string_view name) noexcept {
  const auto found = std::ranges::find_if(table, [name](const broker_error_info& line) {
    return std::ranges::equal(name, line.name, {}, upper);
  });
  if (found == table.end()) return std::nullopt;
  return found->code;
}

const boost::system::error_category& broker_category() noexcept {
  static const category instance;
  return instance;
}

boost::system::error_code make_error_code(broker_errc code) noexcept {
  return {static_cast<int>(code), broker_category()};
}

}  // namespace kwire
