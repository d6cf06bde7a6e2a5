#!/usr/bin/env python3
"""A group of kwire and kafka-python members: disjoint and complete assignments, offsets committed by one
resumed by the other, and the figures of kafka-consumer-groups.

usage: group_test.py KWIRE_PROGRAM
"""

import os
import re
import subprocess
import sys
import threading
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import kafka
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka_server import DOWNLOADS, TOOLS

BROKER = os.environ["KWIRE_TEST_KAFKA"]
PARTITIONS = 6
COUNT = 6000
DEADLINE = 60


class KwireMember:
    def __init__(self, kwire, group, topic):
        self.records = []
        command = [kwire, "consume", "-b", BROKER, "-u", "-f", "%p %o\\n", "-X", "partition.assignment.strategy=range",
                   "-X", "auto.offset.reset=earliest", "-X", "auto.commit.interval.ms=200", "-G", group, topic]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            partition, offset = line.split()
            self.records.append((int(partition), int(offset)))

    def stop(self):
        self.process.terminate()
        assert self.process.wait(10) == 0, "kwire consume did not end cleanly on SIGTERM"
        self.thread.join()


class PythonMember:
    def __init__(self, group, topic):
        self.records = []
        self.assigned = set()
        self.consumer = kafka.KafkaConsumer(
            topic, bootstrap_servers=BROKER, group_id=group, auto_offset_reset="earliest",
            partition_assignment_strategy=[RangePartitionAssignor], auto_commit_interval_ms=200)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.stopping.is_set():
            for messages in self.consumer.poll(200).values():
                self.records.extend((message.partition, message.offset) for message in messages)
            self.assigned = {tp.partition for tp in self.consumer.assignment() or ()}
        self.consumer.close()

    def stop(self):
        self.stopping.set()
        self.thread.join(20)


def produce(topic, count):
    producer = confluent_kafka.Producer({"bootstrap.servers": BROKER})
    for number in range(count):
        producer.produce(topic, str(number).encode(), partition=number % PARTITIONS)
    assert producer.flush(30) == 0


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"waited {DEADLINE} s for {what}"
        time.sleep(0.1)


def described_by_kafka(group):
    """Partition to (committed, end, lag), as Kafka's own tool has it."""
    done = subprocess.run(["java", "-cp", f"{DOWNLOADS}/kafka-4.3.1/*", TOOLS["consumer-groups"],
                           "--bootstrap-server", BROKER, "--describe", "--group", group],
                          capture_output=True, text=True, check=True)
    return figures(done.stdout)


def described_by_kwire(kwire, group):
    done = subprocess.run([kwire, "groups", "describe", "-b", BROKER, group], capture_output=True, text=True, check=True)
    return figures(done.stdout)


def figures(table):
    rows = re.findall(r"^\S+\s+\S+\s+(\d+)\s+(\d+|-)\s+(\d+)\s+(\d+|-)", table, re.MULTILINE)
    return {int(partition): (committed, end, lag) for partition, committed, end, lag in rows}


def main():
    kwire, group, topic = sys.argv[1], f"g-{uuid.uuid4().hex}", f"t-{uuid.uuid4().hex}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": BROKER})
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, PARTITIONS)])[topic].result(30)

    ours, theirs = KwireMember(kwire, group, topic), PythonMember(group, topic)
    wait_for("both members to own three partitions", lambda: len(theirs.assigned) == PARTITIONS // 2)
    produce(topic, COUNT)
    wait_for("all records", lambda: len(set(ours.records) | set(theirs.records)) == COUNT)
    own, other = {p for p, _ in ours.records}, {p for p, _ in theirs.records}
    assert not own & other and own | other == set(range(PARTITIONS)), f"kwire had {own}, kafka-python {other}"
    assert len(ours.records) + len(theirs.records) == COUNT, "records came twice though nobody failed"

    theirs.stop()
    wait_for("kwire to own all", lambda: True)
    produce(topic, COUNT)
    wait_for("the rest", lambda: len(ours.records) == 2 * COUNT - len(theirs.records))
    ours.stop()
    assert len(set(ours.records)) == len(ours.records), "kwire repeated what kafka-python had committed"

    produce(topic, 60)
    kafka_says, kwire_says = described_by_kafka(group), described_by_kwire(kwire, group)
    assert kafka_says == kwire_says and len(kafka_says) == PARTITIONS, f"{kafka_says}\n{kwire_says}"
    assert all(lag == "10" for _, _, lag in kafka_says.values()), kafka_says

    third = PythonMember(group, topic)
    wait_for("kafka-python to resume", lambda: len(third.records) == 60)
    third.stop()
    print("ok: disjoint, complete, resumed both ways, same offsets and lag")


if __name__ == "__main__":
    main()
