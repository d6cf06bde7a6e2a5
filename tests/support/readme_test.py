#!/usr/bin/env python3
"""The code in the README is the code of tools/examples, which is compiled and run."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
shown = re.findall(r"^```cpp\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
compiled = [(ROOT / "tools" / "examples" / f"{name}.cpp").read_text() for name in ("producer", "coroutine", "consumer")]
if shown != compiled:
    sys.exit("README.md and tools/examples differ")
