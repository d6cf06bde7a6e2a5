"""Scripts are executable, and nothing else is."""

import os
from pathlib import Path

from source import Problem, files


def check(root):
    for path in files(root):
        full = Path(root, path)
        with full.open("rb") as file:
            script = file.read(2) == b"#!"
        executable = os.access(full, os.X_OK) and full.stat().st_mode & 0o111 != 0
        if script and not executable:
            yield Problem(path, 1, "a script that is not executable")
        if executable and not script:
            yield Problem(path, 1, "executable, but not a script")
