#!/usr/bin/env python3
"""The embedded broker plays older lines of Kafka: kcat, confluent-kafka, kafka-python, aiokafka and kwire produce to it
and consume from it as each line, which offers what real brokers of that line offer.

usage: lines_test.py KWIRE_PROGRAM
"""

import json
import subprocess
import sys

from embedded import embedded_broker
from embedded_test import Aiokafka, Confluent, KafkaPython, Kcat, Kwire, TOPIC, values

LINES = ("0.11", "1.1", "2.8", "3.9", "4.1")
# confluent-kafka's librdkafka wants brokers from 2.1 on for what it does here; the others still know them all.
TOO_OLD = {"aiokafka": ("0.11",)}


def offered(kwire, broker):
    """What ApiVersions tells, by key."""
    told = subprocess.run([kwire, "raw", "-b", broker, "--api", "ApiVersions", "--version", "0", "{}"],
                          stdout=subprocess.PIPE, check=True, timeout=30).stdout
    return {one["apiKey"]: (one["minVersion"], one["maxVersion"]) for one in json.loads(told)["apiKeys"]}


# From real brokers: Produce (0), Fetch (1), JoinGroup (11), InitProducerId (22), ConsumerGroupHeartbeat (68).
KNOWN = {
    "0.11": {0: (0, 3), 1: (0, 5), 11: (0, 2), 22: (0, 0), 68: None},
    "1.1": {0: (0, 5), 1: (0, 7), 11: (0, 2), 22: (0, 0), 68: None},
    "2.8": {0: (0, 9), 1: (0, 12), 11: (0, 7), 22: (0, 4), 68: None},
    "3.9": {0: (0, 11), 1: (0, 17), 11: (0, 9), 22: (0, 5), 68: (0, 0)},
    "4.1": {0: (0, 13), 1: (4, 18), 11: (0, 9), 22: (0, 5), 68: (0, 1)},
}


def main():
    kwire = sys.argv[1]
    for line in LINES:
        clients = [one for one in (Kwire(kwire), Kcat(), Confluent(), KafkaPython(), Aiokafka())
                   if line not in TOO_OLD.get(one.name, ())]
        expected = sorted(value for client in clients for value in values(client.name))
        with embedded_broker(kwire, "--as", line, "--topics", f"{TOPIC}:3") as broker:
            ranges = offered(kwire, broker)
            for key, known in KNOWN[line].items():
                assert ranges.get(key) == known, f"as {line}, API {key} is {ranges.get(key)}, not {known}"
            for client in clients:
                client.produce(broker)
            for client in clients:
                got = sorted(client.consume(broker, f"group-of-{client.name}", len(expected)))
                assert got == expected, f"as {line}, {client.name} read {len(got)} of {len(expected)} records"
            print(f"ok: {line}: {', '.join(client.name for client in clients)}", flush=True)


if __name__ == "__main__":
    main()
