"""Codecs of messages, kwire's and franz-go's on the same octets in turn: the work of tools/bench --messages."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOWNLOADS = Path(os.environ.get("KWIRE_DOWNLOADS", ROOT / "build" / "downloads"))
OUT = ROOT / "build" / "bench"


def build_franz_go():
    """The program, or nothing when it cannot be had."""
    go = DOWNLOADS / "go" / "bin" / "go"
    if not (DOWNLOADS / "go" / ".stamp").exists():
        return None
    environment = os.environ | {"GOROOT": str(go.parents[1]), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod -modcacherw",
                                "GOPATH": str(DOWNLOADS / "gopath"), "GOCACHE": str(DOWNLOADS / "gocache")}
    program = OUT / "franz_go_codec"
    done = subprocess.run([go, "build", "-o", program, "./codec"], cwd=ROOT / "tests/bench/go", env=environment)
    return program if done.returncode == 0 else None


def run(program, folder):
    done = subprocess.run([program, folder], capture_output=True, text=True, check=True, timeout=300)
    return {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(prog="tools/bench --messages")
    parser.add_argument("--messages", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    OUT.mkdir(parents=True, exist_ok=True)
    programs = {"kwire": ROOT / "build/release/tests/bench/messages_bench", "franz-go": build_franz_go()}
    if programs["franz-go"] is None:
        print("franz-go is absent: no Go toolchain or module to be had", file=sys.stderr)
        del programs["franz-go"]
    results = {name: [] for name in programs}
    with tempfile.TemporaryDirectory(prefix="kwire-messages-") as folder:
        for _ in range(rounds):
            for name, program in programs.items():
                results[name].append(run(program, folder))
    lines = ["| case | " + " | ".join(f"{name} ns | allocations" for name in programs) + " | ratio |",
             "|---" * (2 + 2 * len(programs)) + "|"]
    for case in results["kwire"][0]:
        cells, medians = [], []
        for runs in results.values():
            measured = [run[case] for run in runs if case in run]
            if measured:
                medians.append(statistics.median(each["ns"] for each in measured))
                cells.append(f"{medians[-1]:,.0f} | {measured[0]['allocations']:,}")
            else:
                cells.append("- | -")
        ratio = f"{medians[0] / medians[1]:.2f}" if len(medians) == 2 else "-"
        lines.append(f"| {case} | " + " | ".join(cells) + f" | {ratio} |")
    (OUT / "messages.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
