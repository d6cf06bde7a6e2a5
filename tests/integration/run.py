#!/usr/bin/env python3
"""Runs a test program against a real broker: run.py PROGRAM [ARGUMENT...]

The broker's address is in KWIRE_TEST_KAFKA. tools/test starts one for all tests of a run; a test that is
run alone gets one of its own here. Python programs run in the environment that tools/setup made.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support" / "kafka"
sys.path.insert(0, str(SUPPORT))
from kafka_server import DOWNLOADS, Kafka, KafkaError  # noqa: E402

ADDRESS = "KWIRE_TEST_KAFKA"


def run(command, address):
    search = os.pathsep.join(filter(None, [str(SUPPORT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {ADDRESS: address, "PYTHONPATH": search}
    if command[0].endswith(".py"):
        command = [str(DOWNLOADS / "venv" / "bin" / "python"), *command]
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        process.kill()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("run: terminated"))
    if ADDRESS in os.environ:
        return run(sys.argv[1:], os.environ[ADDRESS])
    with Kafka() as kafka:
        return run(sys.argv[1:], kafka.bootstrap)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KafkaError, FileNotFoundError) as error:
        sys.exit(f"run: {error}")
