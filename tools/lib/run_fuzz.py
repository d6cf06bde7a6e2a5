"""Runs the fuzz targets for a while, one after the other, and tells what they did and found.

Seeds are made anew, the corpus in fuzz/corpus is read, new inputs go to build/fuzz/found/TARGET and finds to
build/fuzz/finds/TARGET.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "fuzz" / "targets"
BUILD = ROOT / "build" / "fuzz"
COVERAGE = ROOT / "build" / "coverage"
JOBS = os.environ.get("KWIRE_FUZZ_JOBS", "2")
MESSAGES = ("frames", "headers", "requests", "responses", "stored")
BATCHES = ("batch_builder", "batch_codecs", "batch_v2", "down_convert", "message_set", "record_set", "up_convert")
CODECS = ("gzip", "lz4", "lz4_magic0", "snappy_raw", "snappy_xerial", "zstd")
RSS_LIMIT_MB = 128  # AddressSanitizer's own share included
# By default freed memory is kept for 256 MB, and each block remembers how it came about: a third of the time.
# A find is looked at by replaying it, with the defaults.
SANITIZER = ("quarantine_size_mb=8:thread_local_quarantine_size_kb=64:malloc_context_size=1:"
             "detect_stack_use_after_return=0")
# What --merge leaves of inputs that are nearly the same, so that the corpus stays small.
MOST_SEEDS = 30
MOST_INPUTS = {"broker": 80, "frames": 20, "json_output": 60, "json_text": 120}
LOADED = re.compile(r"^#(\d+)\s+INITED")
EXECUTIONS = re.compile(r"^stat::number_of_executed_units:\s+(\d+)")
RSS = re.compile(r"^stat::peak_rss_mb:\s+(\d+)")
WRITTEN = re.compile(r"Test unit written to (\S+)")
PROGRESS = re.compile(r"cov: (\d+) ft: (\d+)")


class Failed(Exception):
    """Something besides a find went wrong; the text says what."""


class Outcome(NamedTuple):
    """Rates are those of one core: by the processor time of the run, without what loading the inputs took."""
    target: str
    loaded: int
    executions: int
    cpu_seconds: float
    seconds: float
    edges: int
    rss_mb: int
    finds: list

    def per_second(self):
        return self.executions / self.cpu_seconds if self.cpu_seconds > 0.1 else 0


def targets():
    return sorted(path.stem for path in TARGETS.glob("*.cpp"))


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, **options)
    if done.returncode != 0:
        raise Failed(f"{command[0]} failed with {done.returncode}")
    return done


def build(profile, names):
    """Configures the profile and builds these programs of fuzz/ only."""
    run("bash", "-c", f". tools/lib/common.sh; configure_profile {profile}")
    run("ninja", "-C", ROOT / "build" / profile, f"-j{JOBS}", *(f"fuzz/{name}" for name in names),
        stdout=subprocess.DEVNULL)


def make_seeds(profile):
    folder = ROOT / "build" / profile / "seeds"
    shutil.rmtree(folder, ignore_errors=True)
    run(ROOT / "build" / profile / "fuzz" / "make_seeds", ROOT / "tests" / "vectors", folder,
        stdout=subprocess.DEVNULL)
    return folder


def environment():
    own = os.environ.get("ASAN_OPTIONS")
    return os.environ | {"ASAN_OPTIONS": f"{SANITIZER}:{own}" if own else SANITIZER}


def existing(*folders):
    return [str(folder) for folder in folders if folder.is_dir()]


def inputs_of(target, seeds):
    return existing(seeds / target, ROOT / "fuzz" / "corpus" / target, ROOT / "fuzz" / "regressions" / target)


def cpu_seconds(process):
    """User and system time that a running process has taken, as long as it was not waited for."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def options_of(target):
    # How often a place is passed makes the corpora of messages eight times as large and finds nothing new: the
    # decoder is the same code for all of them. Long ones differ from short ones in more of the same only.
    return ["-max_len=4096", "-use_counters=0"] if target in MESSAGES else ["-max_len=16384"]


class Log:
    """What a fuzzer says, read while it runs."""

    def __init__(self, process):
        self.lines, self.written = [], set()
        self.loaded = self.executions = self.edges = self.rss = 0
        self.loaded_at = self.ended_at = 0.0
        for line in process.stderr:
            self.take(line, process)

    def take(self, line, process):
        self.lines.append(line)
        if len(self.lines) > 4000:
            del self.lines[:2000]
        if found := LOADED.search(line):
            self.loaded, self.loaded_at = int(found[1]), cpu_seconds(process)
        if found := EXECUTIONS.search(line):
            self.executions, self.ended_at = int(found[1]), cpu_seconds(process)
        if found := RSS.search(line):
            self.rss = int(found[1])
        if found := PROGRESS.search(line):
            self.edges = int(found[1])
        if found := WRITTEN.search(line):
            self.written.add(Path(found[1]))  # one that was found before has the same name


def fuzz(target, seeds, seconds):
    found, finds = BUILD / "found" / target, BUILD / "finds" / target
    for folder in (found, finds):
        folder.mkdir(parents=True, exist_ok=True)
    dictionary = ROOT / "fuzz" / "kafka.dict"
    command = [BUILD / "fuzz" / f"fuzz_{target}", found, *inputs_of(target, seeds), *options_of(target),
               f"-max_total_time={seconds}", f"-artifact_prefix={finds}/", f"-dict={dictionary}", "-len_control=100",
               "-print_final_stats=1", "-timeout=10", f"-rss_limit_mb={RSS_LIMIT_MB}", "-reload=0", "-verbosity=1"]
    started = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment(), text=True,
                               errors="replace", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = Log(process)
    ended = process.wait()
    took = time.monotonic() - started
    (finds / ".last_run.txt").write_text("".join(log.lines)[-65536:])
    if ended != 0 and not log.written:
        raise Failed(f"{target} ended with {ended} and left no input:\n{''.join(log.lines)[-3000:]}")
    return Outcome(target, log.loaded, max(0, log.executions - log.loaded), log.ended_at - log.loaded_at, took,
                   log.edges, log.rss, sorted(log.written))


def show(outcome):
    print(f"{outcome.target:16} {outcome.loaded:6,} loaded {outcome.executions:11,} executed "
          f"{outcome.per_second():8,.0f}/s {outcome.edges:7,} edges {outcome.rss_mb:4} MB {outcome.seconds:5.0f} s  "
          f"{len(outcome.finds)} finds", flush=True)
    for find in outcome.finds:
        print(f"  FOUND {find.relative_to(ROOT)}\n  replay: build/fuzz/fuzz/fuzz_{outcome.target} {find.relative_to(ROOT)}\n"
              f"  what it said: {find.parent.relative_to(ROOT)}/.last_run.txt", flush=True)


def run_all(names, seconds):
    build("fuzz", ["make_seeds", *(f"fuzz_{name}" for name in names)])
    seeds = make_seeds("fuzz")
    outcomes = []
    for name in names:
        outcomes.append(fuzz(name, seeds, seconds))
        show(outcomes[-1])
    finds = sum(len(outcome.finds) for outcome in outcomes)
    print(f"{len(outcomes)} targets, {sum(o.executions for o in outcomes):,} executions in "
          f"{sum(o.cpu_seconds for o in outcomes) / 60:.1f} minutes of processor time, loading apart; "
          f"peak {max(o.rss_mb for o in outcomes)} MB, {finds} finds")
    return 1 if finds else 0


def chosen(target, folder, seeds):
    """Requests and responses are committed in full. Elsewhere an input for each message adds little but files: of
    those that are seeds, and are made anew, few are; of some targets few altogether, taken evenly by their names,
    which are checksums."""
    files = sorted(folder.iterdir())
    if target in ("requests", "responses"):
        return files
    made = {hashlib.sha1(path.read_bytes()).hexdigest() for path in (seeds / target).glob("*")}
    files = [path for path in files if path.name not in made] \
        + evenly([path for path in files if path.name in made], MOST_SEEDS)
    return evenly(files, MOST_INPUTS.get(target, len(files)))


def evenly(files, most):
    count = min(len(files), most)
    return [files[number * len(files) // count] for number in range(count)]


def merge(names):
    """Makes fuzz/corpus anew: of seeds, corpus and found inputs the fewest that reach all that they reach."""
    build("fuzz", ["make_seeds", *(f"fuzz_{name}" for name in names)])
    seeds = make_seeds("fuzz")
    for name in names:
        corpus = ROOT / "fuzz" / "corpus" / name
        fresh = BUILD / "merged" / name
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        sources = [*inputs_of(name, seeds), *existing(BUILD / "found" / name)]
        # One counter a place: inputs that differ in how often only are not worth keeping.
        run(BUILD / "fuzz" / f"fuzz_{name}", "-set_cover_merge=1", "-use_counters=0", "-max_len=4096", "-reload=0",
            fresh, *sources, stderr=subprocess.DEVNULL, env=environment())
        shutil.rmtree(corpus, ignore_errors=True)
        corpus.mkdir(parents=True)
        for path in chosen(name, fresh, seeds):
            shutil.copy(path, corpus)
        sizes = [path.stat().st_size for path in corpus.iterdir()]
        print(f"{name:16} {len(sizes):5} inputs {sum(sizes):9,} octets", flush=True)
    return 0


def measure_memory(names):
    """What the targets take for inputs of 1 MB, each run once."""
    names = [name for name in names if name in MESSAGES + BATCHES + CODECS]
    build("fuzz", ["make_large", *(f"fuzz_{name}" for name in names)])
    folder = BUILD / "large"
    shutil.rmtree(folder, ignore_errors=True)
    run(BUILD / "fuzz" / "make_large", folder)
    too_much = 0
    for name in names:
        files = sorted((folder / name).glob("*"))
        # Each by itself, as libFuzzer does not measure before the first thousand inputs.
        most, which = max(((peak_rss_mb(name, file), file.name) for file in files), default=(0, "-"))
        too_much += most > RSS_LIMIT_MB
        print(f"{name:16} {len(files):4} inputs, at most {most:4} MB ({which})"
              f"{'  ABOVE ' + str(RSS_LIMIT_MB) if most > RSS_LIMIT_MB else ''}", flush=True)
    return 1 if too_much else 0


def peak_rss_mb(target, file):
    program = BUILD / "fuzz" / f"fuzz_{target}"
    process = subprocess.Popen([program, "-rss_limit_mb=0", "-runs=2", file], env=environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{program} {file} ended with {process.returncode}")
    return usage.ru_maxrss // 1024


def measure(names):
    """Functions, lines and branches of protocol/ that the committed inputs alone reach."""
    build("coverage", [f"replay_{name}" for name in names])
    raw = COVERAGE / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir()
    programs = [COVERAGE / "fuzz" / f"replay_{name}" for name in names]
    for name, program in zip(names, programs):
        folders = existing(ROOT / "fuzz" / "corpus" / name, ROOT / "fuzz" / "regressions" / name)
        run(program, *folders, env=os.environ | {"LLVM_PROFILE_FILE": str(raw / f"{name}.profraw")},
            stdout=subprocess.DEVNULL)
    data = COVERAGE / "fuzz.profdata"
    run("llvm-profdata-19", "merge", "-sparse", "-o", data, *raw.iterdir())
    objects = [word for program in programs[1:] for word in ("-object", str(program))]
    exported = run("llvm-cov-19", "export", "-summary-only", f"-instr-profile={data}", programs[0], *objects,
                   stdout=subprocess.PIPE)
    files = [entry for entry in json.loads(exported.stdout)["data"][0]["files"]
             if "/protocol/" in os.path.normpath(entry["filename"]) and "/tests/" not in entry["filename"]]
    return report(files)


def report(files):
    total = {"functions": [0, 0], "lines": [0, 0], "branches": [0, 0]}
    for entry in sorted(files, key=lambda entry: entry["summary"]["lines"]["percent"]):
        summary = entry["summary"]
        for what, sums in total.items():
            sums[0] += summary[what]["covered"]
            sums[1] += summary[what]["count"]
        if summary["lines"]["percent"] < 100:
            name = os.path.relpath(os.path.normpath(entry["filename"]), ROOT)
            print(f"{summary['lines']['percent']:6.1f} % lines {summary['branches']['percent']:6.1f} % branches  {name}")
    for what, (covered, count) in total.items():
        print(f"protocol/ {what}: {covered} of {count}, {100 * covered / max(count, 1):.1f} %")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="tools/fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--list", action="store_true", help="show the targets")
    parser.add_argument("--merge", action="store_true", help="make fuzz/corpus anew from all inputs there are")
    parser.add_argument("--coverage", action="store_true",
                        help="lines and branches of protocol/ that fuzz/corpus reaches")
    parser.add_argument("--memory", action="store_true",
                        help="what the targets of messages, batches and codecs take for inputs of 1 MB")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    options = parser.parse_args()
    known = targets()
    if unknown := set(options.targets) - set(known):
        parser.error(f"no target '{min(unknown)}'; see tools/fuzz --list")
    if options.seconds < 1:
        parser.error("--seconds must be at least 1")
    names = options.targets or known
    if options.list:
        for name in known:
            print(f"{name:16} {(TARGETS / (name + '.cpp')).read_text().splitlines()[0].removeprefix('// ')}")
        return 0
    if options.merge:
        return merge(names)
    if options.memory:
        return measure_memory(names)
    return measure(names) if options.coverage else run_all(names, options.seconds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as reason:
        sys.exit(f"fuzz: {reason}")
