"""Runs the fuzz targets for a while, one after the other, and tells what they did and found.

Seeds are made anew, the corpus in fuzz/corpus is read, new inputs go to build/fuzz/found/TARGET and finds to
build/fuzz/finds/TARGET.
"""

import argparse
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
RSS_LIMIT_MB = 512  # ASan's own share included
JOBS = os.environ.get("KWIRE_FUZZ_JOBS", "2")
EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
RSS = re.compile(r"stat::peak_rss_mb:\s+(\d+)")
WRITTEN = re.compile(r"Test unit written to (\S+)")
PROGRESS = re.compile(r"cov: (\d+) ft: (\d+)")


class Failed(Exception):
    """Something besides a find went wrong; the text says what."""


class Outcome(NamedTuple):
    target: str
    executions: int
    seconds: float
    edges: int
    rss_mb: int
    finds: list

    def per_second(self):
        return self.executions / self.seconds if self.seconds else 0


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


def existing(*folders):
    return [str(folder) for folder in folders if folder.is_dir()]


def inputs_of(target, seeds):
    return existing(seeds / target, ROOT / "fuzz" / "corpus" / target, ROOT / "fuzz" / "regressions" / target)


def fuzz(target, seeds, seconds):
    found, finds = BUILD / "found" / target, BUILD / "finds" / target
    for folder in (found, finds):
        folder.mkdir(parents=True, exist_ok=True)
    dictionary = ROOT / "fuzz" / "kafka.dict"
    command = [BUILD / "fuzz" / f"fuzz_{target}", found, *inputs_of(target, seeds),
               f"-max_total_time={seconds}", f"-artifact_prefix={finds}/", f"-dict={dictionary}",
               "-print_final_stats=1", "-timeout=10", f"-rss_limit_mb={RSS_LIMIT_MB}", "-max_len=16384",
               "-reload=0", "-verbosity=1"]
    started = time.monotonic()
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, errors="replace")
    took = time.monotonic() - started
    (finds / ".last_run.txt").write_text(done.stderr[-65536:])
    executions, rss = EXECUTIONS.search(done.stderr), RSS.search(done.stderr)
    progress = PROGRESS.findall(done.stderr)
    # An input that was found before has the same name.
    new = sorted({Path(name) for name in WRITTEN.findall(done.stderr)})
    if done.returncode != 0 and not new:
        raise Failed(f"{target} ended with {done.returncode} and left no input:\n{done.stderr[-3000:]}")
    return Outcome(target, int(executions[1]) if executions else 0, took, int(progress[-1][0]) if progress else 0,
                   int(rss[1]) if rss else 0, new)


def show(outcome):
    print(f"{outcome.target:16} {outcome.executions:10,} {outcome.per_second():10,.0f}/s {outcome.edges:7,} edges"
          f" {outcome.rss_mb:5} MB {outcome.seconds:6.0f} s  {len(outcome.finds)} finds", flush=True)
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
    print(f"{len(outcomes)} targets, {sum(o.executions for o in outcomes):,} executions, "
          f"{sum(o.seconds for o in outcomes) / 60:.1f} minutes, peak {max(o.rss_mb for o in outcomes)} MB, {finds} finds")
    return 1 if finds else 0


def merge(names):
    """Makes fuzz/corpus anew: the fewest inputs that reach all that seeds, corpus and found inputs reach."""
    build("fuzz", ["make_seeds", *(f"fuzz_{name}" for name in names)])
    seeds = make_seeds("fuzz")
    for name in names:
        corpus = ROOT / "fuzz" / "corpus" / name
        fresh = BUILD / "merged" / name
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        sources = [*inputs_of(name, seeds), *existing(BUILD / "found" / name)]
        # One counter a place: inputs that differ in how often only are not worth keeping.
        run(BUILD / "fuzz" / f"fuzz_{name}", "-merge=1", "-use_counters=0", "-max_len=4096", "-reload=0", fresh, *sources,
            stderr=subprocess.DEVNULL)
        shutil.rmtree(corpus, ignore_errors=True)
        shutil.copytree(fresh, corpus)
        sizes = [path.stat().st_size for path in corpus.iterdir()]
        print(f"{name:16} {len(sizes):5} inputs {sum(sizes):9,} octets", flush=True)
    return 0


def measure(names):
    """Lines and branches of protocol/ that the committed inputs alone reach."""
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
    total = {"lines": [0, 0], "branches": [0, 0]}
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
    return measure(names) if options.coverage else run_all(names, options.seconds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as reason:
        sys.exit(f"fuzz: {reason}")
