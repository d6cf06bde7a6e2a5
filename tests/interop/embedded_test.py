#!/usr/bin/env python3
"""The embedded broker serves kcat, confluent-kafka, kafka-python and aiokafka as Kafka does: each produces to
it, and each consumes what all produced in a group of its own that commits.

usage: embedded_test.py KWIRE_PROGRAM
"""

import asyncio
import subprocess
import sys

import aiokafka
import confluent_kafka
import kafka
from embedded import embedded_broker

TOPIC = "everybody"
PARTITIONS = 3
EACH = 500


def values(client):
    return [f"{client}-{number}".encode() for number in range(EACH)]


class Kcat:
    name = "kcat"

    def produce(self, broker):
        subprocess.run(["kcat", "-P", "-b", broker, "-t", TOPIC], input=b"\n".join(values(self.name)), check=True)

    def consume(self, broker, group, count):
        command = ["kcat", "-b", broker, "-q", "-u", "-X", "auto.offset.reset=earliest", "-c", str(count), "-G", group, TOPIC]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout.splitlines()


class Confluent:
    name = "confluent"

    def produce(self, broker):
        producer = confluent_kafka.Producer({"bootstrap.servers": broker, "enable.idempotence": True})
        for value in values(self.name):
            producer.produce(TOPIC, value, key=value)
        assert producer.flush(30) == 0

    def consume(self, broker, group, count):
        consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": group,
                                             "auto.offset.reset": "earliest"})
        consumer.subscribe([TOPIC])
        got = []
        while len(got) < count:
            message = consumer.poll(30)
            assert message is not None and not message.error(), f"{len(got)} of {count}"
            got.append(message.value())
        consumer.close()
        return got


class KafkaPython:
    name = "kafka-python"

    def produce(self, broker):
        producer = kafka.KafkaProducer(bootstrap_servers=broker)
        for value in values(self.name):
            producer.send(TOPIC, value)
        producer.flush(30)
        producer.close()

    def consume(self, broker, group, count):
        consumer = kafka.KafkaConsumer(TOPIC, bootstrap_servers=broker, group_id=group,
                                       auto_offset_reset="earliest", consumer_timeout_ms=30000)
        got = [next(consumer).value for _ in range(count)]
        consumer.close()
        return got


class Aiokafka:
    name = "aiokafka"

    def produce(self, broker):
        asyncio.run(self.send_all(broker))

    async def send_all(self, broker):
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=broker, enable_idempotence=True) as producer:
            for value in values(self.name):
                await producer.send(TOPIC, value)

    def consume(self, broker, group, count):
        return asyncio.run(self.take(broker, group, count))

    async def take(self, broker, group, count):
        consumer = aiokafka.AIOKafkaConsumer(TOPIC, bootstrap_servers=broker, group_id=group,
                                             auto_offset_reset="earliest")
        async with consumer:
            return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]


class Kwire:
    name = "kwire"

    def __init__(self, program):
        self.program = program

    def produce(self, broker):
        subprocess.run([self.program, "produce", "-b", broker, "-t", TOPIC], input=b"\n".join(values(self.name)),
                       check=True, timeout=60)

    def consume(self, broker, group, count):
        command = [self.program, "consume", "-b", broker, "-q", "-u", "-X", "auto.offset.reset=earliest",
                   "-c", str(count), "-G", group, TOPIC]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout.splitlines()


def main():
    clients = [Kwire(sys.argv[1]), Kcat(), Confluent(), KafkaPython(), Aiokafka()]
    expected = sorted(value for client in clients for value in values(client.name))
    with embedded_broker(sys.argv[1], "--topics", f"{TOPIC}:{PARTITIONS}") as broker:
        for client in clients:
            client.produce(broker)
        for client in clients:
            got = sorted(client.consume(broker, f"group-of-{client.name}", len(expected)))
            assert got == expected, f"{client.name} read {len(got)} records that are not what was produced"
            print(f"ok: {client.name}", flush=True)


if __name__ == "__main__":
    main()
