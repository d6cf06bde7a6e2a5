#!/usr/bin/env python3
"""Real Apache Kafka brokers for tests: 127.0.0.1 only, free ports, data in memory when it fits.

In Python:    with Kafka("4.3.1", nodes=3) as kafka: kafka.bootstrap, kafka.kill9(2), kafka.restart(2), ...
In a shell:   read -r address pid workdir < <(kafka_server.py start); ...; kafka_server.py stop "$workdir"

From 3.3 on nodes are combined KRaft brokers and controllers; older ones get a ZooKeeper of their own.
The jars come from tools/setup.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOWNLOADS = Path(os.environ.get("KWIRE_DOWNLOADS", ROOT / "build" / "downloads"))
NEWEST = "4.3.1"
ZOOKEEPER_JARS = "2.8.2"
START_SECONDS = 90
MEMORY_BYTES = 4 << 30  # free space in /dev/shm from which on data goes there

TOOLS = {
    "acls": "org.apache.kafka.tools.AclCommand",
    "api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "configs": "kafka.admin.ConfigCommand",
    "console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "console-share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
    "consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "delegation-tokens": "org.apache.kafka.tools.DelegationTokenCommand",
    "delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "features": "org.apache.kafka.tools.FeatureCommand",
    "get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "groups": "org.apache.kafka.tools.GroupsCommand",
    "leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "share-groups": "org.apache.kafka.tools.consumer.group.ShareGroupCommand",
    "topics": "org.apache.kafka.tools.TopicCommand",
    "transactions": "org.apache.kafka.tools.TransactionsCommand",
}

LOG4J2 = """rootLogger.level=WARN
rootLogger.appenderRef.a.ref=A
appender.a.type=Console
appender.a.name=A
appender.a.layout.type=PatternLayout
appender.a.layout.pattern=%d %p %m (%c)%n
"""
LOG4J1 = """log4j.rootLogger=WARN,A
log4j.appender.A=org.apache.log4j.ConsoleAppender
log4j.appender.A.layout=org.apache.log4j.PatternLayout
log4j.appender.A.layout.ConversionPattern=%d %p %m (%c)%n
"""


class KafkaError(Exception):
    """A broker or a tool did not do what was asked; the text says what and shows the log's end."""


def jars(folder):
    path = DOWNLOADS / folder
    if not any(path.glob("*.jar")):
        raise KafkaError(f"no jars in {path}: run tools/setup (old versions: tools/setup --long)")
    return f"{path}/*"


def free_port():
    """A port below Linux' ephemeral range, so that no outgoing connection takes it meanwhile."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def make_workdir():
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= MEMORY_BYTES
    return Path(tempfile.mkdtemp(prefix="kwire-kafka-", dir=memory if roomy else None))


def cluster_view(port):
    """How many brokers and topics Metadata v0 names; every Kafka from 0.8 on answers that one."""
    request = struct.pack(">hhih5si", 3, 0, 1, 5, b"tests", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            size = connection.recv(4, socket.MSG_WAITALL)
            body = connection.recv(struct.unpack(">i", size)[0], socket.MSG_WAITALL)
        (brokers,), at = struct.unpack_from(">i", body, 4), 8
        for _ in range(brokers):
            at += 4 + 2 + struct.unpack_from(">h", body, at + 4)[0] + 4  # id, host, port
        return brokers, struct.unpack_from(">i", body, at)[0]
    except (OSError, struct.error):
        return 0, 0


def end_with_parent():
    """Runs in the child: the kernel kills it when the process that started it is gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Server:
    """One Java process of a cluster, known by its pid file."""

    def __init__(self, workdir, name, command, heap):
        self.log = workdir / f"{name}.log"
        self.pid_file = workdir / f"{name}.pid"
        self.mark = str(workdir)
        self.name = name
        self.command = ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *command]

    @property
    def pid(self):
        return int(self.pid_file.read_text())

    def start(self, owned):
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=end_with_parent if owned else None)
        self.pid_file.write_text(str(process.pid))

    def alive(self):
        """Whether the pid still is this server: neither a zombie nor a process that got the number later."""
        try:
            os.waitpid(self.pid, os.WNOHANG)
        except (ChildProcessError, FileNotFoundError):
            pass
        try:
            return self.mark in Path(f"/proc/{self.pid}/cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False

    def signal(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def wait_gone(self, seconds):
        until = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait_gone(10)

    def terminate(self):
        self.signal(signal.SIGTERM)
        if not self.wait_gone(30):
            self.kill()

    def log_end(self):
        return "".join(self.log.read_text(errors="replace").splitlines(keepends=True)[-25:])


class Kafka:
    """A cluster of one or more brokers. Numbers of nodes count from 1."""

    def __init__(self, version=NEWEST, nodes=1, properties=None, workdir=None):
        self.version = version
        self.count = nodes
        self.properties = dict(properties or {})
        self.workdir = workdir
        self.ports = []
        self.controller_ports = []
        self.zookeeper_port = 0
        self.owned = False

    def __enter__(self):
        self.owned = True
        return self.start()

    def __exit__(self, *_):
        self.close()

    # -- life ------------------------------------------------------------------------------------

    def start(self):
        """Starts all nodes and returns when each knows all others. A port lost in a race is tried again."""
        for attempt in (1, 2, 3):
            self.workdir = make_workdir()
            try:
                self._boot()
                return self
            except KafkaError as error:
                self.close()
                if attempt == 3 or "Address already in use" not in str(error):
                    raise
            except BaseException:
                self.close()
                raise

    def close(self):
        """Ends everything at once and removes the data."""
        for server in self._servers():
            if server.pid_file.exists():
                server.kill()
        shutil.rmtree(self.workdir, ignore_errors=True)

    def term(self, node=1):
        """Orderly end of a node (controlled shutdown); restart() brings it back."""
        self._broker(node).terminate()

    def kill9(self, node=1):
        self._broker(node).kill()

    def pause(self, node=1):
        self._broker(node).signal(signal.SIGSTOP)

    def resume(self, node=1):
        self._broker(node).signal(signal.SIGCONT)

    def restart(self, node=1):
        """Starts a node again, after ending it if it runs, with the same data and ports."""
        broker = self._broker(node)
        broker.terminate()
        until = time.monotonic() + START_SECONDS
        while True:
            broker.start(self.owned)
            try:
                return self._await(node, brokers=1)
            except KafkaError:
                # ZooKeeper holds the name of a killed broker until its session is over.
                if self._kraft or broker.alive() or time.monotonic() > until:
                    raise

    # -- use -------------------------------------------------------------------------------------

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def pid(self, node=1):
        return self._broker(node).pid

    def tool(self, name, *arguments, stdin="", seconds=60):
        """Runs one of Kafka's own command-line tools (see TOOLS, version 4.3.1) and returns its output."""
        return self._run_java(NEWEST, TOOLS[name], "--bootstrap-server", self.bootstrap, *arguments, stdin=stdin,
                          seconds=seconds)

    def _run_java(self, version, tool, *arguments, stdin="", seconds=60):
        config = self.workdir / "log4j2.properties"
        command = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={config}",
                   "-cp", jars(f"kafka-{version}"), tool, *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=seconds)
        if done.returncode != 0:
            raise KafkaError(f"{tool} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def create_topic(self, topic, partitions=1, **settings):
        extra = [part for key, value in settings.items()
                 for part in ("--config", f"{key.replace('_', '.')}={value}")]
        # Brokers before 2.4 have no default for the replication factor.
        wanted = ("--create", "--topic", topic, "--partitions", str(partitions), "--replication-factor", "1", *extra)
        if tuple(map(int, self.version.split(".")[:2])) < (0, 11):  # whose CreateTopics today's tool does not speak
            self._run_java(self.version, "kafka.admin.TopicCommand", "--zookeeper",
                       f"127.0.0.1:{self.zookeeper_port}", *wanted)
        else:
            self.tool("topics", *wanted)

    # -- state, for the command line -------------------------------------------------------------

    def save(self):
        state = {name: getattr(self, name) for name in
                 ("version", "count", "properties", "ports", "controller_ports", "zookeeper_port")}
        (self.workdir / "state.json").write_text(json.dumps(state))

    @classmethod
    def load(cls, workdir):
        kafka = cls(workdir=Path(workdir))
        vars(kafka).update(json.loads((kafka.workdir / "state.json").read_text()))
        return kafka

    # -- inside ----------------------------------------------------------------------------------

    @property
    def _kraft(self):
        return tuple(map(int, self.version.split(".")[:2])) >= (3, 3)

    def _boot(self):
        self.ports = [free_port() for _ in range(self.count)]
        self.controller_ports = [free_port() for _ in range(self.count)]
        self.zookeeper_port = free_port()
        (self.workdir / "log4j2.properties").write_text(LOG4J2)
        (self.workdir / "log4j.properties").write_text(LOG4J1)
        self.save()
        if not self._kraft:
            self._start_zookeeper()
        for node in range(1, self.count + 1):
            self._config(node).write_text("".join(f"{k}={v}\n" for k, v in self._settings(node).items()))
            if self._kraft:
                self._format(node)
        for node in range(1, self.count + 1):
            self._broker(node).start(self.owned)
        for node in range(1, self.count + 1):
            self._await(node, brokers=self.count)

    def _servers(self):
        brokers = [self._broker(node) for node in range(1, self.count + 1)]
        return brokers if self._kraft else [*brokers, self._zookeeper()]

    def _config(self, node):
        return self.workdir / f"{node}.properties"

    def _java(self, folder):
        return [f"-Dlog4j2.configurationFile={self.workdir}/log4j2.properties",
                f"-Dlog4j.configuration=file:{self.workdir}/log4j.properties", "-cp", jars(folder)]

    def _broker(self, node):
        heap = "256m" if not self._kraft else "1g" if self.count == 1 else "512m"
        command = [*self._java(f"kafka-{self.version}"), "kafka.Kafka", str(self._config(node))]
        return Server(self.workdir, f"broker-{node}", command, heap)

    def _zookeeper(self):
        command = [*self._java(f"kafka-{ZOOKEEPER_JARS}"),
                   "org.apache.zookeeper.server.quorum.QuorumPeerMain", f"{self.workdir}/zookeeper.properties"]
        return Server(self.workdir, "zookeeper", command, "128m")

    def _start_zookeeper(self):
        (self.workdir / "zookeeper.properties").write_text(
            f"dataDir={self.workdir}/zookeeper\nclientPort={self.zookeeper_port}\n"
            "clientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n")
        self._zookeeper().start(self.owned)

    def _format(self, node):
        command = ["java", "-XX:TieredStopAtLevel=1", *self._java(f"kafka-{self.version}"),
                   "kafka.tools.StorageTool", "format",
                   "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(self._config(node))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise KafkaError(f"formatting the data of Kafka {self.version} failed:\n{done.stdout}{done.stderr}")

    def _settings(self, node):
        replicas = min(3, self.count)
        in_sync = min(2, replicas)
        settings = {
            "listeners": f"PLAINTEXT://127.0.0.1:{self.ports[node - 1]}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.ports[node - 1]}",
            "log.dirs": f"{self.workdir}/data-{node}",
            "broker.rack": f"rack-{node}",
            "auto.create.topics.enable": "false",
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
            "offsets.topic.num.partitions": 3,
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.num.partitions": 3,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.num.partitions": 3,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync,
            "group.initial.rebalance.delay.ms": 0,
            "num.network.threads": 2,
            "num.io.threads": 2,
            "log.cleaner.dedupe.buffer.size": 16 << 20,
        }
        settings |= self._kraft_settings(node) if self._kraft else self._zookeeper_settings(node)
        return settings | self.properties

    def _kraft_settings(self, node):
        voters = ",".join(f"{i + 1}@127.0.0.1:{port}" for i, port in enumerate(self.controller_ports))
        controller = f"CONTROLLER://127.0.0.1:{self.controller_ports[node - 1]}"
        return {
            "process.roles": "broker,controller",
            "node.id": node,
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.ports[node - 1]},{controller}",
            "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
            "broker.session.timeout.ms": 6000,  # fail over sooner than by default (9000)
        }

    def _zookeeper_settings(self, node):
        return {
            "broker.id": node,
            "zookeeper.connect": f"127.0.0.1:{self.zookeeper_port}",
            "zookeeper.connection.timeout.ms": 15000,
            "zookeeper.session.timeout.ms": 4000,
        }

    def _topics_on_disk(self, node):
        folders = (path.name for path in (self.workdir / f"data-{node}").glob("*-*") if path.is_dir())
        names = {name.rpartition("-")[0] for name in folders if not name.endswith(("-delete", "-stray"))}
        return len(names - {"__cluster_metadata"})

    def _await(self, node, brokers):
        """Waits until a node knows so many brokers, and its topics: ZooKeeper's brokers learn them later."""
        server, until = self._broker(node), time.monotonic() + START_SECONDS
        topics = self._topics_on_disk(node)
        while not all(map(int.__ge__, cluster_view(self.ports[node - 1]), (brokers, topics))):
            if not server.alive():
                raise KafkaError(f"Kafka {self.version}, node {node}, ended at start:\n{server.log_end()}")
            if time.monotonic() > until:
                raise KafkaError(f"Kafka {self.version}, node {node}, is not ready after {START_SECONDS} s:\n"
                                 f"{server.log_end()}")
            time.sleep(0.1)


def parse_property(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not key=value")
    return key, value


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start brokers; prints 'host:port[,...] pid[,...] workdir'")
    start.add_argument("--version", default=NEWEST)
    start.add_argument("--nodes", type=int, default=1)
    start.add_argument("--property", dest="properties", type=parse_property, action="append", default=[],
                       metavar="KEY=VALUE")
    commands.add_parser("stop", help="end all and remove the data").add_argument("workdir")
    for name, what in (("term", "end a node in order"), ("kill9", "kill a node"),
                       ("pause", "stop a node's clock"), ("resume", "let it go on"),
                       ("restart", "start a node again, same data and ports")):
        command = commands.add_parser(name, help=what)
        command.add_argument("workdir")
        command.add_argument("--node", type=int, default=1)
    tool = commands.add_parser("tool", help="run one of Kafka's own tools: " + ", ".join(TOOLS))
    tool.add_argument("workdir")
    tool.add_argument("name", choices=TOOLS)
    tool.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args()


def run(options):
    if options.command == "start":
        kafka = Kafka(options.version, options.nodes, options.properties).start()
        pids = ",".join(str(kafka.pid(node)) for node in range(1, kafka.count + 1))
        print(kafka.bootstrap, pids, kafka.workdir)
        return
    kafka = Kafka.load(options.workdir)
    if options.command == "stop":
        kafka.close()
    elif options.command == "tool":
        print(kafka.tool(options.name, *options.arguments), end="")
    else:
        getattr(kafka, options.command)(options.node)


def main():
    try:
        run(parse_arguments())
    except KafkaError as error:
        sys.exit(f"kafka_server: {error}")
    except FileNotFoundError as error:
        sys.exit(f"kafka_server: not there: {error.filename}")


if __name__ == "__main__":
    main()
