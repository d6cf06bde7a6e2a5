import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.*;
import org.apache.kafka.coordinator.group.assignor.*;
import org.apache.kafka.coordinator.group.modern.*;

/**
 * Assignments of Kafka's own server-side assignors for groups that change step by step. One line each:
 * assignor, topics (id:partitions,...), members before, members after. A member is
 * id/instance id/topics subscribed to/assignment (topic:p.p+topic:p).
 */
public class AssignorVectors {
  static final class Member {
    String instance;
    final TreeSet<Uuid> topics = new TreeSet<>();
    Map<Uuid, Set<Integer>> current = Map.of();
  }

  static final Random random = new Random(848);
  static final TreeMap<String, Member> members = new TreeMap<>();
  static final TreeMap<Uuid, Integer> topics = new TreeMap<>();

  public static void main(String[] arguments) throws Exception {
    List<ConsumerGroupPartitionAssignor> assignors = List.of(new RangeAssignor(), new UniformAssignor());
    for (int group = 0; group < 40; ++group) {
      boolean same = group % 4 == 0;
      start(same);
      for (int step = 0; step < 5; ++step) {
        run(assignors.get(group % 5 == 4 ? 0 : 1));
        change(same);
      }
    }
  }

  static void start(boolean same) {
    members.clear();
    topics.clear();
    for (int i = 1 + random.nextInt(5); i > 0; --i) {
      // The uniform assignor takes topics in the order of a hash table, which for these ids is that of the ids.
      topics.put(same ? new Uuid(0, i) : new Uuid(random.nextLong(), random.nextLong()), 1 + random.nextInt(8));
    }
    for (int i = 1 + random.nextInt(4); i > 0; --i) join(same);
  }

  static void join(boolean same) {
    Member member = new Member();
    if (random.nextInt(3) == 0) member.instance = "i" + random.nextInt(1000);
    subscribe(member, same);
    members.put("m" + random.nextInt(1000), member);
  }

  static void subscribe(Member member, boolean same) {
    member.topics.clear();
    for (Uuid topic : topics.keySet()) {
      if (same || random.nextInt(3) > 0) member.topics.add(topic);
    }
  }

  static void change(boolean same) {
    switch (random.nextInt(5)) {
      case 0, 1 -> join(same);
      case 2 -> {
        if (members.size() > 1) members.pollFirstEntry();
      }
      case 3 -> topics.replaceAll((id, count) -> count + random.nextInt(3));
      default -> members.values().forEach(member -> {
        if (random.nextInt(3) == 0) subscribe(member, same);
      });
    }
  }

  static void run(ConsumerGroupPartitionAssignor assignor) throws Exception {
    Map<String, MemberSubscriptionAndAssignmentImpl> described = new TreeMap<>();
    Map<Uuid, Map<Integer, String>> owners = new HashMap<>();
    Set<Set<Uuid>> subscriptions = new HashSet<>();
    members.forEach((id, member) -> {
      described.put(id, new MemberSubscriptionAndAssignmentImpl(Optional.empty(),
          Optional.ofNullable(member.instance), member.topics, new Assignment(member.current)));
      subscriptions.add(member.topics);
      member.current.forEach((topic, indexes) -> indexes.forEach(
          index -> owners.computeIfAbsent(topic, t -> new HashMap<>()).put(index, id)));
    });
    SubscriptionType type = subscriptions.size() == 1 ? SubscriptionType.HOMOGENEOUS : SubscriptionType.HETEROGENEOUS;
    // By chance the same for all: that would be in the order of a hash table again.
    if (type == SubscriptionType.HOMOGENEOUS && topics.keySet().stream().anyMatch(id -> id.getMostSignificantBits() != 0)) {
      return;
    }
    SubscribedTopicDescriber describer = new SubscribedTopicDescriber() {
      public int numPartitions(Uuid topic) {
        return topics.getOrDefault(topic, -1);
      }

      public Set<String> racksForPartition(Uuid topic, int partition) {
        return Set.of();
      }
    };
    String before = text();
    Map<String, MemberAssignment> result =
        assignor.assign(new GroupSpecImpl(described, type, owners), describer).members();
    members.forEach((id, member) -> {
      TreeMap<Uuid, Set<Integer>> copy = new TreeMap<>();
      if (result.containsKey(id)) {
        result.get(id).partitions().forEach((topic, indexes) -> {
          if (!indexes.isEmpty()) copy.put(topic, new TreeSet<>(indexes));
        });
      }
      member.current = copy;
    });
    StringJoiner counts = new StringJoiner(",");
    topics.forEach((id, count) -> counts.add(id + ":" + count));
    System.out.println(assignor.name() + " " + counts + " " + before + " " + text());
  }

  static String text() {
    StringJoiner all = new StringJoiner(";");
    members.forEach((id, member) -> {
      StringJoiner subscribed = new StringJoiner(",");
      member.topics.forEach(topic -> subscribed.add(topic.toString()));
      StringJoiner held = new StringJoiner("+");
      member.current.forEach((topic, indexes) -> {
        StringJoiner list = new StringJoiner(".");
        indexes.forEach(index -> list.add(index.toString()));
        held.add(topic + ":" + list);
      });
      all.add(id + "/" + (member.instance == null ? "" : member.instance) + "/" + subscribed + "/" + held);
    });
    return all.toString();
  }
}
