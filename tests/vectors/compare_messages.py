#!/usr/bin/env python3
"""Compares kwire with Kafka's own classes: every message in every version, both ways.

usage: compare_messages.py KWIRE [SEED [FILLS]]

MessageVectors.java fills the messages by chance (SEED, FILLS times each, besides once with defaults); kwire
has to print them as Kafka's JsonConverter does, to write them again to the same octets, to make these of Kafka's
JSON too, and to refuse each message without its last octet and in versions that never were.
Exit status 1 and a line for every difference, up to 50.
"""
import sys
import typing

from kafka_schemas import CURRENT, OLD, all_names, is_preview, load_schemas, run_java, span
from ndjson import ask, canonical, load

SHOWN = 50


class Vector(typing.NamedTuple):
    kind: str
    name: str
    key: int
    version: int
    unknown: bool  # has tagged fields that no JSON shows
    octets: str
    json: object
    sets: list

    def question(self, **more):
        api = self.name.removesuffix("Request").removesuffix("Response") if self.key >= 0 else self.name
        return {"api": api, "key": self.key, "version": self.version, "kind": self.kind, **more}

    def where(self):
        return f"{self.kind} {self.name} {self.version} {self.octets}"


def stored_prefix(name, version):
    """What stands before a stored message: its version or, before the key of a log's record, the type."""
    schema = (load_schemas(CURRENT).get(name) or load_schemas(OLD)[name])
    return (schema["apiKey"] if schema["type"] == "coordinator-key" else version).to_bytes(2, "big").hex()


def vector_of(line):
    kind, name, key, version, unknown, octets, json, sets = line.split("\t")
    if kind == "data":
        octets = stored_prefix(name, int(version)) + octets
    return Vector(kind, name, int(key), int(version), unknown == "true", octets, load(json),
                  [None if one == "-" else one for one in sets.split(",")] if holds_sets(json) else [])


def holds_sets(json):
    return "SizeInBytes\":" in json or "\"records\":null" in json or "\"unalignedRecords\":null" in json


def vectors(names, seed, fills):
    return [vector_of(line) for line in run_java("MessageVectors.java", names, "--compare", str(seed), str(fills))]


def differences(program, given):
    """What kwire reads and writes otherwise than Kafka."""
    asked = [(v, "decode", v.question(hex=v.octets)) for v in given]
    asked += [(v, "encode", v.question(op="encode", json=v.json, records=v.sets)) for v in given if not v.unknown]
    asked += [(v, "cut", v.question(hex=v.octets[:-2])) for v in given if v.octets]
    for (vector, what, _), answer in zip(asked, ask(program, [question for _, _, question in asked])):
        if what == "cut":
            if "error" not in answer or "json" in answer:
                yield f"{vector.where()}: the last octet is cut off, and {answer}"
        elif "error" in answer:
            yield f"{vector.where()}: {what}: {answer['error']}"
        elif answer["hex"] != vector.octets:
            yield f"{vector.where()}: {what}: written as {answer['hex']}"
        elif what == "decode":
            if canonical(answer["json"]) != canonical(vector.json):
                yield f"{vector.where()}: {canonical(answer['json'])}, Kafka {canonical(vector.json)}"
            if answer.get("records", []) != vector.sets:
                yield f"{vector.where()}: record sets {answer.get('records')}, Kafka {vector.sets}"


def never_were(program, given):
    """Versions below the first and above the last must be refused."""
    spans = {}
    for vector in given:
        spans.setdefault((vector.kind, vector.name), []).append(vector)
    asked = []
    for group in spans.values():
        group.sort(key=lambda vector: vector.version)
        lowest, highest = group[0], group[-1]
        asked.append((highest, highest.question(hex=highest.octets) | {"version": highest.version + 1}))
        if lowest.version == 0 or not is_preview(lowest.name):
            asked.append((lowest, lowest.question(hex=lowest.octets) | {"version": lowest.version - 1}))
    for (vector, question), answer in zip(asked, ask(program, [question for _, question in asked])):
        if "error" not in answer:
            yield f"{vector.kind} {vector.name}: version {question['version']} is no error"


def incomplete(names, given):
    """Messages or versions that no vector is of."""
    seen = {(vector.name, vector.version) for vector in given if not vector.kind.endswith("_frame")}
    for name in names:
        schema = load_schemas(CURRENT).get(name) or load_schemas(OLD)[name]
        lowest, highest = span(schema["validVersions"])
        first = lowest if lowest > 0 and is_preview(name) else 0
        for version in range(first, highest + 1):
            if (name, version) not in seen:
                yield f"{name} {version}: no vector"


def main(kwire, seed=1, fills=3):
    program = [kwire, "decode", "--ndjson"]
    names = all_names()
    given = vectors(names, int(seed), int(fills))
    found = [*incomplete(names, given), *differences(program, given), *never_were(program, given)]
    print("\n".join([line[:2000] for line in found[:SHOWN]] + [
        f"{len(given)} vectors of {len(names)} messages from seed {seed}, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
