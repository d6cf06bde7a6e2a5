#!/usr/bin/env python3
"""Runs seeds in two processes each and compares the hashes of their traces: what depends on addresses or on the
clock of the machine differs between them."""

import re
import subprocess
import sys

SEEDS = range(1, 13)
# The second process gets another heap: another seed has run in it before.
OTHER = {"MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": "1048576"}


def trace_of(simulator, seed, environment, *more):
    done = subprocess.run([simulator, "--seed", str(seed), "--quiet", *more], env=environment, text=True,
                          stdout=subprocess.PIPE, check=False)
    found = re.search(r"^trace ([0-9a-f]{16})", done.stdout, re.MULTILINE)
    return found.group(1) if found else f"none (exit code {done.returncode})"


def main():
    simulator, different = sys.argv[1], []
    for seed in SEEDS:
        first, second = trace_of(simulator, seed, {}), trace_of(simulator, seed, OTHER, "--after", str(seed + 100))
        if first != second or first.startswith("none"):
            different.append(f"seed {seed}: {first}, then {second}")
    print("\n".join(different) or f"{len(SEEDS)} seeds went the same way twice")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
