"""Coroutine forms that g++ 12.2 miscompiles without a warning."""

import re

from source import CPP, Problem, bare, closing, files, line_of, read

CONDITION = re.compile(r"\b(if|while|switch)\s*(?:constexpr\s*)?(?=\()")
AWAIT = re.compile(r"\bco_await\b")


def top_level_parts(text):
    """Splits the inside of brackets at the semicolons that stand in no inner brackets."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == ";" and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def awaits_in_conditions(code):
    for match in CONDITION.finditer(code):
        inside = code[match.end() + 1:closing(code, match.end())]
        if AWAIT.search(top_level_parts(inside)[-1]):
            yield match.start(), f"co_await in the condition of {match.group(1)}: name the result first"


def is_lambda(code, position):
    before = code[:position].rstrip()
    return not code.startswith("[[", position) and not re.search(r"[\w)\]\[]$", before)


def after_lambda(code, position):
    """Position behind the body of the lambda that starts at `position`."""
    body = code.find("{", closing(code, position))
    return closing(code, body) + 1 if body >= 0 else len(code)


def faults_of_await(code, start):
    """What is wrong between a co_await and the end of its full expression."""
    position, depth = start, 0
    while position < len(code):
        char = code[position]
        if char == "[" and is_lambda(code, position):
            if code[position + 1:closing(code, position)].strip():
                yield position, "capturing lambda in a co_await expression: name the lambda first"
            position = after_lambda(code, position)
            continue
        if char == "{":
            yield position, "braced temporary in a co_await expression: name it and std::move it"
            position = closing(code, position)
        elif char in "([":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0 and (char == "}" or ends_expression(code, position)):
                return
        elif char == ";":
            return
        position += 1


def ends_expression(code, position):
    """Whether a closing bracket ends a statement's head, as in `if (auto r = co_await f(); r) {`."""
    return re.match(r"\s*(\{|co_|return\b|[\w:]+\s*[(=.])", code[position + 1:]) is not None


def check_text(path, text):
    code = bare(text)
    faults = list(awaits_in_conditions(code))
    for match in AWAIT.finditer(code):
        faults += faults_of_await(code, match.end())
    for position, fault in sorted(set(faults)):
        yield Problem(path, line_of(code, position), fault)


def check(root):
    for path in files(root, CPP):
        text = read(root, path)
        if AWAIT.search(text):
            yield from check_text(path, text)
