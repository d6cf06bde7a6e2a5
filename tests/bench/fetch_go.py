#!/usr/bin/env python3
"""Fetches the Go toolchain that builds the franz-go peer of the benchmarks from the Go proxy.

usage: fetch_go.py FOLDER
"""

import hashlib
import io
import sys
import urllib.request
import zipfile
from pathlib import Path

VERSION = "v0.0.1-go1.27.4.linux-amd64"
SHA256 = "7ecd542f86ccbbb5017de33ac529872bc48c71f4edb658d63a18d2206f482b9b"


def main():
    folder = Path(sys.argv[1])
    url = f"https://proxy.golang.org/golang.org/toolchain/@v/{VERSION}.zip"
    with urllib.request.urlopen(url, timeout=120) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"fetch_go: {url} is not what it was")
    prefix = f"golang.org/toolchain@{VERSION}/"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            path = folder / entry.filename.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
            if path.relative_to(folder).parts[0] == "bin" or "tool" in path.relative_to(folder).parts:
                path.chmod(0o755)  # the proxy's archives do not keep it


if __name__ == "__main__":
    main()
