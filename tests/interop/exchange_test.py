#!/usr/bin/env python3
"""Every codec, both ways: what kwire produces the other clients read, and what they produce kwire reads.

usage: exchange_test.py PEER_PROGRAM [RECORDS]      key, value, null against empty, headers, timestamps, order
"""

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import confluent_kafka
import confluent_kafka.admin
import kafka
import record_file

BROKER = os.environ["KWIRE_TEST_KAFKA"]
HERE = Path(__file__).resolve().parent
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PARTITIONS = 3
JARS = Path(os.environ.get("KWIRE_DOWNLOADS", HERE.parents[1] / "build" / "downloads")) / "clients-4.4.0"


class Kwire:
    def __init__(self, program):
        self.program = program

    def produce(self, topic, path, records, codec):
        subprocess.run([self.program, "produce", BROKER, topic, path, f"compression.type={codec}"], check=True)

    def consume(self, topic, count):
        done = subprocess.run([self.program, "consume", BROKER, topic, str(count)], check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout.splitlines()


class Java:
    def command(self, *arguments):
        return ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{JARS}/*",
                str(HERE / "JavaPeer.java"), *arguments]

    def produce(self, topic, path, records, codec):
        subprocess.run(self.command("produce", BROKER, topic, path, f"compression.type={codec}", "linger.ms=20"),
                       check=True, stderr=subprocess.DEVNULL)

    def consume(self, topic, count):
        done = subprocess.run(self.command("consume", BROKER, topic, str(count)), check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout.splitlines()


class Confluent:
    def produce(self, topic, path, records, codec):
        producer = confluent_kafka.Producer({"bootstrap.servers": BROKER, "compression.type": codec,
                                             "linger.ms": 20, "queue.buffering.max.messages": 10_000_000,
                                             "enable.idempotence": True})
        failures = []
        for record in records:
            producer.produce(topic, record.value, record.key, record.partition, timestamp=record.timestamp,
                             headers=record.headers, callback=lambda error, _: error and failures.append(error))
            producer.poll(0)
        assert producer.flush(120) == 0 and not failures, failures

    def consume(self, topic, count):
        consumer = confluent_kafka.Consumer({"bootstrap.servers": BROKER, "group.id": uuid.uuid4().hex})
        consumer.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
        lines = []
        while len(lines) < count:
            message = consumer.poll(30)
            assert message is not None and not message.error(), f"{len(lines)} of {count}"
            lines.append(record_file.canonical(record_file.Record(
                message.partition(), message.timestamp()[1], message.key(), message.value(),
                message.headers() or [])))
        consumer.close()
        return lines


class KafkaPython:
    def able(self, records):
        """It writes no null header values and no record without key and value, and it is slow."""
        return [record._replace(headers=[(name, value or b"") for name, value in record.headers],
                                value=b"" if record.key is None and record.value is None else record.value)
                for record in records[:2000]]

    def produce(self, topic, path, records, codec):
        producer = kafka.KafkaProducer(bootstrap_servers=BROKER, linger_ms=20, acks="all",
                                       compression_type=None if codec == "none" else codec)
        sent = [producer.send(topic, record.value, record.key, record.headers, record.partition, record.timestamp)
                for record in records]
        producer.flush(120)
        for future in sent:
            future.get(1)  # raises what befell the record
        producer.close()

    def consume(self, topic, count):
        consumer = kafka.KafkaConsumer(bootstrap_servers=BROKER, auto_offset_reset="earliest",
                                       consumer_timeout_ms=30000)
        consumer.assign([kafka.TopicPartition(topic, p) for p in range(PARTITIONS)])
        lines = []
        for message in consumer:
            lines.append(record_file.canonical(record_file.Record(
                message.partition, message.timestamp, message.key, message.value, message.headers)))
            if len(lines) == count:
                break
        consumer.close()
        return lines


def create_topic(topic):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": BROKER})
    # The timestamps of the records are years old: by default a broker soon deletes them.
    wanted = confluent_kafka.admin.NewTopic(topic, PARTITIONS, config={"retention.ms": "-1"})
    admin.create_topics([wanted])[topic].result(30)


def check(writer, readers, codec, records, path):
    topic = f"exchange-{uuid.uuid4().hex}"
    create_topic(topic)
    if hasattr(writer, "able"):
        records = writer.able(records)
    writer.produce(topic, path, records, codec)
    expected = record_file.by_partition(map(record_file.canonical, records))
    for reader in readers:
        who = f"{type(writer).__name__} -> {type(reader).__name__}, {codec}, {len(records)} records"
        got = record_file.by_partition(reader.consume(topic, len(records)))
        for partition, lines in expected.items():
            if got.get(partition) != lines:
                pairs = zip(lines, got.get(partition, []) + ["(missing)"] * len(lines))
                wrong = next((pair for pair in pairs if pair[0] != pair[1]), ("", "more than was written"))
                sys.exit(f"{who}: partition {partition}: wrote {wrong[0]!r}, read {wrong[1]!r}")
        print(f"ok: {who}", flush=True)


def main():
    kwire = Kwire(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    others = [Java(), Confluent(), KafkaPython()]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        path = str(Path(folder) / "records")
        for seed, codec in enumerate(CODECS):
            records = list(record_file.make(seed, count, PARTITIONS))
            record_file.write(path, records)
            check(kwire, [*others, kwire], codec, records, path)
            for other in others:
                check(other, [kwire], codec, records, path)


if __name__ == "__main__":
    main()
