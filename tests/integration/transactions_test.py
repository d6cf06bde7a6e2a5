#!/usr/bin/env python3
"""kwire's transactions on a real Apache Kafka of either protocol, judged by a client that is not kwire: what is
committed is there once and in order, nothing aborted is; also when brokers and copiers are killed on the way.

usage: transactions_test.py TRANSACTOR_PROGRAM VERSION [RECORDS]
"""

import signal
import subprocess
import sys
import time

import confluent_kafka
from kafka_server import Kafka

PARTITIONS = 3
SIZE = 1000


def run(program, *arguments, seconds=120):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        sys.exit(f"transactor {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stderr}")


def committed(bootstrap, topic, partitions=PARTITIONS):
    """Numbers per partition as a reader of committed records sees them."""
    reader = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": "judge", "enable.partition.eof": True,
                                       "isolation.level": "read_committed", "enable.auto.commit": False})
    reader.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in range(partitions)])
    numbers, ended = {p: [] for p in range(partitions)}, set()
    while len(ended) < partitions:
        message = reader.poll(30)
        assert message is not None, "the judge got nothing for 30 s"
        if message.error():
            assert message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, message.error()
            ended.add(message.partition())
        else:
            ended.discard(message.partition())
            numbers[message.partition()].append(int(message.value()))
    reader.close()
    return numbers


def check(title, found, wanted):
    for partition, numbers in found.items():
        expected = [n for n in wanted if n % len(found) == partition]
        if numbers != expected:
            lost, extra = set(expected) - set(numbers), set(numbers) - set(expected)
            sys.exit(f"{title}, partition {partition}: {len(numbers)} of {len(expected)} records, {len(lost)} lost, "
                     f"{len(extra)} that do not belong, {len(numbers) - len(set(numbers))} twice, "
                     f"{'in' if numbers == sorted(numbers) else 'out of'} order")
    print(f"ok: {title}", flush=True)


class Copier:
    def __init__(self, program, bootstrap, count):
        self.command = [program, "copy", bootstrap, "in", "copied", str(count)]
        self.process = subprocess.Popen(self.command)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = subprocess.Popen(self.command)

    def wait(self, seconds):
        try:
            if self.process.wait(seconds) != 0:
                sys.exit(f"the copier ended with {self.process.returncode}")
        finally:
            self.process.kill()


def copy_under_kills(program, kafka, numbers):
    """The log has a marker for each transaction and partition: the positions at the end count them too."""
    positions = confluent_kafka.Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "judge"})
    ends = sum(positions.get_watermark_offsets(confluent_kafka.TopicPartition("in", p), timeout=30)[1]
               for p in range(PARTITIONS))
    positions.close()
    copier = Copier(program, kafka.bootstrap, ends)
    for victim in (copier.kill, lambda: (kafka.kill9(), kafka.restart()), copier.kill):
        time.sleep(2)
        if copier.process.poll() is None:
            victim()
    copier.wait(180)
    check("copied exactly once while copier and broker were killed", committed(kafka.bootstrap, "copied"), numbers)


def main():
    program, version = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 30_000
    transactions = count // SIZE
    with Kafka(version) as kafka:
        for topic, partitions in (("in", PARTITIONS), ("copied", PARTITIONS), ("single", 1)):
            kafka.create_topic(topic, partitions)
        run(program, "write", kafka.bootstrap, "in", PARTITIONS, transactions, SIZE)
        numbers = [n for n in range(transactions * SIZE) if n // SIZE % 3 != 2]
        check("two of three transactions committed", committed(kafka.bootstrap, "in"), numbers)
        run(program, "takeover", kafka.bootstrap, "single")
        check("the successor's records only", committed(kafka.bootstrap, "single", 1), [11])
        if kafka.version >= "2.5":
            run(program, "outlive", kafka.bootstrap, "single")
            check("recovered from a time-out", committed(kafka.bootstrap, "single", 1), [11, 1])
            copy_under_kills(program, kafka, numbers)


if __name__ == "__main__":
    main()
