#!/usr/bin/env python3
"""Writes partitions.txt: where the Java client and librdkafka send keys.

One line each: rule, key (hexadecimal behind an x, or null), number of partitions, partition. Needs a JDK and what
`tools/setup` downloads; the test that reads the file needs neither.
"""
import ctypes
import glob
import pathlib
import random
import subprocess

from kafka_schemas import DOWNLOADS, HERE

CLIENTS = "vectors-4.4.0"
RULES = ["murmur2", "murmur2_random", "consistent", "consistent_random", "fnv1a", "fnv1a_random"]
COUNTS = [1, 2, 3, 6, 7, 12, 100, 1000, 65536, 2147483647]


def keys():
    chance = random.Random(480)
    yield from (b"", b"NY", b"order-1", b"key", b"\0", b"\xff" * 7, "gr\u00f6\u00dfe".encode())
    for length in range(1, 36):
        yield bytes(chance.randrange(256) for _ in range(length))


def pairs():
    chance = random.Random(794)
    return [(key, chance.choice(COUNTS)) for key in keys()]


def line(rule, key, count, partition):
    return f"{rule} {'null' if key is None else 'x' + key.hex()} {count} {partition}\n"


def of_java():
    asked = "".join(f"x{key.hex()} {count}\n" for key, count in pairs())
    made = subprocess.run(["java", "-cp", str(DOWNLOADS / CLIENTS / "*"), str(HERE / "java" / "PartitionVectors.java")],
                          input=asked, check=True, capture_output=True, text=True)
    return made.stdout


def of_librdkafka():
    """The library within the wheel exports its partitioners; those that do not draw need no topic."""
    (library,) = glob.glob(str(DOWNLOADS / "venv/lib/python3*/site-packages/confluent_kafka.libs/librdkafka*.so*"))
    loaded = ctypes.CDLL(library)
    for rule in RULES:
        function = getattr(loaded, "rd_kafka_msg_partitioner_" + rule)
        function.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_void_p,
                             ctypes.c_void_p]
        function.restype = ctypes.c_int32
        for key, count in pairs():
            if rule == "consistent_random" and not key:
                continue  # drawn
            yield line(rule, key, count, function(None, key, len(key), count, None, None))
        if not rule.endswith("_random"):
            yield line(rule, None, 1000, function(None, None, 0, 1000, None, None))


def main():
    text = of_java() + "".join(of_librdkafka())
    pathlib.Path(HERE / "partitions.txt").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
