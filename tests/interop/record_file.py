"""Records for exchanges between clients: made from a seed, written to a file that every peer can read, and
printed in one canonical form: partition, timestamp, key, value, headers, tab-separated, octets as
length:crc32 and null as such."""

import random
import struct
import zlib
from typing import NamedTuple, Optional

FIRST_TIME = 1_700_000_000_000


class Record(NamedTuple):
    partition: int
    timestamp: int
    key: Optional[bytes]
    value: Optional[bytes]
    headers: list


def make(seed, count, partitions, with_headers=True):
    """90 % of the values are below 1 KiB, the rest up to 64 KiB; some keys and values are null or empty."""
    chance = random.Random(seed)
    filler = bytes(chance.choices(range(256), weights=[9] * 32 + [1] * 224, k=1 << 17))  # compresses somewhat

    def octets(limit):
        at = chance.randrange(len(filler) - limit)
        return filler[at:at + chance.randrange(limit)]

    def maybe(limit):
        kind = chance.random()
        return None if kind < 0.05 else b"" if kind < 0.1 else octets(limit)

    for number in range(count):
        value = maybe(1024) if chance.random() < 0.9 else octets(65536)
        headers = [(f"h{chance.randrange(9)}", maybe(40)) for _ in range(chance.randrange(6))] if with_headers else []
        yield Record(chance.randrange(partitions), FIRST_TIME + number, maybe(60), value, headers)


def packed(octets):
    return struct.pack(">i", -1) if octets is None else struct.pack(">i", len(octets)) + octets


def write(path, records):
    with open(path, "wb") as file:
        for record in records:
            file.write(struct.pack(">iq", record.partition, record.timestamp))
            file.write(packed(record.key) + packed(record.value) + struct.pack(">i", len(record.headers)))
            for name, value in record.headers:
                file.write(packed(name.encode()) + packed(value))


def canonical_octets(octets):
    return "null" if octets is None else f"{len(octets)}:{zlib.crc32(octets):08x}"


def canonical(record):
    headers = ",".join(f"{name}={canonical_octets(value)}" for name, value in record.headers)
    return "\t".join([str(record.partition), str(record.timestamp), canonical_octets(record.key),
                      canonical_octets(record.value), headers])


def by_partition(lines):
    """The order that counts: within each partition."""
    partitions = {}
    for line in lines:
        partitions.setdefault(line.split("\t", 1)[0], []).append(line)
    return partitions
