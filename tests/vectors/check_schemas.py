#!/usr/bin/env python3
"""Compares the descriptions of all messages with Kafka's schema files, version by version, field by field.

usage: check_schemas.py DUMP_SCHEMAS     (the program built from dump_schemas.cpp)

The schemas are those inside the jars of Kafka 4.4.0; messages, versions and fields that Kafka 4 dropped are
compared with kafka-clients 3.9.1, but for versions that were previews. What has no schema file is
transcribed here.
Exit status 1 and a line for every difference.
"""
import json
import subprocess
import sys

from kafka_schemas import CURRENT, OLD, all_names, is_preview, load_schemas, span

def holds(versions, version):
    first, last = span(versions)
    return first <= version <= last


def default_of(field, base):
    """The default as one comparable value, whatever way the schema spells it."""
    value = field.get("default")
    if value is None:  # Kafka's generator takes a null for no default at all, unlike "null"
        value = ""
    if base == "records" or value == "null":
        return None
    if field["type"].startswith("[]") or base in ("string", "bytes", "uuid", "struct"):
        return ""
    if base == "bool":
        return str(value).lower() == "true"
    return float(value or 0) if base == "float64" else int(str(value or "0"), 0)


def fields_at(schema, fields, version):
    """What is on the wire at a version: nested lists of (name, type, nullable, tag, default, key, fields)."""
    commons = {common["name"]: common["fields"] for common in schema.get("commonStructs", [])}
    out = []
    for field in fields:
        if not holds(field.get("versions", field.get("taggedVersions")), version):
            continue
        base = field["type"].removeprefix("[]")
        inner = field.get("fields") or commons.get(base)
        if inner is not None:
            base = "struct"
        tag = field.get("tag") if holds(field.get("taggedVersions", "none"), version) else None
        out.append({
            "name": field["name"][0].lower() + field["name"][1:],
            "type": ("[]" if field["type"].startswith("[]") else "") + base,
            "nullable": holds(field.get("nullableVersions", "none"), version),
            "tag": tag,
            "default": default_of(field, base),
            "key": bool(field.get("mapKey")),
            "classic": field.get("flexibleVersions") == "none",
            "fields": fields_at(schema, inner, version) if inner is not None else None,
        })
    return out


def ignorable(schema, fields, path=""):
    """Of all fields by path: whether they may be dropped silently."""
    commons = {common["name"]: common["fields"] for common in schema.get("commonStructs", [])}
    found = {}
    for field in fields:
        where = f"{path}{field['name'][0].lower()}{field['name'][1:]}"
        found[where] = field.get("ignorable", False)
        inner = field.get("fields") or commons.get(field["type"].removeprefix("[]"))
        if inner:
            found |= ignorable(schema, inner, where + ".")
    return found


def differences(ours, kafka, where):
    """Lines that tell what differs between two results of fields_at."""
    if [f["name"] for f in ours] != [f["name"] for f in kafka]:
        yield f"{where}: fields {[f['name'] for f in ours]}, Kafka {[f['name'] for f in kafka]}"
        return
    for a, b in zip(ours, kafka):
        for key in ("type", "nullable", "tag", "default", "key", "classic"):
            if a[key] != b[key]:
                yield f"{where}.{a['name']}: {key} {a[key]}, Kafka {b[key]}"
        if a["fields"] is not None and b["fields"] is not None:
            yield from differences(a["fields"], b["fields"], f"{where}.{a['name']}")


def check(ours, current, old):
    """All differences of one message."""
    name = ours["name"]
    schema = current.get(name) or old.get(name)
    if schema is None:
        yield f"{name}: neither in Kafka {CURRENT} nor in {OLD}"
        return
    lowest, highest = span(schema["validVersions"])
    first = lowest if lowest > 0 and is_preview(name) else 0
    if span(ours["validVersions"]) != (first, highest):
        yield f"{name}: versions {ours['validVersions']}, Kafka {first} to {highest}"
    for key in ("apiKey", "type", "flexibleVersions"):
        if ours.get(key) != schema.get(key):
            yield f"{name}: {key} {ours.get(key)}, Kafka {schema.get(key)}"
    if schema["type"] == "request" and ours["latestVersionUnstable"] != schema.get("latestVersionUnstable", False):
        yield f"{name}: latestVersionUnstable differs"
    for version in range(first, highest + 1):
        source = schema if version >= lowest else old[name]
        yield from differences(fields_at(ours, ours["fields"], version),
                               fields_at(source, source["fields"], version), f"{name} v{version}")
    mine, theirs = ignorable(ours, ours["fields"]), ignorable(schema, schema["fields"])
    if lowest > 0:
        theirs = ignorable(old[name], old[name]["fields"]) | theirs
    for field in sorted(mine):
        if mine[field] != theirs.get(field, False):
            yield f"{name}.{field}: ignorable {mine[field]}, Kafka {theirs.get(field, False)}"


def main(program):
    current, old = load_schemas(CURRENT), load_schemas(OLD)
    done = subprocess.run([program], check=True, stdout=subprocess.PIPE)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    found = [line for message in messages for line in check(message, current, old)]
    described = {message["name"] for message in messages}
    found += [f"{name}: not described" for name in sorted({*all_names()} - described)]
    print("\n".join(found + [f"{len(messages)} messages, {len(found)} differences"]))
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
