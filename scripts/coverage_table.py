# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what the tests run, by package, from what `make coverage` left in build/coverage.

Usage: coverage_table.py [--least PERCENT] [--missing]

--least: exit code 1 where the whole is below it. --missing: the lines that no test runs, too.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage

ROOT = Path(__file__).resolve().parents[1]
NOTED = ROOT / "build/coverage"


def main() -> int:
    """Put the parts together and print packages, the least covered first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--least", type=float, default=0.0)
    parser.add_argument("--missing", action="store_true")
    args = parser.parse_args()
    files = measured()
    packages: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, found in files.items():
        parts = Path(name).parts
        package = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
        packages[package][0] += found["summary"]["covered_lines"]
        packages[package][1] += found["summary"]["num_statements"]
    for name, (ran, lines) in sorted(packages.items(), key=lambda p: p[1][0] / max(p[1][1], 1)):
        print(f"{name:28} {ran:6} of {lines:6}  {ran / max(lines, 1):.1%}")
    ran, lines = (sum(p[i] for p in packages.values()) for i in (0, 1))
    print(f"{'all':28} {ran:6} of {lines:6}  {ran / max(lines, 1):.1%}")
    if args.missing:
        for name, found in sorted(files.items(), key=lambda f: -len(f[1]["missing_lines"])):
            if found["missing_lines"]:
                print(name, spans(found["missing_lines"]))
    return 1 if 100.0 * ran < args.least * lines else 0


def measured() -> dict[str, Any]:
    """Coverage's own figures by file, of all parts together."""
    with tempfile.TemporaryDirectory() as folder:
        whole = coverage.Coverage(data_file=str(Path(folder) / "whole"), config_file=str(
            ROOT / "pyproject.toml"))  # fmt: skip
        parts = [str(p) for p in sorted(NOTED.glob(".coverage*"))]
        whole.combine(parts, strict=True, keep=True)
        out = Path(folder) / "whole.json"
        whole.json_report(outfile=str(out), ignore_errors=True)
        return json.loads(out.read_text("utf-8"))["files"]


def spans(lines: list[int]) -> str:
    """Runs of lines, "3, 7-9" for 3, 7, 8, 9."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


if __name__ == "__main__":
    sys.exit(main())
