#!/usr/bin/env python3
"""The harness of tools/bench: every kind of cell runs with every peer, on the embedded broker and with few records; what
it says of programs of known behaviour is right.

usage: matrix_test.py BUILD_FOLDER
"""

import contextlib
import io
import json
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import cells  # noqa: E402
import matrix  # noqa: E402
import meter  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402

BUILD = Path("build/release")
KINDS = ("produce-1024B-12p-lz4-keyed-2t", "ack-100B-1p", "copy-100B-12p", "queue-100B-12p-callback", "consume-100B-12p-none",
         "latency-100B-1p")
COUNTED = "produce-100B-12p-none-nokey-1t-null"
ALWAYS = ("kwire", "librdkafka", "java")  # without Go the rest is still worth having

BURNER = """
import sys, time
print("ready", flush=True)
sys.stdin.readline()
until = time.process_time() + 0.3
while time.process_time() < until:
    pass
kept = bytearray(50_000_000)
print('{"records": 1000, "seconds": 0.3}', flush=True)
sys.stdin.readline()
"""


def fake(text):
    return [sys.executable, "-c", text]


class Meter(unittest.TestCase):
    def test_sees_processor_time_and_memory(self):
        used = meter.run(fake(BURNER))
        self.assertEqual(used["records"], 1000)
        self.assertGreater(used["cpu_ns_per_record"], 290_000)
        self.assertLess(used["cpu_ns_per_record"], 1_000_000)
        self.assertAlmostEqual(sum(used["thread_ns_per_record"].values()), used["cpu_ns_per_record"], delta=20_000)
        self.assertGreater(used["user_ticks"] + used["kernel_ticks"], 20)
        self.assertGreater(used["rss_growth_octets"], 40_000_000)
        self.assertGreaterEqual(used["peak_rss_kb"], 40_000)

    def test_counts_what_is_asked_of_the_library(self):
        with tempfile.TemporaryDirectory() as folder:
            library, why_not = peers.build_counters(Path(folder))
            self.assertIsNone(why_not)
            counted = meter.count(fake(BURNER), library)
        self.assertGreater(counted["live_octets"], 49_900_000)
        self.assertLess(counted["live_octets"], 60_000_000)
        self.assertGreater(counted["allocated_octets_per_record"], 49_900)
        self.assertGreater(counted["clock_reads_per_1000"], 1000)
        # Which the kernel has to answer: it is not the time of day.
        if counted["syscalls_per_1000"] is not None:
            self.assertGreaterEqual(counted["syscalls_per_1000"], counted["clock_reads_per_1000"])

    def test_work_begins_when_it_is_told(self):
        order = []
        meter.run(fake(BURNER), before_work=lambda: order.append("told"))
        self.assertEqual(order, ["told"])

    def test_tells_why_a_program_failed(self):
        with self.assertRaisesRegex(meter.MeterError, "ended with 3: no broker"):
            meter.run(fake("import sys; print('no broker', file=sys.stderr); sys.exit(3)"))

    def test_does_not_wait_for_ever(self):
        with self.assertRaisesRegex(meter.MeterError, "took too long"):
            meter.run(fake("import time; time.sleep(60)"), patience=0.5)
        with self.assertRaisesRegex(meter.MeterError, "took too long"):
            meter.run(fake("import time; print('ready', flush=True); time.sleep(60)"), patience=0.5)

    def test_threads_of_one_name(self):
        before = meter.Snapshot(0, 0, 0, {"1": ("app", 100)}, {}, 0, 0, ())
        after = meter.Snapshot(1000, 0, 0, {"1": ("app", 300), "2": ("client", 50), "3": ("client", 150), "4": ("w-1", 10),
                                            "5": ("w-2", 20)}, {}, 0, 0, ())
        self.assertEqual(meter.thread_shares(before, after, 10, 1000),
                         {"app": 20, "client 1": 5, "client 2": 15, "w (of 2)": 3, "ended": 57})


class Cells(unittest.TestCase):
    def test_the_whole_matrix(self):
        produced = [cell for cell in cells.FULL if cell.work == "produce"]
        self.assertEqual(len(produced), 3 * 5 * 4 * 2 * 4)
        for tier in (cells.USUAL, cells.AXES, cells.FULL):
            names = [cell.name for cell in tier]
            self.assertEqual(len(names), len(set(names)))
            self.assertEqual(len(cells.choose(cells.USUAL, names, False)), len(names))

    def test_patterns(self):
        self.assertEqual([c.name for c in cells.choose(cells.USUAL, ["ack-100B-1p"], False)], ["ack-100B-1p"])
        self.assertEqual(len(cells.choose(cells.USUAL, ["produce-100B-12p-*-nokey-1t"], False)), len(cells.CODECS))
        self.assertEqual(cells.choose(cells.USUAL, ["nothing"], False), ())
        self.assertTrue(all(cell.null and cell.work == "produce" for cell in cells.choose(cells.USUAL, [], True)))


class Peers(unittest.TestCase):
    def test_one_that_cannot_be_had_says_why(self):
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch("peers.DOWNLOADS", Path(folder)):
            with contextlib.redirect_stderr(io.StringIO()) as said:
                present, told = matrix.prepare(peers.all_peers(Path(folder) / "nothing"), Path(folder))
        self.assertNotIn("kwire", [peer.name for peer in present])
        for name, why in (("kwire", "is not built"), ("librdkafka", "no librdkafka"), ("java", "no kafka-clients"),
                          ("franz-go", "no Go toolchain")):
            self.assertIn(why, told[name]["absent"])
            self.assertIn(f"bench: {name} is absent: ", said.getvalue())


def made_up(cpu, failed=None):
    run = {"records": 10, "seconds": 0.1, "cpu_ns_per_record": cpu, "user_ticks": 3, "kernel_ticks": 1, "peak_rss_kb": 4,
           "thread_ns_per_record": {"app": cpu}, "switches_per_1000": 1}
    return {"runs": [] if failed else [run], "counts": None, "failed": failed}


class Report(unittest.TestCase):
    def setUp(self):
        self.found = {
            "machine": matrix.machine(), "on": "kafka", "settings": {}, "no_counts": "left out",
            "peers": {name: {"version": "1", "counts": (), "by_name": True} for name in ("kwire", "other", "third")}
            | {"gone": {"absent": "no compiler"}},
            "cells": {"c": {"work": "produce", "size": 100, "peers": {
                "kwire": made_up(100), "other": made_up(400), "third": made_up(0, "fell over")}}}}

    def test_ratios_failures_and_absences(self):
        text = report.markdown(self.found)
        self.assertIn("| c | 100 [100-100] | 400 [400-400] | failed | 0.25 | - |", text)
        self.assertIn("| c | 75.0 + 25.0 | 300 + 100 | failed |", text)
        self.assertIn("- c, third: fell over", text)
        self.assertIn("**gone**: absent: no compiler", text)
        self.assertIn("Nothing was counted: left out", text)

    def test_nobody_came_through(self):
        for work in ("produce", "ack", "queue"):
            self.found["cells"]["c"] = {"work": work, "size": 100,
                                        "peers": {name: made_up(0, "fell over") for name in ("kwire", "other", "third")}}
            with self.subTest(work=work), tempfile.TemporaryDirectory() as folder:
                report.write(self.found, Path(folder))
                self.assertEqual((Path(folder) / "results.md").read_text().count("fell over"), 3)
                self.assertEqual(list(Path(folder).glob("*.svg")), [])

    def test_plots_are_svg(self):
        with tempfile.TemporaryDirectory() as folder:
            report.write(self.found, Path(folder))
            drawn = sorted(Path(folder).glob("*.svg"))
            self.assertEqual([path.name for path in drawn], ["cpu.svg", "rate.svg", "threads.svg"])
            for path in drawn:
                root = xml.etree.ElementTree.parse(path).getroot()
                self.assertTrue(root.tag.endswith("svg"))
                self.assertIn("other", "".join(root.itertext()))


class Tiny(unittest.TestCase):
    def run_matrix(self, *arguments):
        with tempfile.TemporaryDirectory(prefix="kwire-bench-") as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            status = matrix.main(["--on", "embedded", "--build", str(BUILD), "--out", folder, "--scale", "0.005",
                                  "--rounds", "1", *arguments])
            self.assertEqual(status, 0, said.getvalue())
            for path in Path(folder).glob("*.svg"):
                xml.etree.ElementTree.parse(path)
            return json.loads((Path(folder) / "results.json").read_text()), said.getvalue()

    def told(self, found):
        present = report.present(found)
        for name in ALWAYS:
            self.assertIn(name, present, found["peers"][name])
        for name in found["peers"].keys() - set(present):
            print(f"absent: {name}: {found['peers'][name]['absent']}")
        return present

    def test_every_kind_with_every_peer(self):
        found, said = self.run_matrix("--no-counts", *KINDS)
        for name in KINDS:
            for peer in self.told(found):
                with self.subTest(cell=name, peer=peer):
                    runs = found["cells"][name]["peers"][peer]["runs"]
                    self.assertEqual(len(runs), 1)
                    self.assertGreater(runs[0]["cpu_ns_per_record"], 0)
                    self.assertGreater(runs[0]["seconds"], 0)
                    if name.startswith(("ack", "latency")):
                        self.assertLessEqual(runs[0]["p50_us"], runs[0]["p99_us"])
                        self.assertLessEqual(runs[0]["p99_us"], runs[0]["p999_us"])
            self.assertIn(name, said)
        queued = found["cells"]["queue-100B-12p-callback"]["peers"]["librdkafka"]["runs"][0]
        self.assertGreater(queued["rss_growth_octets"], 100 * queued["records"])

    def test_counts(self):
        found, said = self.run_matrix(COUNTED)
        counts = {peer: found["cells"][COUNTED]["peers"][peer]["counts"] for peer in self.told(found)}
        self.assertGreater(counts["librdkafka"]["allocations_per_1000"], 1000)  # one for each message
        self.assertGreater(counts["librdkafka"]["clock_reads_per_1000"], 1000)
        self.assertLess(counts["kwire"]["allocations_per_1000"], 500)
        self.assertGreater(counts["java"]["allocated_octets_per_record"], 20)
        for peer, counted in counts.items():
            if counted["syscalls_per_1000"] is None:
                self.assertIn(counted["no_syscalls_because"], said)
            else:
                self.assertGreater(counted["syscalls_per_1000"], 0, peer)


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1))
    unittest.main()
