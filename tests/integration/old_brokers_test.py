#!/usr/bin/env python3
"""kwire finds out what a broker of another age can do, and works with that.

usage: old_brokers_test.py KWIRE_PROGRAM VERSION
"""

import subprocess
import sys

from kafka_server import Kafka

COUNT = 2000
LINES = [f"key-{number}:value {number}" for number in range(COUNT)]


def run(kwire, *arguments, stdin=None, fails=False):
    done = subprocess.run([kwire, *arguments], input=stdin, capture_output=True, text=True, timeout=90)
    if (done.returncode != 0) != fails:
        sys.exit(f"kwire {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stderr if fails else done.stdout


def round_trip(kwire, broker, *options):
    """Produces, then consumes in a group; the second group member run resumes and finds nothing."""
    for codec in ("none", "gzip", "snappy", "lz4"):
        topic = f"old-{codec}"
        run(kwire, "produce", "-b", broker, "-t", topic, "-K", ":", "-z", codec, *options, stdin="\n".join(LINES) + "\n")
        group = ("consume", "-b", broker, "-e", "-f", "%k:%s\\n", "-X", "auto.offset.reset=earliest", *options,
                 "-G", f"g-{codec}", topic)
        got = run(kwire, *group).splitlines()
        assert sorted(got) == sorted(LINES), f"{codec}: {len(got)} of {COUNT} records came back"
        again = run(kwire, *group)
        assert again == "", f"{codec}: {len(again.splitlines())} records came again after the commit"
        print(f"ok: {codec}", flush=True)


def without_api_versions(kwire, broker):
    """0.9 leaves the question unanswered: the error has to name the way out, and that has to work."""
    short = ("-m", "20", "-X", "api.version.request.timeout.ms=2000")
    told = run(kwire, "metadata", "-b", broker, *short, fails=True)
    assert "broker.version.fallback" in told, told
    fallback = ("-X", "broker.version.fallback=0.9.0.1")
    refused = run(kwire, "consume", "-b", broker, "-e", *fallback, "-X", "api.version.request=false",
                  "-G", "long", "old-none", fails=True)
    assert "session.timeout.ms" in refused, refused
    return (*fallback, "-X", "api.version.request=false", "-X", "session.timeout.ms=30000")


def main():
    kwire, version = sys.argv[1:3]
    with Kafka(version) as kafka:
        for codec in ("none", "gzip", "snappy", "lz4"):
            kafka.create_topic(f"old-{codec}", 3)
        options = without_api_versions(kwire, kafka.bootstrap) if version.startswith("0.9") else ()
        round_trip(kwire, kafka.bootstrap, *options)


if __name__ == "__main__":
    main()
