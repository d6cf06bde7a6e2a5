#!/usr/bin/env python3
"""Runs lints over the tree: run.py [--list] [NAME...]; all of them without a name."""

import importlib
import sys

from source import ROOT

LINTS = ("layers", "coroutines", "sizes", "twins", "format", "words", "modes")


def run(name):
    problems = list(importlib.import_module(name).check(ROOT))
    for problem in problems:
        print(problem)
    print(f"{name}: {len(problems)} problems" if problems else f"{name}: ok")
    return not problems


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(LINTS))
        return 0
    unknown = [name for name in arguments if name not in LINTS]
    if unknown:
        print(f"no lint '{unknown[0]}'; there are: {' '.join(LINTS)}", file=sys.stderr)
        return 2
    results = [run(name) for name in arguments or LINTS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
