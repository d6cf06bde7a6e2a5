"""Runs one program of the benchmarks and reads from outside what it uses between its two lines, `ready` and the
result: processor time (of the process to the nanosecond, of its threads, in user and kernel), context switches and
memory; in a counting run also allocations, looks at the clock (counters.c) and system calls (perf)."""

import json
import mmap
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

PATIENCE_SECONDS = 300
PERF_ATTACH_SECONDS = 0.4
EXACT = Path("/proc/self/schedstat").exists()
COUNTERS = ("allocations", "allocated_octets", "live_octets", "clock_reads")


class MeterError(Exception):
    """A program did not do its work; the text says which and why."""


class Snapshot(NamedTuple):
    cpu_ns: int
    user_ticks: int
    kernel_ticks: int
    threads: dict  # by thread id: name, ns
    switches: dict  # by thread id: context switches of both kinds
    rss_kb: int
    peak_rss_kb: int
    counters: tuple


def process_cpu_ns(pid):
    """Of all its threads, those that have ended included: clock_getcpuclockid(3) makes the number so."""
    return time.clock_gettime_ns(((~pid) << 3) | 2)


def stat_fields(path):
    text = Path(path).read_text()
    return text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()


def status_of(path):
    return dict(line.split(":", 1) for line in Path(path).read_text().splitlines() if ":" in line)


def thread_ns(task, fields):
    """What a thread has run, to the nanosecond where the kernel keeps such accounts, else by its ticks."""
    if EXACT:
        return int((task / "schedstat").read_text().split()[0])
    return (int(fields[11]) + int(fields[12])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def take(pid, counters=None):
    threads, switches = {}, {}
    for task in sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda path: int(path.name)):
        try:
            name, fields = stat_fields(task / "stat")
            threads[task.name] = (name, thread_ns(task, fields))
            status = status_of(task / "status")
        except (FileNotFoundError, ProcessLookupError):
            continue  # has just ended
        switches[task.name] = sum(int(status[f"{kind}voluntary_ctxt_switches"]) for kind in ("", "non"))
    _, fields = stat_fields(f"/proc/{pid}/stat")
    status = status_of(f"/proc/{pid}/status")
    return Snapshot(process_cpu_ns(pid), int(fields[11]), int(fields[12]), threads, switches,
                    *(int(status[key].split()[0]) for key in ("VmRSS", "VmHWM")), counters.read() if counters else ())


def grown(after, before):
    """What each thread has more of, with nothing for those that were not there before."""
    return {key: value - before.get(key, 0) for key, value in after.items()}


def thread_shares(before, after, records, total):
    """Nanoseconds a record by the thread's name; kwire's are numbered, others of one name added up. What is missing
    was used by threads that have ended."""
    used = grown({key: ns for key, (_, ns) in after.threads.items()},
                 {key: ns for key, (_, ns) in before.threads.items()})
    by_name = {}
    for key, (name, _) in after.threads.items():
        by_name.setdefault(name.rstrip("0123456789 #-") or name, []).append(used[key])
    shares = {}
    for name, spent in by_name.items():
        if name == "client" and len(spent) > 1:
            shares |= {f"{name} {number}": ns / records for number, ns in enumerate(spent, start=1)}
        else:
            shares[name if len(spent) == 1 else f"{name} (of {len(spent)})"] = sum(spent) / records
    missing = total / records - sum(shares.values())
    return shares | ({"ended": missing} if missing > total / records / 100 else {})


def difference(before, after, records):
    total = after.cpu_ns - before.cpu_ns
    user, kernel = after.user_ticks - before.user_ticks, after.kernel_ticks - before.kernel_ticks
    return {
        "cpu_ns_per_record": total / records,
        "user_ticks": user,
        "kernel_ticks": kernel,
        "thread_ns_per_record": thread_shares(before, after, records, total),
        "switches_per_1000": sum(grown(after.switches, before.switches).values()) / records * 1000,
        "rss_growth_octets": (after.rss_kb - before.rss_kb) * 1024,
        "rss_before_kb": before.rss_kb,
        "peak_rss_kb": after.peak_rss_kb,
    }


class Counters:
    """The file in which counters.c counts."""

    def __init__(self, folder):
        self.path = Path(folder) / "counters"
        self.path.write_bytes(bytes(4096))
        with self.path.open("rb") as file:
            self.view = mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ)

    def read(self):
        return struct.unpack_from(f"{len(COUNTERS)}q", self.view)


class SystemCalls:
    """Counts a process's system calls from its start until `stop`; `why_not` says why there is no count."""

    def __init__(self, pid, folder):
        self.file = Path(folder) / "perf"
        self.process = None
        self.why_not = None if shutil.which("perf") else "perf is not installed"
        if self.why_not is None:
            self.process = subprocess.Popen(
                ["perf", "stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-o", self.file, "-p", str(pid)],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            time.sleep(PERF_ATTACH_SECONDS)

    def stop(self):
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGINT)
        complaint = self.process.communicate(timeout=30)[1]
        text = self.file.read_text() if self.file.exists() else ""
        for line in text.splitlines():
            count = line.split(",")[0]
            if "sys_enter" in line and count.isdigit():
                return int(count)
        self.why_not = f"perf does not count here: {(complaint or text).strip()[-200:]}"
        return None


class Program:
    """A program that says `ready`, does its work when told to go, says its result and waits to be ended."""

    def __init__(self, command, environment, patience):
        self.command = command
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        env=os.environ | environment, text=True)
        self.late = False
        self.watchdog = threading.Timer(patience, self.give_up)
        self.watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def give_up(self):
        self.late = True
        self.process.kill()

    def hear(self):
        line = self.process.stdout.readline().strip()
        if line:
            return line
        self.process.wait()
        self.errors.seek(0)
        why = "took too long" if self.late else f"ended with {self.process.returncode}"
        raise MeterError(f"{' '.join(map(str, self.command))[:300]} ... {why}: {self.errors.read().strip()[-1500:]}")

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


def run(command, environment=None, before_work=None, patience=PATIENCE_SECONDS):
    """What a program says and uses. `before_work` is called when it is ready."""
    with Program(command, environment or {}, patience) as program:
        if program.hear() != "ready":
            raise MeterError(f"{command[0]} did not say that it is ready")
        if before_work:
            before_work()
        pid = program.process.pid
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak of memory begins anew
        before = take(pid)
        program.go()
        said = json.loads(program.hear())
        return said | difference(before, take(pid), said["records"])


def count(command, preload, environment=None, before_work=None, patience=PATIENCE_SECONDS):
    """What a program asks of library and kernel; counting slows it, so that it is not timed meanwhile."""
    environment = dict(environment or {})
    with tempfile.TemporaryDirectory(prefix="kwire-bench-") as folder:
        counters = Counters(folder)
        before_preload = environment.get("LD_PRELOAD")
        environment["LD_PRELOAD"] = f"{preload}:{before_preload}" if before_preload else str(preload)
        environment["KWIRE_BENCH_COUNTERS"] = str(counters.path)
        with Program(command, environment, patience) as program:
            if program.hear() != "ready":
                raise MeterError(f"{command[0]} did not say that it is ready")
            if before_work:
                before_work()
            calls = SystemCalls(program.process.pid, folder)
            before = take(program.process.pid, counters)
            program.go()
            said = json.loads(program.hear())
            after = take(program.process.pid, counters)
            entered = calls.stop()
    records = said["records"]
    counted = {name: b - a for name, a, b in zip(COUNTERS, before.counters, after.counters)}
    return {
        "allocations_per_1000": said.get("allocations", counted["allocations"]) / records * 1000,
        "allocated_octets_per_record": said.get("allocated_octets", counted["allocated_octets"]) / records,
        "live_octets": said.get("live_octets", counted["live_octets"]),
        "clock_reads_per_1000": counted["clock_reads"] / records * 1000,
        "syscalls_per_1000": None if entered is None else entered / records * 1000,
        "no_syscalls_because": calls.why_not,
    }
