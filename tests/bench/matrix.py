"""The work of tools/bench; see README.md here. In each cell every peer runs once a round, in turn, so that what else
happens on the machine hits all alike; medians over the rounds count. Then each peer runs once more and is counted."""

import argparse
import contextlib
import json
import os
import platform
import random
import sys
import time
from pathlib import Path

import cells
import meter
import peers
import report
from brokers import BrokerError, Embedded, Pause, Real

ROOT = Path(__file__).resolve().parents[2]
COUNTED_SHARE = 0.25  # of a run's records
POOL_OCTETS = 1 << 20  # of different values


def values_file(folder, size):
    """Values that compress as orders in JSON do; the same for all peers and always."""
    path = Path(folder) / f"values-{size}"
    if path.exists():
        return path
    chance = random.Random(size)
    text = bytearray()
    while len(text) < POOL_OCTETS:
        order = {"order": chance.randrange(10 ** 8), "customer": f"c{chance.randrange(10 ** 4)}", "currency": "EUR",
                 "amount": chance.randrange(10 ** 6) / 100, "state": chance.choice(["new", "paid", "sent", "closed"])}
        text += json.dumps(order).encode() + b"\n"
    path.write_bytes(text[:POOL_OCTETS // size * size])
    return path


class Stage:
    """Brokers, started when a cell needs them, and the peers that could be had."""

    def __init__(self, stack, kwire, on, out, present, extra):
        self.stack, self.kwire, self.on, self.out, self.extra = stack, kwire, on, out, extra
        self.present = present
        self.brokers = {}
        self.topics = 0

    def broker(self, null):
        kind = "null" if null else self.on
        if kind not in self.brokers:
            made = {"kafka": lambda: Real(self.kwire), "embedded": lambda: Embedded(self.kwire),
                    "null": lambda: Embedded(self.kwire, "--discard")}[kind]()
            self.brokers[kind] = self.stack.enter_context(made)
        return self.brokers[kind]

    @contextlib.contextmanager
    def topic(self, broker, partitions):
        self.topics += 1
        name = f"bench-{self.topics}"
        broker.create(name, partitions)
        try:
            yield name
        finally:
            broker.delete(name)

    def settings(self, cell, peer):
        chosen = cell.settings() | {"bench.values": values_file(self.out, cell.size), "bench.transaction": cells.TRANSACTION}
        if cell.work == "queue":
            chosen |= peer.roomy
        return chosen | ({} if cell.work == "consume" else self.extra)

    def fill(self, broker, cell, topic, count):
        """Records to read, always by the same peer."""
        writer = self.present[0]
        filler = cells.Cell("produce", cell.size, codec=cell.codec)
        meter.run(writer.command("produce", broker.bootstrap, topic, count, cell.size, self.settings(filler, writer)),
                  writer.environment)


def run_once(stage, cell, peer, broker, source, count, preload=None):
    """One run of one peer; with `preload` it is counted."""
    with contextlib.ExitStack() as stack:
        topic = source if cell.work == "consume" else stack.enter_context(stage.topic(broker, cell.partitions))
        if cell.work == "copy":
            topic = f"{source},{topic}"
        pause = stack.enter_context(Pause(broker)) if cell.work == "queue" else None
        command = peer.command(cell.work, broker.bootstrap, topic, count, cell.size, stage.settings(cell, peer))
        if preload:
            return meter.count(command, preload, peer.environment, pause)
        return meter.run(command, peer.environment, pause)


def run_cell(stage, cell, rounds, scale, preload):
    """By peer: the runs, one a round, the counts, and what failed."""
    broker = stage.broker(cell.null)
    count = cell.count(scale)
    results = {peer.name: {"runs": [], "counts": None, "failed": None} for peer in stage.present}
    with contextlib.ExitStack() as stack:
        source = None
        if cell.work in ("consume", "copy"):
            source = stack.enter_context(stage.topic(broker, cell.partitions))
            stage.fill(broker, cell, source, cell.source(count))

        def attempt(peer, records, key):
            mine = results[peer.name]
            if mine["failed"]:
                return
            try:
                found = run_once(stage, cell, peer, broker, source, records, preload if key == "counts" else None)
            except meter.MeterError as failure:
                mine["failed"] = str(failure)
                print(f"bench: {cell.name}: {peer.name} failed: {failure}", file=sys.stderr, flush=True)
                return
            if key == "counts":
                mine["counts"] = found
            else:
                mine["runs"].append(found)

        for number in range(rounds):
            turn = number % len(stage.present)
            for peer in stage.present[turn:] + stage.present[:turn]:
                attempt(peer, count, "runs")
        counted = cell.count(scale * COUNTED_SHARE) if cell.work != "queue" else count
        if preload and cell.work != "latency":
            for peer in stage.present:
                attempt(peer, counted, "counts")
    return results


def prepare(chosen, out):
    """The peers that can be had, and by name the versions of all or why they are absent."""
    present, told = [], {}
    for peer in chosen:
        try:
            told[peer.name] = {"version": peer.prepare(out), "counts": peer.counts, "by_name": peer.by_name}
            present.append(peer)
        except peers.Absent as why:
            told[peer.name] = {"absent": str(why)}
            print(f"bench: {peer.name} is absent: {why}", file=sys.stderr, flush=True)
    return present, told


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return {"processor": f"{os.cpu_count()} x {model}", "kernel": platform.release(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30, 1),
            "load_before": os.getloadavg()[0], "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="tools/bench", description="see tests/bench/README.md")
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument("--axes", action="store_true", help="every value of every dimension (less than an hour)")
    tier.add_argument("--full", action="store_true", help="every combination (a night)")
    parser.add_argument("--null", action="store_true", help="cells of producing only, on a broker that discards")
    parser.add_argument("--rounds", type=int, help="default: 3; of ack 9, of queue 1")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of records")
    parser.add_argument("--peers", default="kwire,librdkafka,java,franz-go", help="also librdkafka-debian")
    parser.add_argument("--on", choices=("kafka", "embedded"), default="kafka", help="the broker of cells without -null")
    parser.add_argument("--set", dest="extra", action="append", default=[], metavar="KEY=VALUE",
                        help="a setting for all producers, like batch.size=262144")
    parser.add_argument("--no-counts", action="store_true", help="leave the counting runs out")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--list", action="store_true", help="show the chosen cells")
    parser.add_argument("--report", action="store_true", help="write the report again from results.json")
    parser.add_argument("cell", nargs="*", help="names of cells, or patterns: 'produce-100B-*-lz4-*'")
    options = parser.parse_args(arguments)
    options.extra = dict(text.split("=", 1) for text in options.extra)
    return options


def measure(options, chosen, wanted):
    out = options.out
    present, told = prepare(wanted, out)
    if not present or present[0] is not wanted[0]:
        sys.exit("bench: nothing to compare with")
    preload, no_counts = (None, "left out") if options.no_counts else peers.build_counters(out)
    if preload is None:
        print(f"bench: nothing is counted: {no_counts}", file=sys.stderr)
    everything = {"machine": machine(), "on": options.on, "settings": options.extra, "peers": told, "cells": {},
                  "no_counts": no_counts}
    with contextlib.ExitStack() as stack:
        stage = Stage(stack, options.build / "tools" / "cli" / "kwire", options.on, out, present, options.extra)
        for number, cell in enumerate(chosen, start=1):
            began = time.monotonic()
            rounds = cell.rounds(options.rounds)
            by_peer = run_cell(stage, cell, rounds, options.scale, preload)
            everything["cells"][cell.name] = {"work": cell.work, "size": cell.size, "peers": by_peer}
            (out / "results.json").write_text(json.dumps(everything))
            report.write(everything, out)
            print(f"{number}/{len(chosen)} {cell.name}: {rounds} rounds, {time.monotonic() - began:.0f} s", file=sys.stderr,
                  flush=True)
    return everything


def main(arguments=None):
    options = parse_arguments(arguments)
    tier = cells.FULL if options.full else cells.AXES if options.axes else cells.USUAL
    chosen = cells.choose(tier, options.cell, options.null)
    if options.list:
        print("\n".join(cell.name for cell in chosen))
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    if options.report:
        everything = json.loads((options.out / "results.json").read_text())
        report.write(everything, options.out)
    else:
        by_name = {peer.name: peer for peer in peers.all_peers(options.build)}
        names = options.peers.split(",")
        unknown = [name for name in names if name not in by_name]
        if unknown or not chosen:
            sys.exit(f"bench: no peer '{unknown[0]}'; there are: {' '.join(by_name)}" if unknown
                     else "bench: no such cell; see --list --full")
        everything = measure(options, chosen, [by_name[name] for name in names])
    print((options.out / "results.md").read_text())
    print(f"written: {options.out}/results.md, *.svg, results.json")
    failed = [f"{name}: {peer}" for name, cell in everything["cells"].items() for peer, found in cell["peers"].items()
              if found["failed"]]
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokerError as failure:
        sys.exit(f"bench: {failure}")
