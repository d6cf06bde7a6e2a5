"""The work of tools/demo: produces, consumes in a group, kills a member, resumes, and counts.

Everything goes through the kwire command, as an operator would use it.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PARTITIONS = 6
RECORD_BYTES = 100
RESUMED = 1000
GROUP_SETTINGS = ("-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=1000",
                  "-X", "auto.commit.interval.ms=200", "-X", "max.poll.records=10000",
                  "-X", "auto.offset.reset=earliest")
FORMAT = r"%p %o %k\n"
PATIENCE = 120  # seconds without any progress


class Wrong(Exception):
    """A count or a step is not what it has to be."""


class Kwire:
    """The command, talking to one cluster."""

    def __init__(self, program, brokers):
        self.program = program
        self.brokers = brokers

    def command(self, name, *arguments):
        return [self.program, name, *arguments, "-b", self.brokers]

    def run(self, name, *arguments):
        done = subprocess.run(self.command(name, *arguments), capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise Wrong(f"kwire {name} {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout


class Member:
    """A consumer of the group, whose output is read at a pace of ours so that it can be killed midway."""

    def __init__(self, kwire, name, group, topic, stack):
        self.name = name
        self.delivered = []
        self.limit = None
        command = kwire.command("consume", *GROUP_SETTINGS, "-X", f"client.id={name}", "-f", FORMAT,
                                "-G", group, topic)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 16)
        stack.callback(self.process.kill)  # of no effect on one that has ended
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            while self.limit is not None and len(self.delivered) >= self.limit and self.process.poll() is None:
                time.sleep(0.01)
            # A member that is killed may leave half a line.
            if line.endswith(b"\n") and line.count(b" ") == 2:
                partition, offset, key = line.split()
                self.delivered.append((int(partition), int(offset), key))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.limit = None
        self.reader.join()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=15) != 0:
            raise Wrong(f"{self.name} ended with {self.process.returncode} on SIGTERM")
        self.reader.join()


def start_broker(program, stack):
    process = subprocess.Popen([program, "broker", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    line = process.stdout.readline()
    if not line.startswith("listening on "):
        raise Wrong(f"kwire broker said {line!r}")
    return line.split()[-1]


def records(first, count):
    """Lines `key:value` of RECORD_BYTES octets in all; every key is different."""
    for number in range(first, first + count):
        key = f"order-{number:09d}"
        yield f"{key}:{'.' * (RECORD_BYTES - len(key))}\n"


def produce(kwire, topic, first, count):
    started = time.monotonic()
    with subprocess.Popen(kwire.command("produce", "-t", topic, "-K", ":"), stdin=subprocess.PIPE,
                          text=True, bufsize=1 << 20) as process:
        process.stdin.writelines(records(first, count))
        process.stdin.close()
        if process.wait() != 0:
            raise Wrong("kwire produce could not deliver everything")
    return time.monotonic() - started


def wait_until(what, condition, progress=lambda: 0):
    """Waits as long as something moves."""
    seen, since = progress(), time.monotonic()
    while not condition():
        time.sleep(0.05)
        if progress() != seen:
            seen, since = progress(), time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise Wrong(f"gave up waiting: {what}")


def say(text):
    print(text, flush=True)


def delivered_by(members):
    return sum(len(member.delivered) for member in members)


def members_with_partitions(kwire, group):
    try:
        lines = kwire.run("groups", "describe", group).splitlines()[1:]
    except Wrong:
        return set()  # a broker does not know the group before its first member has joined
    return {line.split()[6] for line in lines if len(line.split()) > 6} - {"-"}


def form_group(kwire, group, topic, stack):
    members = [Member(kwire, name, group, topic, stack) for name in ("member-a", "member-b")]
    wait_until("both members to own partitions", lambda: len(members_with_partitions(kwire, group)) == 2)
    return members


def quiet(member):
    """Counting a million records takes a while: only when nothing comes any more."""
    before = len(member.delivered)
    time.sleep(0.5)
    return len(member.delivered) == before


def death_and_take_over(a, b, total):
    """The second member is killed half way through its share; the first one takes over its partitions."""
    wait_until("member-b to get half of its share", lambda: len(b.delivered) >= b.limit, lambda: len(b.delivered))
    say(f"   member-a has {len(a.delivered):,} records, member-b {len(b.delivered):,}; killing member-b (SIGKILL)")
    b.kill()
    wait_until("member-a to take over",
               lambda: len(a.delivered) + len(b.delivered) >= total and quiet(a)
               and len({*a.delivered, *b.delivered}) >= total,
               lambda: len(a.delivered))
    a.stop()


def check_window(a, b):
    """Whatever b delivered and a delivered again must be the last b saw of a partition: not yet committed."""
    again = set(a.delivered) & set(b.delivered)
    for partition in {p for p, _, _ in again}:
        repeated = {offset for p, offset, _ in again if p == partition}
        seen = {offset for p, offset, _ in b.delivered if p == partition}
        first = min(repeated)
        if repeated != {offset for offset in seen if offset >= first}:
            raise Wrong(f"partition {partition}: records were repeated that had been committed")
    within = len(a.delivered) - len(set(a.delivered)) + len(b.delivered) - len(set(b.delivered))
    if within:
        raise Wrong(f"{within} records were given twice to the same member")
    return len(again)


def resume(kwire, group, topic, first, stack):
    """A new member goes on at the committed offsets: it gets what is new and nothing else."""
    produce(kwire, topic, first, RESUMED)
    member = Member(kwire, "member-c", group, topic, stack)
    wait_until("member-c to resume", lambda: len(member.delivered) >= RESUMED, lambda: len(member.delivered))
    time.sleep(0.5)  # whatever should not come had its chance
    member.stop()
    expected = {line.split(":")[0].encode() for line in records(first, RESUMED)}
    if {key for _, _, key in member.delivered} != expected or len(member.delivered) != RESUMED:
        raise Wrong(f"after resuming {len(member.delivered)} records came instead of the {RESUMED} new ones")


def table(rows):
    width = max(len(name) for name, _ in rows)
    say("")
    for name, value in rows:
        say(f"   {name:<{width}}  {value:>14}")
    say("")


def demo(options, stack):
    brokers = options.brokers or start_broker(options.kwire, stack)
    say(f"1. broker: {brokers}" + ("" if options.brokers else " (kwire's own, embedded)"))
    kwire = Kwire(options.kwire, brokers)
    topic = f"kwire-demo-{os.getpid()}"
    kwire.run("topics", "create", topic, "-p", str(PARTITIONS))
    stack.callback(kwire.run, "topics", "delete", topic)

    say("2. a group of two members waits for records")
    a, b = form_group(kwire, f"{topic}-group", topic, stack)
    b.limit = options.records // 4

    say(f"3. producing {options.records:,} records of {RECORD_BYTES} octets, keyed, over {PARTITIONS} partitions")
    started = time.monotonic()
    seconds = produce(kwire, topic, 0, options.records)
    rate = options.records / seconds
    say(f"   {rate:,.0f} records/s ({rate * RECORD_BYTES / 1e6:.0f} MB/s), idempotent, acks=all")
    death_and_take_over(a, b, options.records)
    consumed_in = time.monotonic() - started
    duplicates = check_window(a, b)

    say("4. a third member resumes from the committed offsets")
    resume(kwire, f"{topic}-group", topic, options.records, stack)

    distinct = len({key for _, _, key in a.delivered} | {key for _, _, key in b.delivered})
    lost = options.records - distinct
    table([("records produced", f"{options.records:,}"),
           ("records consumed", f"{delivered_by([a, b]):,}"),
           ("distinct", f"{distinct:,}"),
           ("lost", f"{lost:,}"),
           ("duplicates (uncommitted when killed)", f"{duplicates:,}"),
           ("resumed after restart", f"{RESUMED:,} of {RESUMED:,}"),
           ("produced records/s", f"{rate:,.0f}"),
           ("until all were consumed, s", f"{consumed_in:.1f}")])
    if lost or delivered_by([a, b]) != distinct + duplicates:
        raise Wrong("the counts do not add up")


def main():
    parser = argparse.ArgumentParser(prog="tools/demo")
    parser.add_argument("--kwire", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--brokers", help="a real cluster instead of the embedded broker")
    parser.add_argument("--records", type=int, default=1_000_000)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("demo: terminated"))
    try:
        with contextlib.ExitStack() as stack:
            demo(options, stack)
    except (Wrong, subprocess.TimeoutExpired) as reason:
        sys.exit(f"demo: {reason}")
    say("all counts are right")


if __name__ == "__main__":
    main()
