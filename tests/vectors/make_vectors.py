#!/usr/bin/env python3
"""Writes messages.txt: what Kafka's own classes make of every message and version.

Needs a JDK and Maven; the tests that read the file need neither. Messages and versions that Kafka 4 no longer
has are taken from the last client that has them, but for versions that were previews.

usage: make_vectors.py MESSAGE...      e.g. FetchRequest FetchResponse: makes their lines anew and keeps
                                       the others; without names all lines of the file
"""
import pathlib
import re
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "messages.txt"
CURRENT, OLD = "4.4.0", "3.9.1"
SERVER_PARTS = ("kafka-group-coordinator", "kafka-transaction-coordinator", "kafka-share-coordinator")
JACKSON = "2.16.2"
SLF4J = "1.7.36"


def artifact(group, name, version):
    """Path of a jar in the local Maven repository, fetched when missing."""
    jar = pathlib.Path.home() / ".m2/repository" / group.replace(".", "/") / name / version / f"{name}-{version}.jar"
    if not jar.exists():
        subprocess.run(["mvn", "-q", "-B", "dependency:get", f"-Dartifact={group}:{name}:{version}"], check=True,
                       stdout=sys.stderr)
    return str(jar)


def kafka_jars(kafka):
    """The jars with message schemas and the classes made of them."""
    parts = ("kafka-clients", *SERVER_PARTS) if kafka == CURRENT else ("kafka-clients",)
    return [artifact("org.apache.kafka", part, kafka) for part in parts]


def is_gone(name):
    """Whether the current client merely remembers that there was such a message."""
    path = f"common/message/{name}.json"
    with zipfile.ZipFile(artifact("org.apache.kafka", "kafka-clients", CURRENT)) as jar:
        return path in jar.namelist() and '"validVersions": "none"' in jar.read(path).decode()


def run(kafka, names):
    """The lines MessageVectors prints with the given version of Kafka."""
    if not names:
        return []
    jars = [*kafka_jars(kafka), artifact("org.slf4j", "slf4j-api", SLF4J)]
    for part in ("databind", "core", "annotations"):
        jars.append(artifact("com.fasterxml.jackson.core", f"jackson-{part}", JACKSON))
    command = ["java", "-Dstdout.encoding=UTF-8", "-cp", ":".join(jars), str(HERE / "MessageVectors.java"), *names]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().splitlines()


def is_preview(name):
    """Whether the old client has versions of a message only for trying out."""
    with zipfile.ZipFile(artifact("org.apache.kafka", "kafka-clients", OLD)) as jar:
        request = re.sub("Response$", "Request", name)
        text = jar.read(f"common/message/{request}.json").decode()
    return '"validVersions": "0"' in text and '"latestVersionUnstable": true' in text


def main(names):
    kept = TARGET.read_text(encoding="utf-8").splitlines()
    names = names or sorted({line.split(" ", 1)[0] for line in kept})
    kept = [line for line in kept if line.split(" ", 1)[0] not in names]
    gone = [name for name in names if is_gone(name)]
    lines = run(CURRENT, [name for name in names if name not in gone])
    lowest = {}
    for line in lines:
        name, version = line.split(" ", 2)[:2]
        lowest[name] = min(lowest.get(name, int(version)), int(version))
    dropped = [f"{name}:0-{first - 1}" for name, first in lowest.items() if first > 0 and not is_preview(name)]
    lines += run(OLD, gone + dropped)

    def order(line):
        name, version = line.split(" ", 2)[:2]
        return name, int(version)

    TARGET.write_text("\n".join(sorted(kept + lines, key=order)) + "\n", encoding="utf-8")
    print(f"{len(lines)} new vectors, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
