#!/usr/bin/env python3
"""The Python example of the embedded broker's page works, and real clients get over what the control endpoint does to
them: throttling, cut and corrupt answers, leaders and coordinators that move, a full disk, a frozen broker.

usage: control_test.py KWIRE_PROGRAM
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import confluent_kafka
import kafka

PAGE = Path(__file__).resolve().parents[2] / "tools" / "broker" / "README.md"
TOPIC = "orders"
COUNT = 300


def run_example(kwire):
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert examples, f"no example in {PAGE}"
    environment = os.environ | {"PATH": f"{Path(kwire).parent}:{os.environ['PATH']}"}
    for example in examples:
        subprocess.run([sys.executable, "-c", example], check=True, timeout=60, env=environment)
    print(f"ok: {len(examples)} examples of the page", flush=True)


class Broker:
    """`kwire broker` with a control endpoint, while it runs."""

    def __init__(self, kwire, *options):
        command = [kwire, "broker", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--topics", f"{TOPIC}:2", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.control = self.process.stdout.readline().split()[-1]
        self.address = self.process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(10) == 0

    def do(self, method, path, **fields):
        request = urllib.request.Request(f"http://{self.control}{path}", method=method,
                                         data=json.dumps(fields).encode() if fields else None)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def end_offsets(self):
        return sum(one["end_offset"] for one in self.do("GET", "/state")["topics"][TOPIC]["partitions"])


def produce(broker, **settings):
    """Produces a few hundred records one after the other, idempotently; all have to arrive once."""
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.address, "enable.idempotence": True, "linger.ms": 0,
                                         "retry.backoff.ms": 50} | settings)
    failed = []
    for number in range(COUNT):
        producer.produce(TOPIC, str(number), partition=number % 2, on_delivery=lambda error, _: error and failed.append(error))
        if number % 10 == 0:
            producer.flush(20)
    assert producer.flush(30) == 0 and not failed, failed[:3]


def faults(kwire):
    sorrows = {
        "errors": [{"do": "fail", "error": "NOT_ENOUGH_REPLICAS", "times": 3, "topic": TOPIC}],
        "throttling": [{"do": "throttle", "ms": 200, "times": 2}],
        "delays": [{"do": "delay", "ms": 200, "times": 2}],
        "lost connections": [{"do": "drop", "when": "before"}, {"do": "drop", "when": "after"}],
        "cut answers": [{"do": "cut", "octets": 2}, {"do": "cut", "octets": 9}],
    }
    for name, several in sorrows.items():
        with Broker(kwire) as broker:
            for fault in several:
                broker.do("POST", "/faults", api="Produce", **fault)
            produce(broker)
            assert broker.do("GET", "/faults")["faults"] == []
            assert broker.end_offsets() == COUNT, f"{name}: {broker.end_offsets()} records for {COUNT}"
            print(f"ok: {name}", flush=True)


def befallen(kwire):
    """A cluster that does not come to rest while records are produced and consumed."""
    with Broker(kwire, "--brokers", "3") as broker:
        over = threading.Event()
        problems = []

        def move_leader(turn):
            try:
                broker.do("POST", f"/topics/{TOPIC}/partitions/{turn % 2}/leader", broker=turn % 3 + 1)
            except urllib.error.HTTPError as refused:  # it leads already
                assert "cannot lead" in refused.read().decode()

        def trouble():
            try:
                turn = 0
                while not over.is_set():
                    turn += 1
                    move_leader(turn)
                    broker.do("POST", f"/topics/{TOPIC}/partitions/{turn % 2}/epoch")
                    broker.do("POST", "/coordinators", kind="group", key="readers", broker=turn % 3 + 1)
                    broker.do("POST", f"/brokers/{turn % 3 + 1}/disk", full=True)
                    time.sleep(0.02)
                    broker.do("POST", f"/brokers/{turn % 3 + 1}/disk", full=False)
                    broker.do("POST", "/brokers/all/freeze")
                    time.sleep(0.05)
                    broker.do("POST", "/brokers/all/thaw")
                    time.sleep(0.1)
            except (OSError, AssertionError) as problem:
                problems.append(problem)

        thread = threading.Thread(target=trouble)
        thread.start()
        try:
            produce(broker)
        finally:
            over.set()
            thread.join()
        assert not problems, problems
        assert broker.end_offsets() == COUNT, f"{broker.end_offsets()} records for {COUNT}"
        consumer = kafka.KafkaConsumer(TOPIC, bootstrap_servers=broker.address.split(","), group_id="readers",
                                       auto_offset_reset="earliest", consumer_timeout_ms=30000)
        got = sorted(int(next(consumer).value) for _ in range(COUNT))
        consumer.close()
        assert got == list(range(COUNT))
    print("ok: a restless cluster", flush=True)


def main():
    kwire = sys.argv[1]
    run_example(kwire)
    faults(kwire)
    befallen(kwire)


if __name__ == "__main__":
    main()
