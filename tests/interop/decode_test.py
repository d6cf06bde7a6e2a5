#!/usr/bin/env python3
"""What kcat, confluent-kafka, the Java client and kwire say to a broker decodes to the last octet, with
no field unknown: through the proxy of kwire decode, and from captures of the same connections.

usage: decode_test.py KWIRE_PROGRAM [BROKER]

Packets are captured on the loopback interface, which takes root or CAP_NET_RAW; without them the capture is left
out and told.
"""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import confluent_kafka
from kafka_server import NEWEST, TOOLS, jars

COUNT = 500
WRITERS = 5  # of COUNT records each
OUTGOING = 4  # PACKET_OUTGOING: the loopback interface shows each packet twice


@contextlib.contextmanager
def proxy(kwire, broker, page):
    """kwire decode --listen in front of the broker; its output goes into `page`."""
    command = [kwire, "decode", "--json", "--listen", "127.0.0.1:0", "--to", broker]
    with page.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stderr.readline().split()[-1]
        finally:
            process.terminate()
            assert process.wait(10) == 0, f"the proxy did not end cleanly: {process.stderr.read()}"


class Sniffer:
    """Writes what passes on the loopback interface, to or from a port, into a pcap file."""

    def __init__(self, path, port):
        self.path, self.port, self.over = path, port, False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self.run)

    def wanted(self, packet):
        if len(packet) < 34 or packet[12:14] != b"\x08\x00" or packet[23] != 6:
            return False
        at = 14 + (packet[14] & 15) * 4
        return self.port in struct.unpack_from(">HH", packet, at)

    def run(self):
        with self.path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            while not self.over:
                try:
                    packet, address = self.socket.recvfrom(262144)
                except TimeoutError:
                    continue
                if address[2] != OUTGOING and self.wanted(packet):
                    now = time.time_ns() // 1000
                    head = struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(packet), len(packet))
                    file.write(head + packet)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        time.sleep(0.3)
        self.over = True
        self.thread.join()
        self.socket.close()


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def confluent_produces(broker, topic):
    producer = confluent_kafka.Producer({"bootstrap.servers": broker, "enable.idempotence": True,
                                         "client.id": "confluent", "compression.type": "lz4"})
    for number in range(COUNT):
        producer.produce(topic, f"confluent-{number}", key=str(number), headers={"origin": b"test"})
    assert producer.flush(30) == 0
    transactional = confluent_kafka.Producer({"bootstrap.servers": broker, "transactional.id": f"x-{topic}"})
    transactional.init_transactions(30)
    transactional.begin_transaction()
    for number in range(COUNT):
        transactional.produce(topic, f"transactional-{number}")
    transactional.commit_transaction(30)


def confluent_consumes(broker, topic):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": f"g-{topic}",
                                         "auto.offset.reset": "earliest", "client.id": "confluent"})
    consumer.subscribe([topic])
    seen, until = 0, time.monotonic() + 30
    while seen < WRITERS * COUNT and time.monotonic() < until:
        seen += sum(1 for message in consumer.consume(500, 1) if message.error() is None)
    consumer.close()
    assert seen == WRITERS * COUNT, f"confluent-kafka consumed {seen}"


def java(tool, broker, *arguments, stdin=None):
    return run("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
               "-cp", jars(f"kafka-{NEWEST}"), TOOLS[tool], "--bootstrap-server", broker, *arguments, stdin=stdin)


def java_consumes(broker, topic):
    for protocol in ("classic", "consumer"):
        read = java("console-consumer", broker, "--topic", topic, "--group", f"{protocol}-{topic}", "--from-beginning",
                    "--max-messages", str(WRITERS * COUNT), "--consumer-property", f"group.protocol={protocol}",
                    "--timeout-ms", "30000")
        seen = sum(1 for line in read.splitlines() if line[:4] in ("key-", "valu", "conf", "tran"))  # and warnings
        assert seen == WRITERS * COUNT, f"the Java client consumed {seen}"


def clients(kwire, broker, topic):
    lines = "".join(f"key-{number}:value-{number}\n" for number in range(COUNT))
    run("kcat", "-P", "-b", broker, "-t", topic, "-K", ":", "-H", "a=b", "-z", "gzip", stdin=lines)
    run(kwire, "produce", "-b", broker, "-t", topic, "-K", ":", "-z", "zstd", stdin=lines)
    java("console-producer", broker, "--topic", topic, "--compression-codec", "snappy", stdin=lines)
    confluent_produces(broker, topic)
    confluent_consumes(broker, topic)
    java_consumes(broker, topic)
    by_kcat = run("kcat", "-C", "-q", "-e", "-b", broker, "-t", topic, "-o", "beginning")
    by_kwire = run(kwire, "consume", "-q", "-e", "-b", broker, "-t", topic, "-o", "beginning")
    assert len(by_kcat.splitlines()) == len(by_kwire.splitlines()) == WRITERS * COUNT


def check(name, lines):
    """Every frame decoded, no field unknown, and the records there. Gives the APIs seen."""
    frames = [json.loads(line) for line in lines.splitlines()]
    broken = [frame for frame in frames if "error" in frame or "unknownFields" in frame]
    assert not broken, f"{name}: {broken[0]}"
    notes = [frame["note"] for frame in frames if "note" in frame]
    # A consumer that goes away leaves a fetch unanswered.
    odd = [note for note in notes if "no answer seen" not in note]
    assert not odd, f"{name}: {odd[0]}"
    seen = [frame for frame in frames if "api" in frame]
    batches = [batch for frame in seen for records in frame.get("records", []) for batch in records or []]
    assert not [batch for batch in batches if "error" in batch], f"{name}: broken records"
    produced = sum(batch["count"] for frame in seen if frame["api"] == "Produce" and frame["direction"] == "request"
                   for records in frame["records"] for batch in records or [])
    assert produced == WRITERS * COUNT, f"{name}: {produced} records produced"
    answers = [frame for frame in seen if frame["direction"] == "response"]
    assert answers and all("latencyUs" in frame for frame in answers), f"{name}: answers without a duration"
    apis = {frame["api"] for frame in seen}
    expected = {"ApiVersions", "Metadata", "Produce", "Fetch", "JoinGroup", "OffsetCommit", "ConsumerGroupHeartbeat",
                "EndTxn"}
    assert expected <= apis, f"{name}: {apis}"
    print(f"ok: {name}: {len(seen)} frames, {len(batches)} batches, {len(apis)} APIs", flush=True)


def through_proxy(kwire, broker, folder):
    topic, page = f"proxy-{uuid.uuid4().hex}", folder / "page"
    run(kwire, "topics", "create", "-b", broker, topic, "-p", "2")
    with proxy(kwire, broker, page) as address:
        clients(kwire, address, topic)
    check("proxy", page.read_text())
    assert '"statistics"' in page.read_text(), "no statistics at the end"


def from_capture(kwire, broker, folder):
    topic, file = f"capture-{uuid.uuid4().hex}", folder / "capture.pcap"
    run(kwire, "topics", "create", "-b", broker, topic, "-p", "2")
    try:
        sniffer = Sniffer(file, int(broker.split(",")[0].rpartition(":")[2]))
    except PermissionError:
        print("left out: capturing packets is not allowed here", flush=True)
        return
    with sniffer:
        clients(kwire, broker, topic)
    check("capture", run(kwire, "decode", "--json", str(file)))
    lines = run(kwire, "decode", "--json", "--stats", str(file)).splitlines()
    counts = [line["statistics"] for line in map(json.loads, lines) if "statistics" in line]
    assert {each["api"] for each in counts} >= {"Produce", "Fetch"}, lines
    assert all(each["unreadable"] == 0 for each in counts), counts
    shown = run(kwire, "decode", "--filter", f"api=Produce,topic={topic}", str(file))
    assert shown.startswith("20") and "Fetch v" not in shown and 'value "confluent-7"' in shown, shown[:500]
    # From the middle on: what is left must be found again.
    octets = file.read_bytes()
    at, middle = 24, len(octets) // 3
    while at < middle:
        at += 16 + struct.unpack_from("<I", octets, at + 8)[0]
    file.write_bytes(octets[:24] + octets[at:])
    lines = run(kwire, "decode", "--json", str(file)).splitlines()
    frames = [json.loads(line) for line in lines]
    assert not [frame for frame in frames if "error" in frame], "a capture from the middle"
    assert len([frame for frame in frames if "api" in frame]) > 10, lines[:3]
    print(f"ok: capture from the middle on: {len(lines)} lines", flush=True)


def main():
    kwire = sys.argv[1]
    broker = sys.argv[2] if len(sys.argv) > 2 else os.environ["KWIRE_TEST_KAFKA"]
    with tempfile.TemporaryDirectory(prefix="kwire-decode-") as folder:
        through_proxy(kwire, broker, Path(folder))
        from_capture(kwire, broker, Path(folder))


if __name__ == "__main__":
    main()
