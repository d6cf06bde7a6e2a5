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

NAME = "BrokerHeartbeatRequest"


def main(program):
    given = [vector for vector in vectors([NAME], seed=1, fills=20) if vector.kind == "request"]
    failed = 0
    for fault in ("none", "version", "nullable", "tag"):
        dump = subprocess.run([program, fault, "--dump"], check=True, stdout=subprocess.PIPE).stdout
        by_schema = list(check(json.loads(dump), load_schemas(CURRENT), load_schemas(OLD)))
        by_octets = list(differences([program, fault], given))
        for how, found in (("schemas", by_schema), ("octets", by_octets)):
            good = bool(found) == (fault != "none")
            failed += not good
            print(f"{'ok' if good else 'FAILED'}: fault {fault}, {how}: {len(found)} differences"
                  + (f", e.g. {found[0][:200]}" if found else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
