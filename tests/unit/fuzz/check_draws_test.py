#!/usr/bin/env python3
"""fuzz/check_draws.py finds draws that come in no order, and nothing else."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "fuzz"))
import check_draws  # noqa: E402

BAD = (
    "call(in.number<int>(), in.flag());",
    "call(static_cast<int>(in_.below(4)), 1, in_.flag());",
    "call({in.below(3)}, in.below(4));",
    "auto x = in.below(3) + in.below(4);",
    "auto x = static_cast<int>(in_.below(3)) - (in_.empty() ? 1 : 0);",
    "call(pick(info, in), in.flag());",
    "if (in.flag()) { call(other, in.text(), in.take(3)); }",
    "run([&] { call(in.text(), in.flag()); });",
    "struct a { int own() { return in_.below(3); }\n void use() { call(own(), own()); } };",
)
GOOD = (
    "const auto a = in.below(3); const auto b = in.below(4); call(a, b);",
    "call({in.below(3), in.below(4)});",
    "record made{in.below(3), in.flag()};",
    "auto x = in.take(in.below(8));",
    "if (in.flag() && in.below(3) == 0) x = in.below(4);",
    "x = in.flag() ? in.below(3) : in.below(4);",
    "switch (in.below(3)) { case 0: call(in.flag()); break; default: call(in.text()); }",
    "while (!in.empty()) x = in.flag();",
    "call(in, [&] { other(in.flag()); });",
    "for (auto left = in.below(3); left > 0; --left) call(in.flag());",
    "call(in.rest(), in.flag());  // in.below(1) + in.below(2)",
)


class CheckDraws(unittest.TestCase):
    def test_finds_draws_in_no_order(self):
        for text in BAD:
            with self.subTest(text):
                self.assertNotEqual([], check_draws.check("void f() {\n" + text + "\n}"))

    def test_is_content_with_draws_in_order(self):
        for text in GOOD:
            with self.subTest(text):
                self.assertEqual([], check_draws.check("void f() {\n" + text + "\n}"))

    def test_names_the_line(self):
        self.assertEqual([3], check_draws.check("void f() {\n\ncall(in.flag(), in.flag());\n}"))


if __name__ == "__main__":
    unittest.main()
