#!/usr/bin/env python3
"""Writes messages.txt anew: what Kafka's own classes make of every message and version.

Needs a JDK and Maven; the tests that read the file need neither. Versions that Kafka 4 no longer has are
taken from the last client that has them.

usage: make_vectors.py MESSAGE...      e.g. FetchRequest FetchResponse; without names those of the file
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "messages.txt"
CURRENT, OLD = "4.4.0", "3.9.1"
JACKSON = "2.16.2"
SLF4J = "1.7.36"


def artifact(group, name, version):
    """Path of a jar in the local Maven repository, fetched when missing."""
    jar = pathlib.Path.home() / ".m2/repository" / group.replace(".", "/") / name / version / f"{name}-{version}.jar"
    if not jar.exists():
        subprocess.run(["mvn", "-q", "dependency:get", f"-Dartifact={group}:{name}:{version}"], check=True)
    return str(jar)


def run(kafka, names):
    """The lines MessageVectors prints with the given kafka-clients."""
    jars = [artifact("org.apache.kafka", "kafka-clients", kafka), artifact("org.slf4j", "slf4j-api", SLF4J)]
    for part in ("databind", "core", "annotations"):
        jars.append(artifact("com.fasterxml.jackson.core", f"jackson-{part}", JACKSON))
    command = ["java", "-Dstdout.encoding=UTF-8", "-cp", ":".join(jars), str(HERE / "MessageVectors.java"), *names]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().splitlines()


def main(names):
    if not names:
        names = sorted({line.split(" ", 1)[0] for line in TARGET.read_text().splitlines()})
    lines = run(CURRENT, names)
    lowest = {}
    for line in lines:
        name, version = line.split(" ", 2)[:2]
        lowest[name] = min(lowest.get(name, int(version)), int(version))
    dropped = [f"{name}:0-{first - 1}" for name, first in lowest.items() if first > 0]
    if dropped:
        lines += run(OLD, dropped)

    def order(line):
        name, version = line.split(" ", 2)[:2]
        return name, int(version)

    TARGET.write_text("\n".join(sorted(lines, key=order)) + "\n", encoding="utf-8")
    print(f"{len(lines)} vectors, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
