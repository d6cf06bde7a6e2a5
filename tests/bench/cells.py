"""The cells of the matrix: which work, on what records, partitions, codec, keys, threads and broker."""

import fnmatch
from typing import NamedTuple

SIZES = (100, 1024, 10240)
PARTITIONS = (1, 12, 100, 1000)
CODECS = ("none", "lz4", "zstd", "snappy", "gzip")
THREADS = (1, 2, 3, 4)
RECORDS = {100: 1_000_000, 1024: 300_000, 10240: 40_000}
TRANSACTION = 1000  # records
PACED_RECORDS = 3000  # at 1,000 a second
QUEUED_RECORDS = 1_000_000


class Cell(NamedTuple):
    work: str  # produce, ack, copy, queue, consume, latency
    size: int = 100
    partitions: int = 12
    codec: str = "none"
    keyed: bool = False
    threads: int = 1
    reports: bool = True
    null: bool = False  # on the broker that discards

    @property
    def name(self):
        parts = [self.work, f"{self.size}B", f"{self.partitions}p"]
        if self.work == "produce":
            parts += [self.codec, "keyed" if self.keyed else "nokey", f"{self.threads}t"]
        if self.work == "consume":
            parts.append(self.codec)
        if self.work == "queue":
            parts.append("callback" if self.reports else "nocallback")
        if self.null and self.work == "produce":
            parts.append("null")
        return "-".join(parts)

    @property
    def timed(self):
        return self.work in ("ack", "latency")

    def count(self, scale):
        """Records of a run."""
        if self.work == "ack":
            return max(200, int(PACED_RECORDS * scale))
        if self.work == "latency":
            return max(20, int(2000 * scale))
        if self.work == "queue":
            return max(20_000, int(QUEUED_RECORDS * scale))
        if self.work == "copy":
            return TRANSACTION * max(1, int(50 * scale))
        whole = RECORDS[self.size] * (2 if self.work == "consume" else 1) // (4 if self.codec == "gzip" else 1)
        return max(1000, int(whole * scale))

    def source(self, count):
        """Records that must be there to read."""
        return count + max(count // TRANSACTION // 10, 1) * TRANSACTION if self.work == "copy" else count

    def rounds(self, wanted):
        if self.work == "queue":
            return 1 if wanted is None else min(wanted, 3)
        return wanted or (9 if self.work == "ack" else 3)

    def settings(self):
        """Of the client, under Kafka's names, and of the peer's program."""
        chosen = {"acks": "all", "enable.idempotence": "true", "linger.ms": "0" if self.timed else "5",
                  "compression.type": self.codec}
        if self.work == "consume":
            chosen = {}
        if self.work == "produce":
            chosen |= {"bench.threads": self.threads, "bench.keys": int(self.keyed)}
        if self.work == "queue":
            chosen |= {"bench.reports": int(self.reports), "bench.live": 1}
        return chosen


OTHERS = (
    Cell("ack", partitions=1),
    Cell("copy"),
    Cell("queue", reports=True, null=True),
    Cell("queue", reports=False, null=True),
)
READING = (*(Cell("consume", size) for size in SIZES), Cell("latency", partitions=1))
# What a change is likely to show up in, within ten minutes.
USUAL = (
    *(Cell("produce", size) for size in SIZES),
    *(Cell("produce", codec=codec) for codec in ("lz4", "zstd")),
    Cell("produce", partitions=1000, keyed=True),
    Cell("produce", keyed=True, threads=4),
    Cell("produce", null=True),
    *OTHERS,
)
# Every value of every dimension: sizes by codecs, partitions by keys, threads by keys.
AXES = (
    *(Cell("produce", size, codec=codec) for size in SIZES for codec in CODECS),
    *(Cell("produce", partitions=count, keyed=keyed) for count in PARTITIONS for keyed in (False, True)
      if (count, keyed) != (12, False)),
    *(Cell("produce", keyed=keyed, threads=threads) for threads in THREADS[1:] for keyed in (False, True)),
    *(Cell("produce", size, null=True) for size in SIZES),
    *(Cell("produce", threads=threads, null=True) for threads in THREADS[1:]),
    *OTHERS,
    *READING,
)
FULL = (
    *(Cell("produce", size, partitions, codec, keyed, threads) for size in SIZES for codec in CODECS
      for partitions in PARTITIONS for keyed in (False, True) for threads in THREADS),
    *OTHERS,
    *READING,
)


def choose(tier, patterns, null):
    """Cells of the tier, or those of all whose names begin with or match a pattern."""
    if not patterns:
        chosen = tier
    else:
        everything = dict.fromkeys((*USUAL, *AXES, *FULL, *(cell._replace(null=True) for cell in FULL
                                                            if cell.work == "produce")))
        chosen = [cell for cell in everything
                  if any(cell.name == p or fnmatch.fnmatch(cell.name, p) for p in patterns)]
    if null:
        chosen = [cell._replace(null=True) for cell in chosen if cell.work == "produce"]
    return tuple(dict.fromkeys(chosen))
