"""Every source has its test: one of its own name in the mirrored folder, or one that says in a comment line
`// Tests: a.cpp, ../b.cpp` which further sources, seen from its folder, it stands for."""

import os.path
import re
from pathlib import Path

from source import Problem, files

# Declarative descriptions, tested all at once by going through the list of messages.
EXEMPT = ("protocol/src/messages/",)
# May be tested over sockets, against the embedded broker, instead.
OVER_SOCKETS = ("client/src/runtime/", "client/src/api/", "tools/cli/", "tools/broker/src/")
SOURCES = ("protocol/src/", "client/src/", "serde/src/", "retry/src/", "tools/broker/src/", "tools/cli/")
CLAIM = re.compile(r"^// Tests: (.+)$", re.MULTILINE)


def needs_twin(path):
    leaf = Path(path).name
    return (path.startswith(SOURCES) and not path.startswith(EXEMPT)
            and leaf != "main.cpp" and not leaf.endswith("_impl.cpp"))


def twin_of(path):
    """protocol/src/wire/x.cpp -> tests/unit/protocol/wire/x_test.cpp"""
    folder = str(Path(path).parent).replace("/src", "", 1)
    return f"tests/unit/{folder}/{Path(path).stem}_test.cpp"


def claimed_by(root, tests):
    """Twins that a test stands for: those its name says, and those of the sources it claims."""
    for test in tests:
        yield test
        for names in CLAIM.findall((Path(root) / test).read_text()):
            for name in names.split(","):
                yield os.path.normpath(Path(test).parent / f"{name.strip().removesuffix('.cpp')}_test.cpp")


def check(root):
    sources = files(root, ".cpp")
    tests = [path for path in sources if path.startswith("tests/")]
    twins = set(claimed_by(root, tests))
    over_sockets = {Path(path).name for path in twins if path.startswith("tests/broker/")}
    for path in filter(needs_twin, sources):
        twin = twin_of(path)
        if twin in twins or path.startswith(OVER_SOCKETS) and Path(twin).name in over_sockets:
            continue
        instead = ", or a test of that name under tests/broker" if path.startswith(OVER_SOCKETS) else ""
        yield Problem(path, 1, f"no test twin: expected {twin}{instead}")
