#!/usr/bin/env python3
"""Writes assignments.txt: what Kafka's own server-side assignors make of groups that change.

Needs a JDK and the jars of `tools/setup brokers`; the test that reads the file needs neither.
"""
import pathlib
import subprocess

from kafka_schemas import DOWNLOADS, HERE

BROKER = "4.3.1"  # the clients' jars lack the interfaces of the assignors


def main():
    classes = DOWNLOADS / f"kafka-{BROKER}" / "*"
    made = subprocess.run(["java", "-cp", str(classes), str(HERE / "java" / "AssignorVectors.java")],
                          check=True, capture_output=True, text=True)
    pathlib.Path(HERE / "assignments.txt").write_text(made.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
