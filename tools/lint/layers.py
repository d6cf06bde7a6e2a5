"""Who may include whom, and where threads, clocks and third parties may appear."""

import re
from pathlib import Path

from source import CPP, Problem, bare, files, line_of, read

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
PARTS = ("protocol", "client", "serde", "retry", "tools/broker")

# The longest prefix of a file's path names its layer.
LAYERS = (
    "protocol", "client/include", "client/src/core", "client/src/runtime", "client/src/api",
    "serde/include", "serde", "retry/include", "retry",
    "tools/broker/include", "tools/broker", "tools/cli", "tools/examples", "tests/sim",
)
PUBLIC = {"protocol", "client/include", "serde/include", "retry/include"}
CLIENT = {"protocol", "client/include", "client/src/core"}
MAY_USE = {
    "protocol": {"protocol"},
    "client/include": {"protocol", "client/include"},
    "client/src/core": CLIENT,
    "client/src/runtime": CLIENT | {"client/src/runtime"},
    "client/src/api": CLIENT | {"client/src/runtime", "client/src/api"},
    "serde/include": {"protocol", "client/include", "serde/include"},
    "serde": {"protocol", "client/include", "serde/include", "serde"},
    "retry/include": PUBLIC,
    "retry": PUBLIC | {"retry"},
    "tools/broker/include": {"protocol", "tools/broker/include"},
    "tools/broker": {"protocol", "tools/broker/include", "tools/broker"},
    "tools/cli": PUBLIC | {"tools/broker/include", "tools/cli"},
    "tools/examples": PUBLIC | {"tools/broker/include", "tools/examples"},
    "tests/sim": CLIENT | {"tools/broker/include", "tools/broker", "tests/sim"},
}
# What the application of the simulation uses above the cores; no part of it waits or starts a thread there.
SIMULATED_API = ("client/src/api/consumer_handover.hpp", "client/src/api/delivery_queue.hpp")

ASIO = re.compile(r"boost/asio(/|\.hpp$)")
# The decoding proxy moves octets between sockets and is no client, so the runtime has nothing for it; examples
# show what users do, who bring an event loop.
ASIO_HOMES = ("client/src/runtime/", "tools/broker/src/front/", "tools/cli/proxy/", "tools/examples/")
ASIO_TYPES = ("boost/asio/awaitable.hpp", "boost/asio/any_io_executor.hpp")
ASIO_TYPES_HOMES = ("client/include/", "client/src/api/", "serde/", "retry/", "tools/cli/",
                    "tools/examples/", "tools/broker/include/")
HIDDEN_FROM_USERS = re.compile(r"(openssl|sasl|gssapi|boost/beast)/|(zstd|zlib|lz4\w*|snappy[\w-]*)\.h$")
THREADS = re.compile(r"(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore)$")
NOT_PURE = re.compile(r"\b(\w*clock::now|clock_gettime|gettimeofday|random_device|this_thread)\b")
PURE_HOMES = ("protocol/", "client/src/core/", "tests/sim/")
SIMULATOR_MAIN = "tests/sim/main.cpp"  # tells how long seeds take
ACCUMULATOR = ("client/src/core/producer/accumulator", "client/src/core/producer/slot_lock")


def layer_of(path):
    fitting = [name for name in LAYERS if path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def target_of(root, path, quoted, name):
    """The file of this tree that an include means, relative to root; None for others' headers."""
    folders = [str(Path(path).parent)] if quoted else []
    folders += [f"{part}/include" for part in PARTS]
    folders += [f"{part}/src" for part in PARTS] + ["tools/cli"]
    for folder in folders:
        candidate = Path(root, folder, name)
        if candidate.is_file():
            return str(candidate.resolve().relative_to(Path(root).resolve()))
    return None


def ours(root, path, quoted, name):
    layer, target = layer_of(path), target_of(root, path, quoted, name)
    used = target and layer_of(target)
    if layer == "tests/sim" and target in SIMULATED_API:
        return None
    if layer and used and used not in MAY_USE[layer]:
        return f"{layer} may not include {used} ({name})"
    if layer and layer != "tests/sim" and target and target.startswith(("tests/", "fuzz/")):
        return f"the product may not include tests ({name})"
    return None


def asio(path, name):
    if not ASIO.match(name):
        return None
    if name == "boost/asio.hpp":
        return "include the parts of Asio that are needed, never boost/asio.hpp"
    if layer_of(path) is None or path.startswith(ASIO_HOMES):
        return None
    if name in ASIO_TYPES and path.startswith(ASIO_TYPES_HOMES):
        return None
    return f"Asio belongs into {' and '.join(ASIO_HOMES)} ({name})"


def others(path, name):
    if "/include/" in path and layer_of(path) and HIDDEN_FROM_USERS.match(name):
        return f"a public header may not show {name} to users"
    if is_pure(path) and THREADS.match(name):
        return f"no threads here: <{name}>"
    return None


def is_pure(path):
    return path.startswith(PURE_HOMES) and not path.startswith(ACCUMULATOR) and path != SIMULATOR_MAIN


def misplaced(path):
    folder, found, below = path.partition("/include/")
    if found and path.endswith(".hpp") and folder in PARTS:
        wanted = f"kwire/{Path(folder).name}/"
        if not below.startswith(wanted):
            yield Problem(path, 1, f"public headers of {folder} belong into {folder}/include/{wanted}")


def check(root):
    for path in files(root, CPP):
        text = read(root, path)
        yield from misplaced(path)
        for match in INCLUDE.finditer(text):
            quoted, name = match.group(1) == '"', match.group(2)
            fault = ours(root, path, quoted, name) or asio(path, name) or others(path, name)
            if fault:
                yield Problem(path, line_of(text, match.start()), fault)
        if is_pure(path):
            code = bare(text)
            for match in NOT_PURE.finditer(code):
                yield Problem(path, line_of(code, match.start()),
                              f"time and randomness are inputs here: {match.group()}")
