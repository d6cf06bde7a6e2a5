"""The clients that are measured: how their programs are built, started, and told settings under Kafka's names. One that
cannot be had says why."""

import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOWNLOADS = Path(os.environ.get("KWIRE_DOWNLOADS", ROOT / "build" / "downloads"))
MANY = 4 << 30  # octets; more than any queue here takes


class Absent(Exception):
    """A peer cannot be had; the text says why."""


def build(what, command, **options):
    """Runs a compiler; a failure is an absence."""
    if shutil.which(str(command[0])) is None:
        raise Absent(f"{what}: no {command[0]}")
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Absent(f"{what}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


class Peer:
    name = ""
    environment = {}
    by_name = True  # its threads have names
    # Which counts tell something of it. Java's heap and Go's allocator are not the C library's.
    counts = ("allocations", "clock_reads", "syscalls")
    roomy = {}  # settings with which a million records wait

    def prepare(self, out):
        """Builds its program in the folder `out`; returns its version. Raises Absent."""
        raise NotImplementedError

    def start(self):
        """The beginning of the command."""
        raise NotImplementedError

    def settings(self, wanted):
        return wanted

    def command(self, work, brokers, topic, count, size, wanted):
        options = [f"{key}={value}" for key, value in self.settings(wanted).items()]
        return [*map(str, self.start()), work, brokers, topic, str(count), str(size), *options]


class Kwire(Peer):
    name = "kwire"
    roomy = {"buffer.memory": MANY}

    def __init__(self, build_dir):
        self.program = Path(build_dir) / "tests" / "bench" / "kwire_bench"
        self.kwire = Path(build_dir) / "tools" / "cli" / "kwire"

    def prepare(self, out):
        if not self.program.exists():
            raise Absent(f"{self.program} is not built: ninja -C {self.program.parents[2]} tests/bench/kwire_bench")
        commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
        return f"{build('kwire', [self.kwire, '--version']).split()[1].rstrip(',;')} {commit.stdout.strip()}".strip()

    def start(self):
        return [self.program]

    def settings(self, wanted):
        return {key: value for key, value in wanted.items() if key != "bench.live"}


class Librdkafka(Peer):
    roomy = {"queue.buffering.max.messages": 2_000_000, "queue.buffering.max.kbytes": 2_097_151}

    def __init__(self, name, wheel):
        self.name = name
        self.wheel = wheel  # take that of the confluent-kafka wheel, or Debian's

    def prepare(self, out):
        self.program = out / "rdkafka_bench"
        build(self.name, ["gcc", "-O2", "-Wall", "-Wextra", HERE / "rdkafka_bench.c", HERE / "rdkafka_order.c", "-pthread",
                          "-lrdkafka", "-o", self.program])
        if not self.wheel:
            return build(self.name, ["pkg-config", "--modversion", "rdkafka"]).strip()
        found = sorted((DOWNLOADS / "venv").glob("lib/python*/site-packages/confluent_kafka.libs/librdkafka-*.so*"))
        if not found:
            raise Absent("the confluent-kafka wheel carries no librdkafka: run tools/setup clients")
        self.environment = {"LD_PRELOAD": str(found[0])}
        return build(self.name, [DOWNLOADS / "venv" / "bin" / "python", "-c",
                                 "import confluent_kafka; print(confluent_kafka.libversion()[0])"]).strip()

    def start(self):
        return [self.program]

    def settings(self, wanted):
        # Keys choose partitions as they do for the others.
        return {key: value for key, value in wanted.items() if key != "bench.live"} | {"partitioner": "murmur2_random"}


class Java(Peer):
    name = "java"
    counts = ("clock_reads", "syscalls")
    roomy = {"buffer.memory": MANY}

    def prepare(self, out):
        jars = DOWNLOADS / "clients-4.4.0"
        if not any(jars.glob("kafka-clients-*.jar")):
            raise Absent(f"no kafka-clients in {jars}: run tools/setup clients")
        self.path = f"{out}:{jars}/*"
        build(self.name, ["javac", "-cp", self.path, "-d", out, HERE / "JavaBench.java", HERE / "JavaOrder.java"])
        version = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr.splitlines()[0]
        jar = next(jars.glob("kafka-clients-*.jar")).stem.removeprefix("kafka-clients-")
        return f"{jar} on {version}"

    def start(self):
        return ["java", "-Xmx6g", "-cp", self.path, "JavaBench"]


class FranzGo(Peer):
    name = "franz-go"
    by_name = False  # the runtime moves its routines among threads
    counts = ("allocations", "syscalls")
    roomy = {"max.buffered.records": 2_000_000}

    def prepare(self, out):
        go = DOWNLOADS / "go" / "bin" / "go"
        if not (DOWNLOADS / "go" / ".stamp").exists():
            raise Absent("no Go toolchain from the Go proxy: run tools/setup bench")
        self.program = out / "franz_go_bench"
        environment = os.environ | {"GOROOT": str(go.parents[1]), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod -modcacherw",
                                    "GOPATH": str(DOWNLOADS / "gopath"), "GOCACHE": str(DOWNLOADS / "gocache")}
        build(self.name, [go, "build", "-o", self.program, "./client"], cwd=HERE / "go", env=environment)
        pinned = re.search(r"franz-go (v\S+)", (HERE / "go" / "go.mod").read_text())
        return f"{pinned[1] if pinned else '?'} on {(DOWNLOADS / 'go' / 'VERSION').read_text().split()[0]}"

    def start(self):
        return [self.program]


def all_peers(build_dir):
    """kwire first: the others are compared with it."""
    return [Kwire(build_dir), Librdkafka("librdkafka", wheel=True), Java(), FranzGo(),
            Librdkafka("librdkafka-debian", wheel=False)]


def build_counters(out):
    """The library that counts; nothing and the reason when it cannot be built."""
    library = out / "counters.so"
    try:
        build("counters.c", ["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", HERE / "counters.c", "-o", library, "-ldl"])
    except Absent as why:
        return None, str(why)
    return library, None
