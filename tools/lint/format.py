"""C++ is formatted as .clang-format says."""

import re
import shutil
import subprocess
from pathlib import Path

from source import CPP, Problem, files

TOOL = "clang-format-19"
COMPLAINT = re.compile(r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+: (?:error|warning): ", re.MULTILINE)


def check(root):
    if not shutil.which(TOOL):
        yield Problem(".clang-format", 1, f"{TOOL} is missing: run tools/setup test")
        return
    paths = files(root, CPP)
    if not paths:
        return
    style = Path(__file__).resolve().parents[2] / ".clang-format"
    done = subprocess.run([TOOL, f"--style=file:{style}", "--dry-run", "--Werror", *paths],
                          cwd=root, capture_output=True, text=True)
    seen = set()
    for match in COMPLAINT.finditer(done.stderr):
        if match["path"] not in seen:
            seen.add(match["path"])
            yield Problem(match["path"], int(match["line"]), f"not formatted: run {TOOL} -i on it")
    if done.returncode != 0 and not seen:
        yield Problem(".clang-format", 1, done.stderr.strip())
