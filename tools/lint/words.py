"""Words that belong into no file: notes to oneself and paths outside the tree."""

import re

from source import Problem, files, read

# Written in pieces, so that this file passes its own check.
FORBIDDEN = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b|\.\./sha" r"red\b")
DATA = ("tests/vectors/", "fuzz/corpus/", "fuzz/regressions/")


def check(root):
    for path in files(root):
        if path.startswith(DATA) or path == "LICENSE":
            continue
        try:
            text = read(root, path)
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for match in FORBIDDEN.finditer(line):
                yield Problem(path, number, f"forbidden here: {match.group()}")
