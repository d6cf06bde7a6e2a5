"""Runs suites of tests, cheap ones first, and builds only the profiles they need.

Without a NAME: the standard tier. A NAME is a suite or a single test (as in --list or meson's names).
A suite that cannot run (no download, no broker, no build) has failed; nothing is skipped silently.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]
DURATIONS = ROOT / "build" / "durations.json"
DOCTEST = re.compile(r"^\[doctest\] test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed", re.MULTILINE)
TIMEOUT_MULTIPLIER = "4"  # time-outs are written for an idle machine

sys.path.insert(0, str(ROOT / "tests" / "support" / "kafka"))
from kafka_server import Kafka, KafkaError  # noqa: E402


class Suite(NamedTuple):
    name: str
    profile: Optional[str]
    setup: tuple = ()
    kafka: bool = False
    long: bool = False


SUITES = (
    Suite("lint", None, setup=("test",)),
    Suite("unit", "debug"),
    Suite("broker", "debug"),
    Suite("fuzz", "debug"),
    Suite("sim", "release"),
    Suite("sim-asan", "debug"),
    Suite("tsan", "tsan"),
    Suite("vectors", "release", setup=("test", "vectors")),
    Suite("install", "release", setup=("test",)),
    Suite("integration", "release", setup=("test", "brokers", "clients"), kafka=True),
    Suite("interop", "release", setup=("test", "brokers", "clients", "bench"), kafka=True),
    Suite("long", "release", setup=("--long", "test", "brokers", "clients", "vectors"), kafka=True, long=True),
)


class Impossible(Exception):
    """A suite cannot run; the text says why."""


class Outcome(NamedTuple):
    """One meson test or lint, which may count several cases."""
    name: str
    passed: int
    failed: int
    output: str


class Result(NamedTuple):
    suite: str
    passed: int
    failed: int
    seconds: float
    note: str = ""


class Runner:
    def __init__(self, stack):
        self.stack = stack
        self.kafka = None
        self.ready = {}

    def once(self, *command):
        """Runs a command at its first use only; a failure stays a failure."""
        if command not in self.ready:
            self.ready[command] = subprocess.run(command, cwd=ROOT).returncode == 0
        if not self.ready[command]:
            raise Impossible(f"{' '.join(command)} failed, see above")

    def bootstrap(self):
        """One broker serves all suites of a run that want one."""
        if self.kafka is None:
            try:
                self.kafka = self.stack.enter_context(Kafka())
            except KafkaError as error:
                raise Impossible(str(error)) from error
        return self.kafka.bootstrap

    def run(self, suite, tests):
        started = time.monotonic()
        try:
            outcomes = self.lints(tests) if suite.name == "lint" else self.meson(suite, tests)
        except Impossible as reason:
            return Result(suite.name, 0, 1, time.monotonic() - started, str(reason))
        seconds = time.monotonic() - started
        show_failures(outcomes)
        if not outcomes:
            return Result(suite.name, 0, 1, seconds, "no tests")
        passed, failed = (sum(getattr(o, count) for o in outcomes) for count in ("passed", "failed"))
        return Result(suite.name, passed, failed, seconds)

    def lints(self, tests):
        self.once("tools/setup", "test")
        return [run_lint(name) for name in tests or lint_names()]

    def meson(self, suite, tests):
        if not tests_of(suite):
            return []
        if suite.setup:
            self.once("tools/setup", *suite.setup)
        self.once("tools/build", suite.profile)
        environment = dict(os.environ)
        if suite.kafka:
            environment["KWIRE_TEST_KAFKA"] = self.bootstrap()
        build, log = ROOT / "build" / suite.profile, f"testlog-{suite.name}"
        (build / "meson-logs" / f"{log}.json").unlink(missing_ok=True)
        command = ["meson", "test", "-C", str(build), "--no-rebuild", "--suite", suite.name,
                   "--logbase", log, "--timeout-multiplier", TIMEOUT_MULTIPLIER, *tests]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        outcomes = read_log(build / "meson-logs" / f"{log}.json")
        if done.returncode != 0 and not any(outcome.failed for outcome in outcomes):
            raise Impossible(f"meson test failed:\n{done.stdout}{done.stderr}")
        return outcomes


def lint_names():
    done = subprocess.run(["tools/lint/run.py", "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [*done.stdout.split(), "selftest"]


def run_lint(name):
    command = ["tools/lint/selftest.py"] if name == "selftest" else ["tools/lint/run.py", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    failed = int(done.returncode != 0)
    return Outcome(name, 1 - failed, failed, done.stdout + done.stderr)


def read_log(path):
    if not path.exists():
        return []
    return [outcome_of(json.loads(line)) for line in path.read_text().splitlines()]


def outcome_of(test):
    """A doctest program counts as its cases, anything else as one test."""
    output = test.get("stdout", "") + test.get("stderr", "")
    good = test["result"] == "OK"
    counts = DOCTEST.search(output)
    passed, failed = map(int, counts.groups()) if counts else (int(good), 0)
    if not good and failed == 0:
        failed = 1
    return Outcome(test["name"], passed, failed, f"{output}\n{test['result']}, exit code {test['returncode']}")


def show_failures(outcomes):
    for outcome in outcomes:
        if outcome.failed:
            print(f"---- FAILED: {outcome.name}\n{outcome.output.strip()}\n----", flush=True)


def tests_of(suite):
    """Names of a suite's tests; configures its profile when that is new."""
    if suite.profile is None:
        return lint_names()
    build = ROOT / "build" / suite.profile
    configure = f". tools/lib/common.sh; configure_profile {suite.profile}"
    if subprocess.run(["bash", "-c", configure], cwd=ROOT).returncode != 0:
        raise Impossible(f"build/{suite.profile} cannot be configured, see above")
    listed = subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True, check=True)
    return [test["name"] for test in json.loads(listed.stdout)
            if suite.name in (name.rpartition(":")[2] for name in test["suite"])]


def select(names, with_long):
    """Pairs of suite and chosen tests; no tests means all of the suite."""
    if not names:
        return [(suite, []) for suite in SUITES if with_long or not suite.long]
    known = {suite.name for suite in SUITES}
    single = set(names) - known
    chosen = []
    for suite in SUITES:
        tests = [] if suite.name in names or not single else sorted(single.intersection(tests_of(suite)))
        if suite.name in names or tests:
            chosen.append((suite, tests))
    missing = single.difference(*(tests for _, tests in chosen))
    if missing:
        sys.exit(f"test: no suite or test '{min(missing)}'; see tools/test --list")
    return chosen


def durations():
    return json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}


def show_list():
    print(f"{'suite':12} {'tier':9} {'profile':8} last run with its build")
    for suite in SUITES:
        seconds = durations().get(suite.name)
        last = "never" if seconds is None else f"{seconds:.0f} s"
        print(f"{suite.name:12} {'long' if suite.long else 'standard':9} {suite.profile or '-':8} {last}")


def describe(result):
    counts = f"{result.passed} passed, {result.failed} failed"
    return f"{result.suite:12} {counts:26} {result.seconds:7.1f} s  {result.note}".rstrip()


def run_all(chosen):
    results = []
    with contextlib.ExitStack() as stack:
        runner = Runner(stack)
        for suite, tests in chosen:
            print(f"==== {suite.name}", flush=True)
            results.append(runner.run(suite, tests))
            print(describe(results[-1]), flush=True)
    measured = {result.suite: result.seconds for result, (_, tests) in zip(results, chosen) if not tests}
    DURATIONS.parent.mkdir(exist_ok=True)
    DURATIONS.write_text(json.dumps(durations() | measured))
    return results


def summarise(results):
    print("\n==== summary")
    for result in results:
        print(describe(result._replace(note=result.note.partition("\n")[0])))
    passed, failed = sum(r.passed for r in results), sum(r.failed for r in results)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(prog="tools/test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="also what takes longer")
    parser.add_argument("--list", action="store_true", help="show suites, tiers and durations")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.list:
        show_list()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("test: terminated"))
    return summarise(run_all(select(options.names, options.long)))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Impossible as reason:
        sys.exit(f"test: {reason}")
