"""Limits of size, and ASCII only."""

import re

from source import CPP, Problem, bare, files, line_of, read

CODE = (*CPP, ".py", ".sh", "meson.build")
MAX_SOURCE, MAX_HEADER, MAX_TEST, MAX_FUNCTION = 500, 250, 700, 60
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
SCOPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:class|struct|union|enum|namespace|extern)\b|=\s*$", re.DOTALL)
ACCESS = re.compile(r"^\s*(?:(?:public|private|protected):\s*)*")


def limit_of(path):
    if path.startswith("tests/"):
        return MAX_TEST
    return MAX_HEADER if path.endswith(".hpp") else MAX_SOURCE


def functions(code):
    """First and last position of each function. Relies on the format: a body's brace follows a space,
    that of a member initialiser does not."""
    head, open_braces = 0, []
    for position, char in enumerate(code):
        if char == "{":
            kind, start = brace_kind(code, head, position, inside="function" in dict(open_braces))
            open_braces.append((kind, start))
            if kind == "scope":
                head = position + 1
        elif char == "}" and open_braces:
            kind, start = open_braces.pop()
            if kind == "function":
                yield start, position
            if kind in ("function", "scope"):
                head = position + 1
        elif char == ";" and "function" not in dict(open_braces):
            head = position + 1


def brace_kind(code, head, position, inside):
    start = head + ACCESS.match(code[head:position]).end()
    text = code[start:position]
    if inside or not text[-1:].isspace() and text:
        return "inner", start
    if "(" in text and not SCOPE.search(text):
        return "function", start
    return "scope", start


def check_text(path, text):
    lines = text.count("\n")
    limit = limit_of(path)
    if lines > limit:
        yield Problem(path, 1, f"{lines} lines, {limit} allowed: split by responsibility")
    code = PREPROCESSOR.sub(lambda match: "\n" * match.group().count("\n"), bare(text))
    for start, end in functions(code):
        first, last = line_of(code, start), line_of(code, end)
        if last - first + 1 > MAX_FUNCTION:
            yield Problem(path, first, f"function of {last - first + 1} lines, {MAX_FUNCTION} allowed")


def check(root):
    for path in files(root, CODE):
        text = read(root, path)
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.isascii():
                yield Problem(path, number, "not ASCII")
        if path.endswith(CPP):
            yield from check_text(path, text)
