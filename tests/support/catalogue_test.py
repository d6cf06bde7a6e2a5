#!/usr/bin/env python3
"""Everything that the catalogue of faults in tests/README.md names exists, and its numbers have no gap."""

import re
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]*) \|$", re.MULTILINE)
CASE = re.compile(r'TEST_CASE(?:_FIXTURE\([^"]*,)?\(?\s*"((?:[^"\\]|\\.)*)"')


def cases():
    return {name for path in TESTS.rglob("*_test.cpp") for name in CASE.findall(path.read_text())}


def misfortunes():
    text = (TESTS / "sim" / "faults.hpp").read_text()
    return set(re.findall(r"\w+", re.search(r"enum class kind[^{]*\{(.*?)\};", text, re.DOTALL).group(1)))


def targets():
    return {path.stem for path in (TESTS.parent / "fuzz" / "targets").glob("*.cpp")}


def names(kind, shown):
    return [name for listed in re.findall(rf"(?:^|; ){kind} ([\w, ]+)", shown) for name in listed.split(", ")]


def missing(rows):
    known = {"case": cases(), "sim": misfortunes(), "fuzz": targets()}
    for number, shown in rows:
        wanted = [("case", name) for name in re.findall(r'"([^"]*)"', shown)]
        wanted += [(kind, name) for kind in ("sim", "fuzz") for name in names(kind, shown)]
        files = re.findall(r"`([^`]*/[^`]*)`", shown)
        yield from (f"row {number}: no {kind} {name!r}" for kind, name in wanted if name not in known[kind])
        yield from (f"row {number}: no file {name}" for name in files if not (TESTS / name).exists())
        if not wanted and not files and not shown.startswith("waits: "):
            yield f"row {number}: neither shown nor waiting"


found = ROW.findall((TESTS / "README.md").read_text())
faults = list(missing(found))
if [int(number) for number, _ in found] != list(range(1, 153)):
    faults.append("the rows are not numbered 1 to 152")
if faults:
    sys.exit("\n".join(faults))
waiting = sum(shown.startswith("waits: ") for _, shown in found)
print(f"{len(found) - waiting} of {len(found)} shown, {waiting} wait for a feature")
