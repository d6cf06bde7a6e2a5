#!/usr/bin/env python3
"""Shows that a fault in a description cannot stay unseen: the schemas tell, and so do Kafka's own octets.

usage: faults_test.py BROKEN_SCHEMAS     (the program built from broken_schemas.cpp)
"""
import json
import subprocess
import sys

from check_schemas import check
from compare_messages import differences, vectors
from kafka_schemas import CURRENT, OLD, load_schemas

FAULTS = {"BrokerHeartbeatRequest": ("none", "version", "tag"), "InitProducerIdRequest": ("none", "nullable")}


def verdicts(program, name):
    """Of each fault: what the two ways to find it have found."""
    given = [vector for vector in vectors([name], seed=1, fills=20) if vector.kind == "request"]
    for fault in FAULTS[name]:
        dump = subprocess.run([program, name, fault, "--dump"], check=True, stdout=subprocess.PIPE).stdout
        yield fault, "schemas", list(check(json.loads(dump), load_schemas(CURRENT), load_schemas(OLD)))
        yield fault, "octets", list(differences([program, name, fault], given))


def main(program):
    failed = 0
    for name in FAULTS:
        for fault, how, found in verdicts(program, name):
            good = bool(found) == (fault != "none")
            failed += not good
            print(f"{'ok' if good else 'FAILED'}: {name}, fault {fault}, {how}: {len(found)} differences"
                  + (f", e.g. {found[0][:200]}" if found else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
