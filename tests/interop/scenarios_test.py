#!/usr/bin/env python3
"""The embedded broker is a Kafka: what other clients and Kafka's own tools do to it comes out as on a real one. Each
scenario runs on both and gives what it saw: results and error codes, which have to be equal.

usage: scenarios_test.py KWIRE_PROGRAM [BROKER]
"""

import os
import subprocess
import sys
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic,
                                   OffsetSpec, ResourceType)
from embedded import embedded_broker
from kafka_server import NEWEST, TOOLS, jars

COUNT = 200


class Cluster:
    """A broker, and names that nobody else on it uses."""

    def __init__(self, address):
        self.address = address
        self.admin = AdminClient({"bootstrap.servers": address})
        self.suffix = uuid.uuid4().hex[:12]

    def name(self, base):
        return f"{base}-{self.suffix}"

    def topic(self, base, partitions=1):
        name = self.name(base)
        self.admin.create_topics([NewTopic(name, partitions, 1)])[name].result(30)
        return name

    def tool(self, tool, *arguments):
        """Exit status and output of one of Kafka's own tools."""
        command = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp",
                   jars(f"kafka-{NEWEST}"), TOOLS[tool], "--bootstrap-server", self.address, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90)
        return done.returncode, done.stdout.replace(self.suffix, "X")

    def producer(self, **settings):
        return Producer({"bootstrap.servers": self.address} | {key.replace("_", "."): v for key, v in settings.items()})

    def fill(self, topic, base="value"):
        producer = self.producer()
        for number in range(COUNT):
            producer.produce(topic, f"{base}-{number}", partition=0)
        assert producer.flush(30) == 0

    def read(self, topic, group, count, **settings):
        """That many values, and nothing behind them within a second."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group, "auto.offset.reset": "earliest",
                             "enable.auto.commit": False} | {key.replace("_", "."): v for key, v in settings.items()})
        consumer.subscribe([topic])
        got = []
        while len(got) < count:
            message = consumer.poll(30)
            assert message is not None and not message.error(), f"{len(got)} of {count}"
            got.append(message.value().decode())
        more = consumer.poll(1)
        if got:
            consumer.commit(asynchronous=False)
        consumer.close()
        return got, more is None


def code_of(call):
    """The name of the error that a call ends in."""
    try:
        call()
    except KafkaException as failure:
        return failure.args[0].name()
    return "NO_ERROR"


def transactions(on):
    topic = on.topic("transactions")
    seen = {}
    first = on.producer(transactional_id=on.name("copier"))
    first.init_transactions(30)
    for commit in (True, False, True):
        first.begin_transaction()
        for number in range(COUNT):
            first.produce(topic, f"{'kept' if commit else 'aborted'}-{number}")
        assert first.flush(30) == 0
        first.commit_transaction(30) if commit else first.abort_transaction(30)
    seen["committed"], seen["no more"] = on.read(topic, on.name("strict"), 2 * COUNT, isolation_level="read_committed")
    seen["all"], _ = on.read(topic, on.name("lax"), 3 * COUNT, isolation_level="read_uncommitted")
    second = on.producer(transactional_id=on.name("copier"))
    second.init_transactions(30)
    first.begin_transaction()
    first.produce(topic, "of a zombie")
    seen["zombie"] = code_of(lambda: first.commit_transaction(30))
    second.begin_transaction()
    source = Consumer({"bootstrap.servers": on.address, "group.id": on.name("offsets")})
    second.send_offsets_to_transaction([TopicPartition(topic, 0, 17)], source.consumer_group_metadata(), 30)
    seen["pending"] = code_of(lambda: source.committed([TopicPartition(topic, 0)], 2))  # it waits for the outcome
    second.commit_transaction(30)
    seen["offset"] = source.committed([TopicPartition(topic, 0)], 30)[0].offset
    source.close()
    return seen


def group_protocols(on):
    topic = on.topic("protocols", 3)
    on.fill(topic)
    seen = {}
    for protocol in ("classic", "consumer"):
        group = on.name(protocol)
        seen[protocol] = on.read(topic, group, COUNT, group_protocol=protocol)
        seen[f"{protocol} again"] = on.read(topic, group, 0, group_protocol=protocol)
        _, shown = on.tool("consumer-groups", "--describe", "--group", group, "--offsets")
        seen[f"{protocol} lag"] = sorted(line.split()[:6] for line in shown.splitlines() if topic[:9] in line)
    # An empty group goes on under the other protocol, where it was.
    seen["moved"] = on.read(topic, on.name("classic"), 0, group_protocol="consumer")
    return seen


def offset_tools(on):
    topic, group = on.topic("tools"), on.name("reset")
    on.fill(topic)
    on.read(topic, group, COUNT)
    seen = {}
    for step in (["--shift-by", "-50"], ["--to-earliest"], ["--to-offset", "30"]):
        plan = on.tool("consumer-groups", "--reset-offsets", "--group", group, "--topic", topic, "--execute", *step)
        seen[" ".join(step)] = plan[0], [line.split() for line in plan[1].splitlines() if "tools-X" in line]
    seen["delete offsets"] = on.tool("consumer-groups", "--delete-offsets", "--group", group, "--topic", topic)[0]
    seen["delete"] = on.tool("consumer-groups", "--delete", "--group", group)
    seen["describe what is gone"] = on.tool("consumer-groups", "--describe", "--group", group)[0]
    return seen


def share_groups(on):
    topic, group = on.topic("share"), on.name("shared")
    on.fill(topic)
    seen = {"config": on.tool("configs", "--alter", "--entity-type", "groups", "--entity-name", group, "--add-config",
                              "share.auto.offset.reset=earliest")}
    _, read = on.tool("console-share-consumer", "--topic", topic, "--group", group, "--max-messages", str(COUNT),
                      "--timeout-ms", "30000")
    seen["values"] = sorted(line for line in read.splitlines() if line.startswith("value-"))
    seen["listed"] = [line.split()[:2] for line in on.tool("groups", "--list")[1].splitlines() if "shared-X" in line]
    return seen


def administration(on):
    topic, admin = on.topic("admin", 2), on.admin
    on.fill(topic)
    results = {
        "create again": lambda: admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30),
        "no partitions": lambda: admin.create_topics([NewTopic(on.name("none"), 0, 1)])[on.name("none")].result(30),
        "too many replicas": lambda: admin.create_topics([NewTopic(on.name("r"), 1, 9)])[on.name("r")].result(30),
        "bad name": lambda: admin.create_topics([NewTopic("a b", 1, 1)])["a b"].result(30),
        "bad setting": lambda: admin.create_topics([NewTopic(on.name("s"), 1, 1, config={"no.such": "1"})])[
            on.name("s")].result(30),
        "fewer partitions": lambda: admin.create_partitions([NewPartitions(topic, 1)])[topic].result(30),
        "more partitions": lambda: admin.create_partitions([NewPartitions(topic, 4)])[topic].result(30),
        "delete unknown": lambda: admin.delete_topics([on.name("unknown")])[on.name("unknown")].result(30),
        "delete records": lambda: list(admin.delete_records([TopicPartition(topic, 0, 50)]).values())[0].result(30),
        "too far": lambda: list(admin.delete_records([TopicPartition(topic, 0, 5000)]).values())[0].result(30),
        "unknown group": lambda: admin.delete_consumer_groups([on.name("nobody")])[on.name("nobody")].result(30),
    }
    seen = {name: code_of(call) for name, call in results.items()}
    spec = {TopicPartition(topic, 0): OffsetSpec.earliest(), TopicPartition(topic, 3): OffsetSpec.latest()}
    seen["offsets"] = sorted((where.partition, found.result(30).offset) for where, found in admin.list_offsets(spec).items())
    for value in ("1000", "nonsense"):
        entry = ConfigEntry("retention.bytes", value, incremental_operation=AlterConfigOpType.SET)
        change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        seen[f"set {value}"] = code_of(lambda: list(admin.incremental_alter_configs([change]).values())[0].result(30))
    config = list(admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values())[0].result(30)
    seen["setting"] = config["retention.bytes"].value
    seen["delete"] = code_of(lambda: admin.delete_topics([topic])[topic].result(30))
    return seen


def metadata_log(on):
    """The quorum's offsets and epochs are its own; that they are told, and that changes move them, is the same."""
    def status():
        code, shown = on.tool("metadata-quorum", "describe", "--status")
        fields = dict(line.split(":", 1) for line in shown.splitlines() if ":" in line)
        return code, {name.strip(): value.strip() for name, value in fields.items()}
    code, before = status()
    on.topic("quorum")
    _, after = status()
    _, replication = on.tool("metadata-quorum", "describe", "--replication")
    return {"status": code, "fields": sorted(before), "lag": before.get("MaxFollowerLag"),
            "grows": int(after["HighWatermark"]) > int(before["HighWatermark"]),
            "columns": replication.splitlines()[0].split(),
            "roles": [line.split()[-1] for line in replication.splitlines()[1:]]}


def tokens(on):
    """Only what can be seen without SASL: whoever has not said who he is gets none."""
    with open(os.devnull) as nothing:
        return {"describe": on.tool("delegation-tokens", "--describe", "--command-config", nothing.name)[0],
                "create": on.tool("delegation-tokens", "--create", "--max-life-time-period", "-1", "--command-config",
                                  nothing.name)[0]}


def transaction_tools(on):
    topic, seen = on.topic("listed"), {}
    producers = [on.producer(transactional_id=on.name(name)) for name in ("alpha", "beta")]
    for producer in producers:
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(topic, "open")
        assert producer.flush(30) == 0
    for pattern in (f"alpha-{on.suffix}", f".*-{on.suffix}", f"(alpha|beta)-{on.suffix}", "alpha", "("):
        code, shown = on.tool("transactions", "list", "--transactional-id-pattern", pattern)
        rows = [line.split() for line in shown.splitlines() if "-X" in line]
        seen[pattern.replace(on.suffix, "X")] = code, sorted((row[0], row[-1]) for row in rows)
    for producer in producers:
        producer.abort_transaction(30)
    return seen


SCENARIOS = (transactions, group_protocols, offset_tools, share_groups, administration, metadata_log, tokens,
             transaction_tools)


def main():
    kwire = sys.argv[1]
    real = sys.argv[2] if len(sys.argv) > 2 else os.environ["KWIRE_TEST_KAFKA"]
    failed = 0
    with embedded_broker(kwire) as embedded:
        for scenario in SCENARIOS:
            expected, got = scenario(Cluster(real)), scenario(Cluster(embedded))
            assert all(value not in ([], (), "", None) for value in expected.values()), f"saw nothing: {expected}"
            different = [key for key in expected if expected[key] != got.get(key)]
            for key in different:
                print(f"{scenario.__name__}, {key}:\n  Kafka:    {expected[key]}\n  embedded: {got.get(key)}", flush=True)
            failed += bool(different)
            print(f"{'FAILED' if different else 'ok'}: {scenario.__name__}: {len(expected)} results", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
