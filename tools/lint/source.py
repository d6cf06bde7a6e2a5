"""What the lints share: the files of the tree and C++ text without comments and literals."""

import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CPP = (".cpp", ".hpp")
# A comment, a raw string, a string or a character; digit separators (1'000) are matched first.
TOKENS = re.compile(
    r"""(?P<number>\b\d[\w'.]*)|//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"""
    r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)


class Problem(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


def files(root, suffixes=None):
    """All files below root but hidden ones and the build folder, as paths relative to root."""
    found = []
    for folder, names, leaves in os.walk(root):
        names[:] = sorted(n for n in names if not n.startswith(".") and n != "__pycache__"
                          and not (n == "build" and Path(folder) == Path(root)))
        for leaf in sorted(leaves):
            if not leaf.startswith(".") and (suffixes is None or leaf.endswith(suffixes)):
                found.append(str(Path(folder, leaf).relative_to(root)))
    return found


def read(root, path):
    return Path(root, path).read_text(encoding="utf-8")


def bare(text):
    """C++ text with comments blanked and literals emptied; every line stays on its line."""
    def replace(match):
        token = match.group()
        if match.group("number"):
            return token.replace("'", "_")
        newlines = "\n" * token.count("\n")
        if token.startswith("/"):
            return " " + newlines
        return '""' + newlines if token[0] in 'R"' else "0"
    return TOKENS.sub(replace, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def closing(text, opening):
    """Position of the bracket that closes the one at `opening`, or the end of the text."""
    depth = 0
    for position in range(opening, len(text)):
        if text[position] in "([{":
            depth += 1
        elif text[position] in ")]}":
            depth -= 1
            if depth == 0:
                return position
    return len(text)
