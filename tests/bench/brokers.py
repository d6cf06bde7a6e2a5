"""The brokers that the matrix runs on: a real Kafka, the embedded broker, and the embedded one that discards."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support" / "kafka"))
from kafka_server import Kafka  # noqa: E402

# Else what was deleted stays in memory for a minute.
PROPERTIES = {"log.segment.delete.delay.ms": 1000}


class BrokerError(Exception):
    """A broker did not do what was asked; the text says what."""


class Broker:
    """Topics by the kwire command, which takes milliseconds where Kafka's own takes seconds."""

    def __init__(self, kwire):
        self.kwire = str(kwire)

    def topics(self, *arguments):
        done = subprocess.run([self.kwire, "topics", *arguments, "-b", self.bootstrap], capture_output=True, text=True,
                              timeout=120)
        if done.returncode != 0:
            raise BrokerError(f"kwire topics {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")

    def create(self, topic, partitions):
        self.topics("create", topic, "-p", str(partitions))

    def delete(self, topic):
        self.topics("delete", topic)


class Real(Broker):
    def __enter__(self):
        self.kafka = Kafka(properties=PROPERTIES).__enter__()
        self.bootstrap = self.kafka.bootstrap
        return self

    def __exit__(self, *why):
        self.kafka.__exit__(*why)

    @property
    def pid(self):
        return self.kafka.pid()


class Embedded(Broker):
    def __init__(self, kwire, *options):
        super().__init__(kwire)
        self.options = options

    def __enter__(self):
        self.process = subprocess.Popen([self.kwire, "broker", "-l", "127.0.0.1:0", "--no-auto-create", *self.options],
                                        stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        if not said:
            raise BrokerError(f"kwire broker ended with {self.process.wait()}")
        self.bootstrap = said[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid


class Pause:
    """Stops a broker's clock when called, and lets it go on at the end."""

    def __init__(self, broker):
        self.broker = broker

    def __enter__(self):
        return lambda: os.kill(self.broker.pid, signal.SIGSTOP)

    def __exit__(self, *_):
        os.kill(self.broker.pid, signal.SIGCONT)
