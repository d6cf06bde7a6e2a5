#!/usr/bin/env python3
"""Finds places where two draws from the input may come in either order: as arguments of one call, or as
operands of one operator. Compilers differ there, and an input then means something else to each of them.
Elements of a braced list, and operands of && || ?: come in order everywhere.

usage: check_draws.py FILE...
"""

import re
import sys
from pathlib import Path

TOKEN = re.compile(r"\w+|&&|\|\||->|::|[^\w\s]")
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
INPUTS = ("in", "in_", "steps")
CLOSING = {"(": ")", "{": "}", "[": "]"}
CONDITIONS = ("if", "for", "while", "switch", "catch")
KEYWORDS = CONDITIONS + ("return", "sizeof", "decltype", "noexcept")
LOOKS = ("rest",)  # takes nothing
IN_ORDER = ("&&", "||", "?", ":", ";", ",")
DEFINITION = re.compile(r"\b(\w+)\([^;{}()]*\)\s*(?:const)?\s*(?:noexcept)?\s*(?:override)?\s*\{")


class Token(str):
    line = 0


class Group(list):
    """What stands between two brackets."""

    def __init__(self, bracket, line):
        super().__init__()
        self.bracket, self.line = bracket, line


def tokens(text):
    text = NOISE.sub(lambda found: "\n" * found[0].count("\n"), text)
    line, at = 1, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        token = Token(found[0])
        token.line = line
        yield token


def tree(text):
    root = Group("{", 1)
    stack = [root]
    for token in tokens(text):
        if token in CLOSING:
            stack.append(Group(str(token), token.line))
        elif len(stack) > 1 and token == CLOSING[stack[-1].bracket]:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return root


def drawing_functions(text):
    """Functions of a file that draw without naming an input at their call."""
    text = NOISE.sub("", text)
    found = set()
    for definition in DEFINITION.finditer(text):
        depth, end = 1, definition.end()
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        if definition[1] not in KEYWORDS and re.search(r"\bin_\b", text[definition.end():end]):
            found.add(definition[1])
    return found


class Checker:
    def __init__(self, text):
        self.functions = drawing_functions(text)
        self.lines = set()

    def walk(self, group):
        """Goes through statements or an expression; 1 when anything is drawn in it."""
        most = count = 0
        for place, token in enumerate(group):
            if isinstance(token, Group):
                found = self.bracket(group, place)
                count = 0 if found is None else count + found
            elif token in IN_ORDER:
                count = 0
            if count > 1:
                self.lines.add(token.line)
            most = max(most, count)
        return min(most, 1)

    def bracket(self, around, place):
        """Draws in what is between brackets; None where a statement ends with them."""
        group, before = around[place], around[place - 1] if place else None
        if group.bracket == "{":
            found = self.walk(group)
            return None if is_block(group, before, around) else found
        if before in CONDITIONS:
            self.walk(group)
            return None
        arguments = [self.walk(each) for each in arguments_of(group)]
        if group.bracket == "(" and sum(arguments) > 1:
            self.lines.add(group.line)
        return 1 if any(arguments) or self.is_draw(around, place) else 0

    def is_draw(self, around, place):
        if around[place].bracket != "(":
            return False
        at = place - 1
        if at >= 0 and around[at] == ">":  # in.number<T>()
            while at > 0 and around[at] != "<":
                at -= 1
            at -= 1
        if at < 0 or isinstance(around[at], Group) or around[at] in KEYWORDS:
            return False
        owner = around[at - 2] if at >= 2 and around[at - 1] in (".", "->", "::") else None
        if owner in INPUTS:
            return around[at] not in LOOKS
        given = any(len(each) == 1 and each[0] in INPUTS for each in arguments_of(around[place]))
        return given or (owner is None and around[at] in self.functions)


def arguments_of(group):
    part = Group(group.bracket, group.line)
    for token in group:
        if not isinstance(token, Group) and token == ",":
            yield part
            part = Group(group.bracket, group.line)
        else:
            part.append(token)
    yield part


def is_block(group, before, around):
    """Statements, not a braced list."""
    return (not group or before in ("else", "do", "try") or (before is None and around.bracket == "{")
            or any(not isinstance(token, Group) and token == ";" for token in group)
            or any(isinstance(token, Group) and token.bracket == "{" for token in group)
            and isinstance(before, Group))


def check(text):
    """Lines with draws in no order."""
    checker = Checker(text)
    checker.walk(tree(text))
    return sorted(checker.lines)


def main(names):
    found = [(name, line) for name in names for line in check(Path(name).read_text())]
    for name, line in found:
        print(f"{name}:{line}: two draws in no order; draw into variables first")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
