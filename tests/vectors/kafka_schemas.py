"""The schemas of Kafka's messages and the classes made of them: where the tests find and how they run them.

Messages and versions that Kafka 4 no longer has are taken from the last client that has them, but for
versions that were previews.
"""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
DOWNLOADS = pathlib.Path(os.environ.get("KWIRE_DOWNLOADS", HERE.parents[1] / "build" / "downloads"))
CURRENT, OLD = "4.4.0", "3.9.1"

# The Struct schemas of StickyAssignor and CooperativeStickyAssignor.
USER_DATA = {
    "StickyAssignorUserData": {
        "type": "data", "validVersions": "0-1", "flexibleVersions": "none", "fields": [
            {"name": "previousAssignment", "type": "[]TopicAssignment", "versions": "0+", "fields": [
                {"name": "topic", "type": "string", "versions": "0+"},
                {"name": "partitions", "type": "[]int32", "versions": "0+"}]},
            {"name": "generation", "type": "int32", "versions": "1+", "default": "-1", "ignorable": True}]},
    "CooperativeStickyAssignorUserData": {
        "type": "data", "validVersions": "0", "flexibleVersions": "none", "fields": [
            {"name": "generation", "type": "int32", "versions": "0+", "default": "-1"}]},
}


@functools.cache
def load_schemas(kafka):
    """All message schemas of a version of Kafka by name, without those that have no version any more."""
    schemas = dict(USER_DATA)
    for path in jars(kafka).glob("kafka-*.jar"):
        with zipfile.ZipFile(path) as jar:
            for name in jar.namelist():
                if name.startswith("common/message/") and name.endswith(".json"):
                    text = re.sub(r"^\s*//.*$", "", jar.read(name).decode(), flags=re.M)
                    schema = json.loads(text)
                    if schema["validVersions"] == "none":
                        continue
                    schemas[schema["name"]] = schema
    return schemas


def span(text):
    """'3+' -> (3, 32767), '0-12' -> (0, 12), '7' -> (7, 7), 'none' -> nothing."""
    if text == "none":
        return 32767, -1
    if text.endswith("+"):
        return int(text[:-1]), 32767
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def jars(kafka):
    """The folder of jars that tools/setup fetched."""
    folder = DOWNLOADS / f"vectors-{kafka}"
    if not folder.is_dir():
        sys.exit(f"{folder} is missing; run tools/setup vectors")
    return folder


def is_preview(name):
    """Whether the old client has versions of a message only for trying out."""
    request = load_schemas(OLD).get(re.sub("Response$", "Request", name), {})
    return request.get("validVersions") == "0" and request.get("latestVersionUnstable", False)


def all_names():
    """Every message of the two, but for those that only changed their name."""
    current, old = load_schemas(CURRENT), load_schemas(OLD)
    keys = {(schema["type"], schema["apiKey"]) for schema in current.values() if "apiKey" in schema}
    return sorted({*current, *(name for name, schema in old.items() if (schema["type"], schema.get("apiKey")) not in keys)})


def sources(names):
    """Which messages, with ranges of versions where not all are meant, each version of Kafka has to tell."""
    current, old = [], []
    for name in names:
        if name not in load_schemas(CURRENT):
            old.append(name)
            continue
        current.append(name)
        first = span(load_schemas(CURRENT)[name]["validVersions"])[0]
        if first > 0 and not is_preview(name):
            old.append(f"{name}:0-{first - 1}")
    return {CURRENT: current, OLD: old}


def java(kafka, program, *arguments):
    """The command that runs a program with a version of Kafka."""
    return ["java", "-Dstdout.encoding=UTF-8", "-Dstdin.encoding=UTF-8", "-XX:TieredStopAtLevel=1",
            "-cp", f"{jars(kafka)}/*", str(HERE / program), *arguments]


def run_java(program, names, *options):
    """The lines that the program prints for messages."""
    lines = []
    for kafka, chosen in sources(names).items():
        if chosen:
            done = subprocess.run(java(kafka, program, *options, *chosen), check=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
            lines += done.stdout.decode().splitlines()
    return lines
