# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults from outside, tried: rows of what was seen and its kind, damaged files, and kills.

`python benchmarks/faults.py [--rows] [--only TEXT] [--damaged N] [--kills N]`; without options all
of them, with 5,000 damaged files and 60 kills. Nothing may be lost, hang, take 1 GB or 20 s, or end
in anything but a result or one line.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faults_kills
import faults_rows
import numpy as np
from common import publish
from faults_damaged import KINDS, measured

from lsmplify_core.evaluation.tables import text_table


def main() -> None:
    """Run what is asked for, print tables and what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", action="store_true", help="only the rows")
    parser.add_argument("--only", default="", help="rows whose name has this in it")
    parser.add_argument("--damaged", type=int, metavar="N", help="only N damaged files")
    parser.add_argument("--kills", type=int, metavar="N", help="only N kills of a batch")
    args = parser.parse_args()
    if not (args.rows or args.only or args.damaged or args.kills):
        every()
    if args.rows or args.only:
        _rows(args.only)
    if args.damaged:
        _damaged(args.damaged)
    if args.kills:
        _kills(args.kills)


def every() -> None:
    """All rows, 5,000 damaged files and 60 kills."""
    _rows("")
    _damaged(5000)
    _kills(60)


def _rows(only: str) -> None:
    found: list[dict[str, Any]] = []
    for group, (name, row) in faults_rows.rows():
        if only in name:
            problem = _in_folder(row)
            found.append({"group": group, "row": name, "problem": problem})
            if problem:
                print(f"  {group}: {name}: {problem}", flush=True)
    lines = [
        [group, str(len(own)), str(sum(bool(f["problem"]) for f in own))]
        for group in dict.fromkeys(f["group"] for f in found)
        if (own := [f for f in found if f["group"] == group])
    ]
    publish("faults_rows", text_table(["rows", "tried", "failures"], lines), found)


def _in_folder(row: Callable[[Path], str]) -> str:
    whole = Path(tempfile.mkdtemp(prefix="lsmplify-row-"))
    folder = whole / "work"
    folder.mkdir()
    try:
        return row(folder)
    except Exception as error:
        return f"the row itself failed: {type(error).__name__}: {error}"
    finally:
        shutil.rmtree(whole, ignore_errors=True)


def _damaged(count: int) -> None:
    each = -(-count // len(KINDS))
    found = [measured(name, each) for name in KINDS]
    head = ["damaged", "files", "refused", "read", "outside", "slowest s", "most MB"]
    lines = [
        [f["kind"], *(str(f[k]) for k in ("files", "refused", "read")), str(len(f["outside"])),
         f"{f['slowest']:.2f}", f"{f['megabytes']:.0f}"] for f in found
    ]  # fmt: skip
    total = [sum(f[k] for f in found) for k in ("files", "refused", "read")]
    outside = sum(len(f["outside"]) for f in found)
    lines.append(["all", *map(str, total), str(outside), f"{max(f['slowest'] for f in found):.2f}",
                  f"{max(f['megabytes'] for f in found):.0f}"])  # fmt: skip
    publish("faults_damaged", text_table(head, lines), found)
    for f in found:
        for seed, what in f["outside"][:5]:
            print(f"  {f['kind']} {seed}: {what}")


def _kills(count: int) -> None:
    began = time.monotonic()
    found = faults_kills.killed(count, np.random.default_rng(0))
    head = ["kills", "by", "lost", "damaged", "left after 5 s", "solved twice"]
    lines = [[str(f["kills"]), f["by"], *(str(f[k]) for k in ("lost", "damaged", "orphans",
                                                              "twice"))]
             for f in found]  # fmt: skip
    publish("faults_kills", text_table(head, lines), found)
    print(f"  {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
