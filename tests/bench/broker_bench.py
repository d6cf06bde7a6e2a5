"""The work of tools/bench --broker: the embedded broker as `kwire broker`: how soon it accepts, what it costs idle, and
how much it takes in beside a real broker, with the same client on the same machine in interleaved runs."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KWIRE = str(ROOT / "build" / "release" / "tools" / "cli" / "kwire")
OUT = ROOT / "build" / "bench"
sys.path.insert(0, str(ROOT / "tests" / "support" / "kafka"))
from kafka_server import Kafka  # noqa: E402

STARTS = 21
IDLE_SECONDS = 10
CASES = [("100 B", 100, 1, 3_000_000), ("100 B, 12 partitions", 100, 12, 3_000_000), ("1 KiB", 1024, 1, 500_000)]


class Embedded:
    def __init__(self, *options):
        self.begun = time.perf_counter()
        self.process = subprocess.Popen([KWIRE, "broker", "-l", "127.0.0.1:0", *options], stdout=subprocess.PIPE, text=True)
        self.bootstrap = self.process.stdout.readline().split()[-1]
        self.ready_ms = (time.perf_counter() - self.begun) * 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def starts():
    times = []
    for _ in range(STARTS):
        with Embedded() as broker:
            times.append(broker.ready_ms)
    return times


def idle():
    """Percent of a core with a producer and a group member connected and nothing to do."""
    with Embedded("-t", "t:3") as broker:
        reader = subprocess.Popen([KWIRE, "consume", "-b", broker.bootstrap, "-q", "-G", "g", "t"],
                                  stdout=subprocess.DEVNULL)
        writer = subprocess.Popen([KWIRE, "produce", "-b", broker.bootstrap, "-q", "-t", "t"], stdin=subprocess.PIPE)
        time.sleep(5)
        before = broker.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        used = broker.cpu_seconds() - before
        writer.stdin.close()
        writer.wait(10)
        reader.terminate()
        reader.wait(10)
    return used / IDLE_SECONDS * 100


def produce(bootstrap, topic, size, count):
    done = subprocess.run([KWIRE, "perf", "produce", "-b", bootstrap, "-t", topic, "-s", str(size), "-c", str(count),
                           "--json"], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"bench: {done.stderr.strip()}")
    return json.loads(done.stdout)["records_per_second"]


def throughput(rounds, scale):
    rates = {title: {"embedded": [], "kafka": []} for title, *_ in CASES}
    with Kafka() as kafka:
        for number in range(rounds):
            for index, (title, size, partitions, count) in enumerate(CASES):
                topic = f"bench-{index}-{number}"
                kafka.create_topic(topic, partitions)
                rates[title]["kafka"].append(produce(kafka.bootstrap, topic, size, int(count * scale)))
                kafka.tool("topics", "--delete", "--topic", topic)
                with Embedded("-t", f"{topic}:{partitions}") as broker:
                    rates[title]["embedded"].append(produce(broker.bootstrap, topic, size, int(count * scale)))
            print(f"produce: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return rates


def spread(values, unit=""):
    return f"{statistics.median(values):,.1f} [{min(values):,.1f}-{max(values):,.1f}]{unit}"


def main():
    parser = argparse.ArgumentParser(prog="tools/bench --broker")
    parser.add_argument("--broker", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of records")
    options = parser.parse_args()
    lines = [f"ready to accept: {spread(starts(), ' ms')} over {STARTS} starts",
             f"idle with a producer and a group member: {idle():.2f} % of a core",
             "", "| produced | embedded, records/s | real broker, records/s | ratio |", "|---|---|---|---|"]
    for title, by_broker in throughput(options.rounds, options.scale).items():
        ratio = statistics.median(by_broker["embedded"]) / statistics.median(by_broker["kafka"])
        lines.append(f"| {title} | {spread(by_broker['embedded'])} | {spread(by_broker['kafka'])} | {ratio:.2f} |")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "broker.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
