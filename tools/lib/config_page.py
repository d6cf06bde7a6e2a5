#!/usr/bin/env python3
"""The table of configuration keys in client/README.md, made of what the code says of itself.

usage: config_page.py DUMP [--write]    DUMP: the program build/debug/tests/support/dump_config

Without --write it fails when the page is not what it would write, or when a key of tests/vectors/config_names.txt (all
of the Java client's and librdkafka's) is neither a setting nor named as one that does nothing or is refused.
"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "client" / "README.md"
NAMES = ROOT / "tests" / "vectors" / "config_names.txt"
MARK = "<!-- From here on made by tools/lib/config_page.py. -->\n"
ROLES = {"client": "every handle", "producer": "a producer", "consumer": "a consumer", "admin": "an admin handle"}
OF_PEERS = {"producer": ("client", "producer"), "consumer": ("client", "consumer"), "admin": ("client", "admin"),
            "C": ("client", "consumer"), "P": ("client", "producer"),
            "*": ("client", "producer", "consumer")}


def read_dump(program):
    own, foreign = [], []
    for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, *fields = line.split("\t")
        (own if kind == "own" else foreign).append(fields)
    return own, foreign


def read_names():
    """name -> peers; and every (peer, role, name)."""
    rows = [line.split("\t")[:3] for line in NAMES.read_text(encoding="ascii").splitlines()]
    peers = {}
    for peer, _, name in rows:
        peers.setdefault(name, set()).add({"java": "Java"}.get(peer, peer))
    return peers, rows


def covers(pattern, name):
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def missing(own, foreign, rows):
    known = {}
    for role, name, aliases, *_ in own:
        for each in [name, *aliases.split()]:
            known.setdefault(each, set()).add(role)
    for peer, role, name in rows:
        mine = known.get(name, set()) & set(OF_PEERS[role])
        if not mine and not any(covers(line[1], name) for line in foreign):
            yield f"{name}: {peer} has it ({role}), kwire says nothing of it"


def cell(text):
    return text.replace("|", "\\|").replace("*", "\\*")


def own_table(own, peers, role):
    yield f"\n### Keys of {ROLES[role]}\n"
    yield "| key | type | default | meaning | also in |\n|---|---|---|---|---|"
    for where, name, aliases, kind, standard, span, doc in sorted(own, key=lambda line: line[1]):
        if where != role:
            continue
        names = [name, *aliases.split()]
        also = sorted({peer for each in names for peer in peers.get(each, ())})
        keys = f"`{name}`" + "".join(f" = `{alias}`" for alias in names[1:])
        values = f"; {span}" if span else ""
        yield f"| {keys} | {kind}{cell(values)} | {f'`{standard}`' if standard else ''} | {cell(doc)} | {', '.join(also)} |"


def page(own, foreign, peers):
    lines = ["\n## Keys\n",
             "Every key of the Java client 4.4 and of librdkafka 2.15 is here. A key given twice under two of its names",
             "with different values is a fault, an unknown key too, with the nearest one named."]
    for role in ROLES:
        lines += own_table(own, peers, role)
    lines += ["\n### Keys of others\n",
              "Accepted, with a notice to the observer, but without effect; or refused. Values that ask for what happens",
              "anyway (and empty ones) are always accepted. A star stands for every key that begins so.\n",
              "| key | of | kwire | because | nothing is said of |\n|---|---|---|---|---|"]
    for verdict, name, peer, harmless, why in foreign:
        values = " ".join(f"`{value}`" for value in harmless.split())
        lines.append(f"| `{name}` | {peer} | {verdict} | {cell(why)} | {values} |")
    return "\n".join(lines) + "\n"


def main():
    own, foreign = read_dump(sys.argv[1])
    peers, rows = read_names()
    faults = sorted(set(missing(own, foreign, rows)))
    if faults:
        sys.exit("\n".join(faults))
    head, _, now = PAGE.read_text(encoding="ascii").partition(MARK)
    made = page(own, foreign, peers)
    if "--write" in sys.argv:
        PAGE.write_text(head + MARK + made, encoding="ascii")
    elif made != now:
        sys.exit(f"client/README.md is not what the code says: {Path(__file__).relative_to(ROOT)} {sys.argv[1]} --write")


if __name__ == "__main__":
    main()
