#!/usr/bin/env python3
"""The brokers the tests stand on do what they should: kafka_server_test.py VERSION [NODES]"""

import subprocess
import sys

from kafka_server import Kafka

RECORDS = "".join(f"{number}\n" for number in range(100))


def kcat(kafka, *arguments, stdin=""):
    command = ["kcat", "-b", kafka.bootstrap, "-t", "numbers", *arguments]
    if kafka.version.startswith("0.9."):
        command += ["-X", "api.version.request=false", "-X", "broker.version.fallback=0.9.0.1"]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def read_all(kafka):
    said = kcat(kafka, "-C", "-e", "-q", "-o", "beginning")
    assert said == RECORDS, f"read {said.count(chr(10))} records, or in another order"


def check(version, nodes):
    with Kafka(version, nodes, {"auto.create.topics.enable": "true"}) as kafka:
        pids = [kafka.pid(node) for node in range(1, nodes + 1)]
        kcat(kafka, "-P", "-z", "gzip", stdin=RECORDS)
        read_all(kafka)
        kafka.kill9(1)
        kafka.restart(1)
        assert kafka.pid(1) != pids[0]
        read_all(kafka)
        workdir = kafka.workdir
    assert not workdir.exists(), f"{workdir} was left behind"


def main():
    version, nodes = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    check(version, nodes)


if __name__ == "__main__":
    main()
