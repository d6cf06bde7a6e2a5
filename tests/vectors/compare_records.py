#!/usr/bin/env python3
"""Compares how kwire and Kafka's own classes read and write record batches.

usage: compare_records.py KWIRE [SEED [ROUNDS]]

RecordBatches.java writes batches of every magic, codec and attribute. kwire has to read in them what Kafka reads,
to write them again to the same octets where these are plain and of create time, and else to octets in which
Kafka finds the same records. The same holds for what kwire writes of Kafka's JSON.
Exit status 1 and a line for every difference, up to 20.
"""
import subprocess
import sys

from kafka_schemas import CURRENT, java
from ndjson import ask, canonical, load

SHOWN = 20
MAY_DIFFER = ("crc", "sizeInBytes")


def question(magic, **more):
    return {"api": "records", "key": -1, "version": magic, "kind": "records", **more}


def exact(batches):
    """Whether one sequence of octets is the only right one."""
    return all(b["compression"] == "none" and b["timestampType"] != "LogAppendTime" for b in batches)


def content(batches):
    """What has to stay the same when a set is written anew."""
    out = []
    for batch in batches:
        gone = MAY_DIFFER + (("baseTimestamp",) if batch["timestampType"] == "LogAppendTime" else ())
        out.append({name: value for name, value in batch.items() if name not in gone})
    return canonical(out)


class Kafka:
    def __init__(self, seed, rounds):
        command = java(CURRENT, "java/RecordBatches.java", seed, rounds)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, encoding="utf-8")

    def written(self):
        """Pairs of octets and what Kafka reads in them."""
        for line in iter(self.process.stdout.readline, "end\n"):
            if not line:
                raise RuntimeError("RecordBatches.java has failed")
            octets, json = line.rstrip("\n").split("\t")
            yield octets, load(json)

    def read(self, octets):
        self.process.stdin.write(octets + "\n")
        self.process.stdin.flush()
        return load(self.process.stdout.readline())


def differences(program, kafka, sets):
    asked = [question(json[0]["magic"], hex=octets) for octets, json in sets]
    asked += [question(json[0]["magic"], op="encode", json=json) for _, json in sets]
    for (octets, json), asking, answer in zip(sets + sets, asked, ask(program, asked)):
        where = f"{asking.get('op', 'decode')} {octets[:400]}"
        if "error" in answer:
            yield f"{where}: {answer['error']}"
            continue
        if "hex" in asking and canonical(answer["json"]) != canonical(json):
            yield f"{where}: {canonical(answer['json'])}, Kafka {canonical(json)}"
        if exact(json):
            if answer["hex"] != octets:
                yield f"{where}: written as {answer['hex']}"
        elif content(kafka.read(answer["hex"])) != content(json):
            yield f"{where}: Kafka reads other records in {answer['hex']}"


def refused(program, sets):
    """Any flipped bit behind a batch's first fields breaks the checksum; a cut set has one batch less."""
    asked = []
    for octets, json in sets:
        at = len(octets) - 2
        flipped = octets[:at] + f"{int(octets[at:], 16) ^ 0x10:02x}"
        asked += [(question(json[0]["magic"], hex=flipped), None), (question(json[0]["magic"], hex=octets[:-2]), json[:-1])]
    for (asking, left), answer in zip(asked, ask(program, [asking for asking, _ in asked])):
        good = "error" in answer if left is None else canonical(answer.get("json")) == canonical(left)
        if not good:
            yield f"{asking['hex'][:400]}: {'a wrong checksum' if left is None else 'a cut batch'}, and {answer}"


def main(kwire, seed="1", rounds="5"):
    program = [kwire, "decode", "--ndjson"]
    kafka = Kafka(seed, rounds)
    sets = list(kafka.written())
    found = [*differences(program, kafka, sets), *refused(program, sets)]
    kafka.process.stdin.close()
    if kafka.process.wait() != 0 or not sets:
        found.append("RecordBatches.java has failed")
    print("\n".join([line[:3000] for line in found[:SHOWN]] + [f"{len(sets)} record sets, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
