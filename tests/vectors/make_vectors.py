#!/usr/bin/env python3
"""Writes messages.txt: what Kafka's own classes make of every message and version.

Needs a JDK and the jars of `tools/setup vectors`; the tests that read the file need neither. Messages and versions that Kafka 4 no longer
has are taken from the last client that has them, but for versions that were previews.

usage: make_vectors.py MESSAGE...      e.g. FetchRequest FetchResponse: makes their lines anew and keeps
                                       the others; without names all lines of the file
"""
import pathlib
import sys

from kafka_schemas import run_java

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "messages.txt"


def main(names):
    kept = TARGET.read_text(encoding="utf-8").splitlines()
    names = names or sorted({line.split(" ", 1)[0] for line in kept})
    kept = [line for line in kept if line.split(" ", 1)[0] not in names]
    lines = run_java("MessageVectors.java", names)

    def order(line):
        name, version = line.split(" ", 2)[:2]
        return name, int(version)

    TARGET.write_text("\n".join(sorted(kept + lines, key=order)) + "\n", encoding="utf-8")
    print(f"{len(lines)} new vectors, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
