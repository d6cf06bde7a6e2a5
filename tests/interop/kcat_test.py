#!/usr/bin/env python3
"""kwire and kcat read each other's text records, with kcat's own length tokens, and print them alike.

usage: kcat_test.py KWIRE_PROGRAM [BROKER]
"""

import os
import subprocess
import sys
import uuid

FORMAT = "%t|%p|%o|%K|%k|%S|%s|%h\\n"
LINES = [f"key-{number}:{'x' * (number % 300)}{number}" for number in range(5000)]


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, timeout=60).stdout


def main():
    kwire = sys.argv[1]
    broker = sys.argv[2] if len(sys.argv) > 2 else os.environ["KWIRE_TEST_KAFKA"]
    text = "\n".join(LINES) + "\n"
    for codec in ("none", "gzip", "snappy", "lz4"):
        topic = f"kcat-{uuid.uuid4().hex}"
        run(kwire, "topics", "create", "-b", broker, topic, "-p", "1")
        run(kwire, "produce", "-b", broker, "-t", topic, "-K", ":", "-H", "a=b", "-z", codec, stdin=text)
        run("kcat", "-P", "-b", broker, "-t", topic, "-K", ":", "-H", "a=b", "-z", codec, stdin=text)
        by_kcat = run("kcat", "-C", "-q", "-e", "-b", broker, "-t", topic, "-o", "beginning", "-f", FORMAT)
        by_kwire = run(kwire, "consume", "-q", "-e", "-b", broker, "-t", topic, "-o", "beginning", "-f", FORMAT)
        assert len(by_kcat.splitlines()) == 2 * len(LINES), f"{codec}: kcat read {len(by_kcat.splitlines())}"
        assert by_kwire == by_kcat, f"{codec}: kwire and kcat print differently"
        for number, line in enumerate(by_kcat.splitlines()[:len(LINES)]):
            key, value = LINES[number].split(":")
            assert line == f"{topic}|0|{number}|{len(key)}|{key}|{len(value)}|{value}|a=b", line
        print(f"ok: {codec}", flush=True)


if __name__ == "__main__":
    main()
