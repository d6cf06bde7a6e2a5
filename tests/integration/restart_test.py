#!/usr/bin/env python3
"""A broker is killed with SIGKILL and started again while records are produced: every record is in the log
once, and in order per partition, as a client that is not kwire reads it.

usage: restart_test.py KWIRE_PROGRAM [RECORDS]
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import confluent_kafka
from kafka_server import Kafka

TOPIC = "survivors"
PARTITIONS = 4
KEYS = 1000


def feed(process, first, last):
    for number in range(first, last):
        process.stdin.write(f"key-{number % KEYS}:{number}\n")
    process.stdin.flush()


def produce_through_a_crash(kwire, kafka, count):
    command = [kwire, "produce", "-b", kafka.bootstrap, "-t", TOPIC, "-K", ":", "-X", "linger.ms=2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1 << 16) as process:
        feed(process, 0, count // 3)
        kafka.kill9()
        # kwire reads on until its buffer is full, and then waits for the broker: so must we, meanwhile.
        # The broker must be a child of this thread, with which it would end.
        with ThreadPoolExecutor(1) as helper:
            fed = helper.submit(feed, process, count // 3, count)
            time.sleep(2)
            kafka.restart()
            fed.result()
        process.stdin.close()
        if process.wait(timeout=150) != 0:
            sys.exit("kwire produce says that not everything was delivered")


def read_all(bootstrap, count):
    """Numbers per partition, in log order; reading goes on a little behind the last one, for duplicates."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": "judge",
                                         "enable.partition.eof": True})
    consumer.assign([confluent_kafka.TopicPartition(TOPIC, p, 0) for p in range(PARTITIONS)])
    numbers, ended = {p: [] for p in range(PARTITIONS)}, set()
    while len(ended) < PARTITIONS:
        message = consumer.poll(30)
        assert message is not None, "the judge got nothing for 30 s"
        if message.error():
            assert message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, message.error()
            ended.add(message.partition())
        else:
            numbers[message.partition()].append(int(message.value()))
    consumer.close()
    return numbers


def main():
    kwire, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    with Kafka() as kafka:
        kafka.create_topic(TOPIC, PARTITIONS)
        produce_through_a_crash(kwire, kafka, count)
        numbers = read_all(kafka.bootstrap, count)
    everything = [number for partition in numbers.values() for number in partition]
    lost = count - len(set(everything))
    twice = len(everything) - len(set(everything))
    disordered = sum(a > b for partition in numbers.values() for a, b in zip(partition, partition[1:]))
    print(f"{count} produced: {lost} lost, {twice} twice, {disordered} out of order")
    if lost or twice or disordered:
        sys.exit(1)


if __name__ == "__main__":
    main()
