#!/usr/bin/env python3
"""The lints catch what they are for and leave the rest alone."""

import tempfile
import unittest
from pathlib import Path

import coroutines
import format
import layers
import modes
import sizes
import twins
import words


class Lints(unittest.TestCase):
    def problems(self, lint, tree):
        """Texts of the problems a lint finds in a tree of {path: content}."""
        with tempfile.TemporaryDirectory() as root:
            for path, content in tree.items():
                file = Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
                file.chmod(0o755 if path.endswith("+x") else 0o644)
            return [problem.text for problem in lint.check(root)]

    def caught(self, lint, path, content):
        self.assertEqual(1, len(self.problems(lint, {path: content})), content)

    def fine(self, lint, path, content):
        self.assertEqual([], self.problems(lint, {path: content}), content)


class Layers(Lints):
    api = "client/include/kwire/client/producer.hpp"
    core = "client/src/core/connection.cpp"

    def test_asio_has_two_homes(self):
        tcp = "#include <boost/asio/ip/tcp.hpp>\n"
        self.fine(layers, "client/src/runtime/tcp.cpp", tcp)
        self.fine(layers, "tools/broker/src/front/server.cpp", tcp)
        self.fine(layers, "tests/broker/produce_test.cpp", tcp)
        for path in (self.api, self.core, "protocol/src/x.cpp", "tools/cli/main.cpp", "client/src/api/x.cpp"):
            self.caught(layers, path, tcp)
        self.fine(layers, self.api, "#include <boost/asio/awaitable.hpp>\n")
        self.caught(layers, self.core, "#include <boost/asio/awaitable.hpp>\n")
        self.caught(layers, "client/src/runtime/tcp.cpp", "#include <boost/asio.hpp>\n")

    def test_public_headers_hide_third_parties(self):
        for header in ("openssl/ssl.h", "sasl/sasl.h", "zstd.h", "lz4frame.h", "snappy-c.h"):
            self.caught(layers, self.api, f"#include <{header}>\n")
        self.fine(layers, "protocol/src/records/codec.cpp", "#include <zstd.h>\n")

    def test_core_has_no_threads_and_no_clock(self):
        self.caught(layers, self.core, "#include <mutex>\n")
        self.caught(layers, self.core, "auto t = std::chrono::steady_clock::now();\n")
        self.fine(layers, self.core, "// not steady_clock::now()\n")
        self.fine(layers, "client/src/core/producer/accumulator.cpp", "#include <mutex>\n")
        self.fine(layers, "client/src/api/handle.cpp", "#include <mutex>\n")

    def test_who_may_include_whom(self):
        tree = {self.api: "", "client/src/core/x.hpp": "", "client/src/api/y.hpp": ""}
        up = {"protocol/src/x.cpp": "#include <kwire/client/producer.hpp>\n"}
        broker = {"tools/broker/src/x.cpp": '#include "core/x.hpp"\n'}
        core = {"client/src/core/z.cpp": '#include "api/y.hpp"\n'}
        for bad in (up, broker, core):
            self.assertEqual(1, len(self.problems(layers, tree | bad)), bad)
        self.assertEqual([], self.problems(layers, tree | {"client/src/api/z.cpp": '#include "core/x.hpp"\n'}))

    def test_public_headers_have_their_place(self):
        self.caught(layers, "client/include/kwire/producer.hpp", "")
        self.fine(layers, "tools/broker/include/kwire/broker/broker.hpp", "")


class Coroutines(Lints):
    def body(self, text):
        return f"awaitable<void> f() {{\n  {text}\n}}\n"

    def test_traps(self):
        for trap in ("if (co_await f()) g();", "if (!co_await f()) g();", "while (co_await f()) g();",
                     "do { g(); } while (co_await f());", "switch (co_await f()) {}",
                     "if (auto r = h(); co_await f(r)) g();",
                     "co_await f(opts{1, 2});", "co_await f({.topic = t});", "auto r = co_await f(opts{});",
                     "co_await co_spawn(ex, [s]() -> awaitable<void> { co_return; });",
                     "co_return co_await f([&] { return 1; });"):
            self.caught(coroutines, "client/src/runtime/x.cpp", self.body(trap))

    def test_safe_forms(self):
        for safe in ("auto r = co_await f(); if (r) g();", "if (auto r = co_await f(); r) { g(opts{1}); }",
                     "auto [ec, n] = co_await s.read(b, as_tuple(use_awaitable));",
                     "for (;;) { co_await f(); g({1}); }", "co_await f(a[i], b[0]);",
                     "if (x) { co_await f(); } else { g({1}); }", "co_await f(); // if (co_await f())",
                     "co_await f([] { return opts{1}; });", "auto o = opts{1}; co_await f(std::move(o));"):
            self.fine(coroutines, "client/src/runtime/x.cpp", self.body(safe))


class Sizes(Lints):
    def function(self, lines):
        return "int f(int x)\n    : a_{x}, b_{(x)} {\n" + "  g({1});\n" * (lines - 3) + "}\n"

    def test_files(self):
        self.caught(sizes, "client/src/core/x.cpp", "\n" * 501)
        self.caught(sizes, "client/src/core/x.hpp", "\n" * 251)
        self.caught(sizes, "tests/unit/x_test.cpp", "\n" * 701)
        self.fine(sizes, "tests/unit/x_test.cpp", "\n" * 700)

    def test_functions(self):
        self.fine(sizes, "client/src/core/x.cpp", self.function(60))
        self.caught(sizes, "client/src/core/x.cpp", self.function(61))
        self.caught(sizes, "client/src/core/x.cpp", "namespace a {\nclass b {\n public:\n" + self.function(61) + "};\n}\n")
        self.fine(sizes, "client/src/core/x.cpp", "namespace a {\n" + 9 * self.function(20) + "}\n")
        self.fine(sizes, "client/src/core/x.cpp",
                  'class [[gnu::visibility("default")]] b {\n' + "  int f() { return g(); }\n" * 99 + "};\n")
        self.fine(sizes, "client/src/core/x.cpp", "const int t[] = {\n" + "  f(1),\n" * 99 + "};\n")

    def test_ascii(self):
        self.caught(sizes, "client/src/core/x.cpp", "// caf\u00e9\n")


class Others(Lints):
    def test_twins(self):
        source = {"client/src/core/group/member.cpp": ""}
        self.assertEqual(1, len(self.problems(twins, source)))
        self.assertEqual([], self.problems(twins, source | {"tests/unit/client/core/group/member_test.cpp": ""}))
        self.assertEqual(1, len(self.problems(twins, source | {"tests/broker/member_test.cpp": ""})))
        claim = {"tests/unit/client/core/group/all_test.cpp": "// Tests: other.cpp, member.cpp\n"}
        self.assertEqual([], self.problems(twins, source | claim))
        driver = {"client/src/runtime/driver.cpp": "", "tests/broker/driver_test.cpp": ""}
        self.assertEqual([], self.problems(twins, driver))
        self.fine(twins, "protocol/src/messages/fetch.cpp", "")

    def test_format(self):
        self.caught(format, "client/src/x.cpp", "int  x;\n")
        self.fine(format, "client/src/x.cpp", "int x;\n")

    def test_words(self):
        for word in ("TO" + "DO", "FIX" + "ME", "X" * 3, "../sha" + "red"):
            self.caught(words, "client/README.md", f"see {word} there\n")
        self.fine(words, "tools/x", "mktemp -d /tmp/x.XXXXXX\n")

    def test_modes(self):
        self.caught(modes, "tools/script", "#!/bin/sh\n")
        self.caught(modes, "tools/text+x", "text\n")
        self.fine(modes, "tools/script+x", "#!/bin/sh\n")


if __name__ == "__main__":
    unittest.main()
