#!/usr/bin/env python3
"""The other clients work together here, codec by codec, so that a failure elsewhere is kwire's."""

import asyncio
import os
import uuid

import aiokafka
import confluent_kafka
import confluent_kafka.admin
import kafka

BROKER = os.environ["KWIRE_TEST_KAFKA"]
CODECS = ("gzip", "snappy", "lz4", "zstd")
VALUES = [f"value {number}".encode() for number in range(50)]


def create_topic(topic):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": BROKER})
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, 1)])[topic].result(30)


def produce(topic, codec):
    producer = confluent_kafka.Producer({"bootstrap.servers": BROKER, "compression.type": codec, "linger.ms": 50})
    for value in VALUES:
        producer.produce(topic, value)
    assert producer.flush(30) == 0, "records were not delivered"


def read_with_kafka_python(topic):
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=BROKER, auto_offset_reset="earliest",
                                   consumer_timeout_ms=20000)
    return [next(consumer).value for _ in VALUES]


async def read_with_aiokafka(topic):
    consumer = aiokafka.AIOKafkaConsumer(topic, bootstrap_servers=BROKER, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in VALUES]
    finally:
        await consumer.stop()


def main():
    for codec in CODECS:
        topic = f"{codec}-{uuid.uuid4().hex}"
        create_topic(topic)
        produce(topic, codec)
        assert read_with_kafka_python(topic) == VALUES, f"kafka-python, {codec}"
        assert asyncio.run(read_with_aiokafka(topic)) == VALUES, f"aiokafka, {codec}"


if __name__ == "__main__":
    main()
