#!/usr/bin/env python3
"""Every read-only request at every version that a real broker advertises: the answer parses to its last octet,
and what the broker advertises is what is known of its release.

usage: live_protocol_test.py KWIRE_PROGRAM VERSION
"""

import json
import subprocess
import sys

from kafka_server import Kafka

TOPIC, GROUP, TRANSACTION = "live", "live-group", "live-transaction"
CLIENT = {"clientSoftwareName": "kwire", "clientSoftwareVersion": "1"}
NULL_ID = "AAAAAAAAAAAAAAAAAAAAAA"


def kwire(program, *arguments, stdin=None):
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"kwire {' '.join(arguments)}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def span(text):
    first, _, last = text.partition("-")
    return int(first.rstrip("+")), int(last) if last else (32767 if text.endswith("+") else int(first))


def only_fields_of(fields, value, version):
    """What of a request a version can carry."""
    known = {}
    for field in fields:
        first, last = span(field["versions"])
        if first <= version <= last:
            known[field["name"][0].lower() + field["name"][1:]] = field
    out = {}
    for name, content in value.items():
        if name not in known:
            continue
        inner = known[name].get("fields")
        if inner and isinstance(content, list):
            content = [only_fields_of(inner, each, version) for each in content]
        elif inner and isinstance(content, dict):
            content = only_fields_of(inner, content, version)
        out[name] = content
    return out


def questions(topic_id):
    """Requests that change nothing, with every field that says what to ask for."""
    partition = {"partition": 0, "partitionIndex": 0, "currentLeaderEpoch": -1, "leaderEpoch": 0}
    topic = {"name": TOPIC, "topic": TOPIC, "topicName": TOPIC, "topicId": topic_id}
    config = {"resourceType": 2, "resourceName": TOPIC, "configurationKeys": None}
    anything = {"resourceTypeFilter": 1, "patternTypeFilter": 1, "operation": 1, "permissionType": 1}
    quorum = {"topicName": "__cluster_metadata", "partitions": [{"partitionIndex": 0}]}
    return {
        "Metadata": {"topics": [topic]},
        "ApiVersions": CLIENT,
        "Fetch": {"maxWaitMs": 10, "minBytes": 0, "maxBytes": 1 << 20, "isolationLevel": 1, "sessionEpoch": -1,
                  "topics": [topic | {"partitions": [partition | {"fetchOffset": 0, "partitionMaxBytes": 1 << 20}]}]},
        "ListOffsets": {"replicaId": -1, "topics": [topic | {"partitions": [
            partition | {"timestamp": -1, "maxNumOffsets": 1}]}]},
        "OffsetForLeaderEpoch": {"replicaId": -1, "topics": [topic | {"partitions": [partition]}]},
        "FindCoordinator": {"key": GROUP, "coordinatorKeys": [GROUP]},
        "OffsetFetch": {"groupId": GROUP, "topics": [topic | {"partitionIndexes": [0]}],
                        "groups": [{"groupId": GROUP, "topics": [topic | {"partitionIndexes": [0]}]}]},
        "DescribeGroups": {"groups": [GROUP], "includeAuthorizedOperations": True},
        "ListGroups": {},
        "SaslHandshake": {"mechanism": "PLAIN"},
        "DescribeAcls": anything,
        "DescribeConfigs": {"resources": [config], "includeSynonyms": True, "includeDocumentation": True},
        "DescribeLogDirs": {"topics": None},
        "DescribeDelegationToken": {"owners": None},
        "ListPartitionReassignments": {"timeoutMs": 1000, "topics": None},
        "DescribeClientQuotas": {"components": [{"entityType": "user", "matchType": 2, "match": None}]},
        "DescribeUserScramCredentials": {"users": None},
        "DescribeQuorum": {"topics": [quorum]},
        "DescribeCluster": {"includeClusterAuthorizedOperations": True},
        "DescribeProducers": {"topics": [topic | {"partitionIndexes": [0]}]},
        "DescribeTransactions": {"transactionalIds": [TRANSACTION]},
        "ListTransactions": {"durationFilter": -1},
        "ConsumerGroupDescribe": {"groupIds": [GROUP]},
        "GetTelemetrySubscriptions": {"clientInstanceId": NULL_ID},
        "ListConfigResources": {},
        "DescribeTopicPartitions": {"topics": [topic], "responsePartitionLimit": 10},
        "ShareGroupDescribe": {"groupIds": [GROUP]},
        "StreamsGroupDescribe": {"groupIds": [GROUP]},
        "DescribeShareGroupOffsets": {"groups": [{"groupId": GROUP, "topics": None}]},
    }


def expected_of(facts, release):
    """The range a release should advertise, by what kwire knows of it; the lowest is left to the broker."""
    newest = -1
    for number, brought in enumerate(facts["releases"], facts["minVersion"]):
        if tuple(map(int, brought.split("."))) <= release:
            newest = number
    return newest


def main():
    program, version = sys.argv[1:3]
    release = tuple(map(int, version.split(".")))
    facts = {each["key"]: each for each in json.loads(kwire(program, "protocol", "--json"))}
    checked, problems = 0, []
    with Kafka(version) as kafka:
        kafka.create_topic(TOPIC, 1)
        at = ("-b", kafka.bootstrap)
        kwire(program, "produce", *at, "-t", TOPIC, "-K", ":", stdin="k:v\nk:w\n")
        kwire(program, "consume", *at, "-e", "-X", "auto.offset.reset=earliest", "-G", GROUP, TOPIC)
        described = json.loads(kwire(program, "raw", *at, "--api", "Metadata", json.dumps({"topics": [{"name": TOPIC}]})))
        topic_id = described["topics"][0].get("topicId", NULL_ID)
        versions = json.loads(kwire(program, "raw", *at, "--api", "ApiVersions", "--version", "0"))
        offered = {each["apiKey"]: each for each in versions["apiKeys"]}
        for key, range_ in offered.items():
            newest = expected_of(facts[key], release)
            # A broker may leave out what its configuration switches off, but never offer what its release lacks.
            if range_["maxVersion"] != newest:
                problems.append(f"{facts[key]['name']}: offered up to {range_['maxVersion']}, known up to {newest}")
        for name, question in questions(topic_id).items():
            schema = json.loads(kwire(program, "protocol", "--api", name, "--json"))
            if schema["key"] not in offered:
                continue
            range_ = offered[schema["key"]]
            for number in range(range_["minVersion"], range_["maxVersion"] + 1):
                body = only_fields_of(schema["request"]["fields"], question, number)
                try:
                    kwire(program, "raw", *at, "--api", name, "--version", str(number), json.dumps(body))
                    checked += 1
                except RuntimeError as failed:
                    problems.append(f"{name} {number}: {failed}")
    print(f"{checked} requests answered and parsed, {len(problems)} problems")
    if checked < 15:
        problems.append("too few for a broker that can do anything")
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
