#!/usr/bin/env python3
"""Writes config_names.txt: every key of the Java client and of librdkafka.

One line each, separated by tabs: peer, role (of Java's; librdkafka's: C, P or *), name, default. Needs a JDK and what
`tools/setup` downloads; the tests that read the file need neither.
"""
import ctypes
import glob
import os
import pathlib
import re
import subprocess
import tempfile

from kafka_schemas import DOWNLOADS, HERE

CLIENTS = "vectors-4.4.0"


def of_java():
    return subprocess.run(["java", "-cp", str(DOWNLOADS / CLIENTS / "*"), str(HERE / "java" / "ConfigNames.java")],
                          check=True, capture_output=True, text=True).stdout


def of_librdkafka():
    """The library within the wheel describes its own keys, to a FILE."""
    (library,) = glob.glob(str(DOWNLOADS / "venv/lib/python3*/site-packages/confluent_kafka.libs/librdkafka*.so*"))
    loaded, libc = ctypes.CDLL(library), ctypes.CDLL(None)
    libc.fdopen.restype = ctypes.c_void_p
    libc.fclose.argtypes = loaded.rd_kafka_conf_properties_show.argtypes = [ctypes.c_void_p]
    with tempfile.NamedTemporaryFile() as page:
        out = libc.fdopen(os.dup(page.fileno()), b"w")
        loaded.rd_kafka_conf_properties_show(out)
        libc.fclose(out)
        text = pathlib.Path(page.name).read_text(encoding="utf-8")
    for line in text.splitlines():
        row = re.match(r"^([a-z_.]+) +\| +([CP*]) +\|[^|]*\| *([^|]*?) *\|", line)
        if row:
            yield "\t".join(["librdkafka", row[2], row[1], row[3]]) + "\n"


def main():
    pathlib.Path(HERE / "config_names.txt").write_text(of_java() + "".join(of_librdkafka()), encoding="ascii")


if __name__ == "__main__":
    main()
