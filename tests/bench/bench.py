"""The work of tools/bench; see there. Each case runs every client once a round, so that what else happens on
the machine hits all alike; the median over the rounds counts."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOWNLOADS = Path(os.environ.get("KWIRE_DOWNLOADS", ROOT / "build" / "downloads"))
OUT = ROOT / "build" / "bench"
sys.path.insert(0, str(ROOT / "tests" / "support" / "kafka"))
from kafka_server import Kafka  # noqa: E402

PRODUCE = ("acks=all", "enable.idempotence=true")
TIMED = ("ack", "latency")  # one record at a time: to the acknowledgement, to the consumer


class Case(NamedTuple):
    work: str
    size: int
    partitions: int
    codec: str
    count: int

    @property
    def name(self):
        if self.work in TIMED:
            return f"{self.work}-linger0"
        return f"{self.work}-{self.size}B-{self.partitions}p-{self.codec}"


CASES = [
    *(Case("produce", size, partitions, codec, 3_000_000 if size == 100 else 500_000)
      for size in (100, 1024) for partitions in (1, 12) for codec in ("none", "lz4", "zstd")),
    *(Case("consume", size, 12, "none", 5_000_000 if size == 100 else 1_000_000) for size in (100, 1024)),
    *(Case(work, 100, 1, "none", 5000) for work in TIMED),
]


def newest_librdkafka():
    found = sorted((DOWNLOADS / "venv").glob("lib/python*/site-packages/confluent_kafka.libs/librdkafka-*.so*"))
    if not found:
        sys.exit("bench: the confluent-kafka wheel carries no librdkafka; run tools/setup clients")
    return str(found[0])


def settings(case):
    if case.work == "consume":
        return ()
    linger = "0" if case.work in TIMED else "5"
    return (*PRODUCE, f"linger.ms={linger}", f"compression.type={case.codec}")


class Kwire:
    name = "kwire"

    def command(self, case, broker, topic, count):
        options = [part for setting in settings(case) for part in ("-X", setting)]
        work = ("latency", "--ack") if case.work == "ack" else (case.work,)
        return [str(ROOT / "build/release/tools/cli/kwire"), "perf", *work, "-b", broker, "-t", topic,
                "-s", str(case.size), "-c", str(count), "--json", *options]

    def environment(self):
        return os.environ


class Librdkafka:
    def __init__(self, name, preload):
        self.name = name
        self.preload = preload

    def command(self, case, broker, topic, count):
        return [str(OUT / "rdkafka_bench"), case.work, broker, topic, str(count), str(case.size), *settings(case)]

    def environment(self):
        return os.environ | ({"LD_PRELOAD": self.preload} if self.preload else {})


class Java:
    name = "java"

    def command(self, case, broker, topic, count):
        return ["java", "-cp", f"{OUT}:{DOWNLOADS}/clients-4.4.0/*", "JavaBench", case.work, broker, topic, str(count),
                str(case.size), *settings(case)]

    def environment(self):
        return os.environ


def build_peers():
    OUT.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).parent
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", str(here / "rdkafka_bench.c"), "-lrdkafka",
                    "-o", str(OUT / "rdkafka_bench")], check=True)
    subprocess.run(["javac", "-cp", f"{DOWNLOADS}/clients-4.4.0/*", "-d", str(OUT), str(here / "JavaBench.java")],
                   check=True)


def measure(client, case, broker, topic, count):
    done = subprocess.run(client.command(case, broker, topic, count), env=client.environment(),
                          capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        sys.exit(f"bench: {client.name}, {case.name}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_case(kafka, clients, case, rounds, scale):
    """Figures by client: a list of results, one a round. Produced data are deleted between the runs."""
    count = max(1000, int(case.count * scale))
    results = {client.name: [] for client in clients}
    shared = None
    if case.work == "consume":
        shared = f"{case.name}-data"
        kafka.create_topic(shared, case.partitions)
        filler = Case("produce", case.size, case.partitions, case.codec, count)
        measure(clients[0], filler, kafka.bootstrap, shared, count)
    for number in range(rounds):
        for client in clients[number % len(clients):] + clients[:number % len(clients)]:
            topic = shared or f"{case.name}-{clients.index(client)}-{number}"
            if shared is None:
                kafka.create_topic(topic, case.partitions)
            results[client.name].append(measure(client, case, kafka.bootstrap, topic, count))
            if shared is None:
                kafka.tool("topics", "--delete", "--topic", topic)
        print(f"{case.name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    if shared is not None:
        kafka.tool("topics", "--delete", "--topic", shared)
    return results


def spread(values):
    return f"{statistics.median(values):,.0f} [{min(values):,.0f}-{max(values):,.0f}]"


FIGURES = {"cpu_ns_per_record": "CPU ns/record", "records_per_second": "records/s", "peak_rss_kb": "peak RSS KiB",
           "p50_us": "p50 us", "p99_us": "p99 us"}


def table(results, clients):
    names = [client.name for client in clients]
    lines = ["| case | figure | " + " | ".join(names) + " | " + " | ".join(f"kwire/{n}" for n in names[1:]) + " |",
             "|---" * (1 + 2 * len(names)) + "|"]
    for case, by_client in results.items():
        for figure, title in FIGURES.items():
            if any(figure not in runs[0] for runs in by_client.values()):
                continue  # latencies have no throughput
            values = {name: [run[figure] for run in by_client[name]] for name in names}
            own = statistics.median(values["kwire"])
            ratios = [f"{own / statistics.median(values[name]):.2f}" for name in names[1:]]
            lines.append(f"| {case} | {title} | " + " | ".join(spread(values[n]) for n in names) + " | "
                         + " | ".join(ratios) + " |")
    return "\n".join(lines) + "\n"


def plot(results, names):
    """Bars of CPU per record relative to kwire's, one group a case."""
    cases = [case for case in results if not case.startswith(TIMED)]
    colours = ("#1b6ca8", "#c8553d", "#d99a6c", "#7a9e7e")
    bar, gap, left, scale = 14, 16, 210, 28
    parts, y = [], 30
    for case in cases:
        own = statistics.median(run["cpu_ns_per_record"] for run in results[case]["kwire"])
        parts.append(f'<text x="{left - 8}" y="{y + bar * len(names) / 2 + 4}" text-anchor="end">{case}</text>')
        for name, colour in zip(names, colours):
            cost = statistics.median(run["cpu_ns_per_record"] for run in results[case][name])
            width = min(cost / own, 22) * scale
            parts.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar - 2}" fill="{colour}"/>'
                         f'<text x="{left + width + 4:.1f}" y="{y + bar - 4}">{name} {cost:,.0f} ns</text>')
            y += bar
        y += gap
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + 22 * scale + 160}" height="{y + 10}" '
            'font-family="sans-serif" font-size="11"><text x="8" y="16" font-size="13">'
            'CPU per record, whole client process, bars relative to kwire</text>' + "".join(parts) + "</svg>\n")


def main():
    parser = argparse.ArgumentParser(prog="tools/bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of records")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.case or any(case.name.startswith(c) for c in options.case)]
    if options.list or not cases:
        print("\n".join(case.name for case in CASES))
        return
    build_peers()
    clients = [Kwire(), Librdkafka("librdkafka", newest_librdkafka()), Librdkafka("librdkafka 2.0.2", None), Java()]
    results = {}
    with Kafka() as kafka:
        for case in cases:
            results[case.name] = run_case(kafka, clients, case, options.rounds, options.scale)
            (OUT / "results.json").write_text(json.dumps(results))
            (OUT / "results.md").write_text(table(results, clients))
            (OUT / "results.svg").write_text(plot(results, [client.name for client in clients]))
    print((OUT / "results.md").read_text())
    print(f"written: {OUT}/results.md, results.svg, results.json")


if __name__ == "__main__":
    main()
