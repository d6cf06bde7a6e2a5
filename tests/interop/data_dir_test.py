#!/usr/bin/env python3
"""What the embedded broker keeps in a directory survives SIGKILL: a client that is not kwire produces and commits, kwire
produces and does transactions while the broker is killed at random moments and started again. (librdkafka's
transactions are not used: when the broker is killed between AddOffsetsToTxn and TxnOffsetCommit, it never sends the
latter.) Nothing that was acknowledged is
lost, nothing is there twice, offsets and transactions are as they were told. And what it compacts, Kafka's own reader
and librdkafka read.

usage: data_dir_test.py KWIRE_PROGRAM TRANSACTOR_PROGRAM [ROUNDS]
"""

import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from kafka_server import NEWEST, TOOLS, jars

PARTITIONS = 3
TRANSACTIONS, RECORDS = 600, 20  # of a round


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """`kwire broker --data-dir` on a port that stays the same."""

    def __init__(self, kwire, directory, *options):
        self.address = f"127.0.0.1:{free_port()}"
        self.command = [kwire, "broker", "--listen", self.address, "--data-dir", directory, *options]
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()  # harmless for one that has ended

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on"), f"the broker did not start again: {line!r}"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0, "kwire broker did not end cleanly on SIGTERM"


class Load(threading.Thread):
    """Runs `step` until told to end; what goes wrong in it is raised by `finish`."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.failure = threading.Event(), None

    def run(self):
        try:
            while not self.over.is_set():
                self.step()
            self.end()
        except Exception as error:  # whatever it is, the test fails with it
            self.failure = error

    def end(self):
        pass

    def finish(self):
        self.over.set()
        self.join(120)
        assert not self.is_alive(), f"{type(self).__name__} hangs"
        if self.failure:
            raise self.failure


class Writer(Load):
    """librdkafka's idempotent producer; remembers what was acknowledged."""

    def __init__(self, address):
        super().__init__()
        self.producer = Producer({"bootstrap.servers": address, "enable.idempotence": True, "linger.ms": 2,
                                  "delivery.timeout.ms": 110_000, "reconnect.backoff.max.ms": 300})
        self.sent, self.acknowledged = 0, []

    def told(self, error, message):
        assert error is None, error
        self.acknowledged.append(message.value())

    def step(self):
        for _ in range(20):
            self.producer.produce("plain", f"{self.sent}".encode(), partition=self.sent % PARTITIONS, on_delivery=self.told)
            self.sent += 1
        self.producer.poll(0.005)

    def end(self):
        assert self.producer.flush(100) == 0


class Committer(Load):
    """Commits ever greater offsets of a group; remembers the last that was acknowledged."""

    def __init__(self, address):
        super().__init__()
        self.consumer = Consumer({"bootstrap.servers": address, "group.id": "committer", "enable.auto.commit": False,
                                  "reconnect.backoff.max.ms": 300})
        self.tried = self.acknowledged = 0

    def step(self):
        self.tried += 1
        try:
            self.consumer.commit(offsets=[TopicPartition("plain", 0, self.tried)], asynchronous=False)
            self.acknowledged = self.tried
        except KafkaException:
            time.sleep(0.05)


def read_all(address, topic, isolation="read_committed"):
    """Values per partition, in log order, to the end."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "judge", "enable.partition.eof": True,
                         "isolation.level": isolation, "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
    values, ended = {p: [] for p in range(PARTITIONS)}, set()
    while len(ended) < PARTITIONS:
        message = consumer.poll(30)
        assert message is not None, "the judge got nothing for 30 s"
        if message.error():
            assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
            ended.add(message.partition())
        else:
            values[message.partition()].append(message.value())
    consumer.close()
    return values


def committed(address, group, topic):
    consumer = Consumer({"bootstrap.servers": address, "group.id": group})
    offset = consumer.committed([TopicPartition(topic, 0)], 30)[0].offset
    consumer.close()
    return offset


def check_plain(address, writer):
    values = read_all(address, "plain")
    everything = [int(value) for partition in values.values() for value in partition]
    lost = set(map(int, writer.acknowledged)) - set(everything)
    assert not lost, f"{len(lost)} acknowledged records are lost"
    assert len(everything) == len(set(everything)), f"{len(everything) - len(set(everything))} records are there twice"
    for partition in values.values():
        numbers = [int(value) for value in partition]
        assert numbers == sorted(numbers), "out of order"
    return len(everything)


def check_transactions(address, topic):
    """Two of three were committed, the others aborted."""
    wanted = [number for number in range(TRANSACTIONS * RECORDS) if number // RECORDS % 3 != 2]
    for index, partition in enumerate(read_all(address, topic)[p] for p in range(PARTITIONS)):
        numbers = [int(value) for value in partition]
        expected = [number for number in wanted if number % PARTITIONS == index]
        assert numbers == expected, f"{topic}-{index}: {len(numbers)} of {len(expected)} records of transactions"


def kwire_produces(kwire, address, first, count):
    """kwire's own producer, through one kill; its exit status says that all was delivered."""
    command = [kwire, "produce", "-q", "-b", address, "-t", "own", "-X", "linger.ms=1"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    process.stdin.write("".join(f"{number}\n" for number in range(first, first + count)))
    process.stdin.flush()
    return process


def survive(kwire, transactor, rounds, *options):
    names = ["plain", "own", *(f"transactions-{number}" for number in range(rounds))]
    topics = ",".join(f"{name}:{PARTITIONS}" for name in names)
    with tempfile.TemporaryDirectory() as directory, Broker(kwire, directory, *options, "--topics", topics) as broker:
        loads = writer, committer = Writer(broker.address), Committer(broker.address)
        for load in loads:
            load.start()
        for number in range(rounds):
            own = kwire_produces(kwire, broker.address, number * 2000, 2000)
            written = [transactor, "write", broker.address, f"transactions-{number}", PARTITIONS, TRANSACTIONS, RECORDS]
            transactions = subprocess.Popen([str(word) for word in written], stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0.2, 2.5))
            broker.kill()
            own.stdin.close()
            broker.start()
            assert own.wait(100) == 0, "kwire produce says that not everything was delivered"
            assert transactions.wait(100) == 0, "a transaction failed"
        time.sleep(1)
        for load in loads:
            load.finish()
        records = check_plain(broker.address, writer)
        offset = committed(broker.address, "committer", "plain")
        assert committer.acknowledged <= offset <= committer.tried, f"{offset}, acknowledged {committer.acknowledged}"
        for number in range(rounds):
            check_transactions(broker.address, f"transactions-{number}")
        own = sorted(int(v) for partition in read_all(broker.address, "own").values() for v in partition)
        assert own == list(range(rounds * 2000)), f"kwire's own: {len(own)} of {rounds * 2000}"
        broker.stop()
        broker.start()
        assert check_plain(broker.address, writer) == records
        broker.stop()
        print(f"ok: {rounds} kills {' '.join(options)}: {records} records, {offset} commits, "
              f"{rounds * TRANSACTIONS} transactions", flush=True)


def compact(kwire):
    """Compacted by the broker's timer; read by librdkafka and by Kafka's console consumer, also from the directory."""
    with tempfile.TemporaryDirectory() as directory, Broker(kwire, directory) as broker:
        settings = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01"}
        admin = AdminClient({"bootstrap.servers": broker.address})
        admin.create_topics([NewTopic("plain", PARTITIONS, 1, config=settings)])["plain"].result(30)
        wanted = {}
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            producer = Producer({"bootstrap.servers": broker.address, "compression.type": codec, "linger.ms": 50,
                                 "enable.idempotence": True})
            for number in range(3000):
                key = f"key-{number % 100}"
                wanted[key] = f"{codec} {number} {'x' * 50}"
                producer.produce("plain", wanted[key], key=key, partition=number % 100 % PARTITIONS, headers={"h": "v"})
            assert producer.flush(30) == 0
        total = 5 * 3000
        deadline = time.monotonic() + 60
        while total > 1000 and time.monotonic() < deadline:
            time.sleep(3)
            total = sum(map(len, read_all(broker.address, "plain").values()))
        assert total == len(wanted), f"{total} records after compaction"
        for _ in range(2):
            values = {value.decode() for partition in read_all(broker.address, "plain").values() for value in partition}
            assert values == set(wanted.values())
            command = ["java", "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", jars(f"kafka-{NEWEST}"),
                       TOOLS["console-consumer"], "--bootstrap-server", broker.address, "--topic", "plain",
                       "--from-beginning", "--max-messages", str(len(wanted)), "--timeout-ms", "30000"]
            read = subprocess.run(command, capture_output=True, text=True, timeout=90).stdout.splitlines()
            assert sorted(read) == sorted(wanted.values()), f"Kafka's reader sees {len(read)} records"
            broker.kill()
            broker.start()
        broker.stop()
        print(f"ok: {5 * 3000} records compacted to {total}", flush=True)


def main():
    kwire, transactor, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5
    seed = int(os.environ.get("KWIRE_SEED", time.time_ns()))
    random.seed(seed)
    print(f"KWIRE_SEED={seed}", flush=True)
    compact(kwire)
    survive(kwire, transactor, rounds)
    survive(kwire, transactor, rounds, "--fsync")


if __name__ == "__main__":
    main()
