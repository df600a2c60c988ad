# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify summary`: the results in a folder, the worst first, as a table, JSON, CSV or a page."""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ...evaluation.tables import text_table
from ...files.atomic import write_whole
from ...review.folder_summary import Row, counted, summarised
from ...review.summary_page import summary_page
from ...runtime.console import one_line, say, say_lines

_COLUMNS: Final = ("take", "verdict", "frames", "rate", "mean_mm", "p95_mm", "max_mm", "seconds",
                   "why")  # fmt: skip


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("summary", help="the results in a folder, the worst first")
    parser.add_argument("folder", type=Path, metavar="OUT", help="folder that solve wrote into")
    parser.add_argument("--reports", type=Path, metavar="DIR",
                        help="folder of the reports, where the folder's manifest does not "
                             "tell")  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE",
                        help="write a page with pictures and error curves, in one "
                             "file")  # fmt: skip
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table and write what was asked for."""
    rows = summarised(args.folder, args.reports)
    if args.json is not None:
        text = json.dumps([row.to_json() for row in rows], indent=1) + "\n"
        write_whole(args.json, lambda file: file.write(text.encode()))
    if args.html is not None:
        page = summary_page(rows, args.folder.resolve().name)
        write_whole(args.html, lambda file: file.write(page.encode("utf-8", "replace")))
    if args.csv:
        say_lines(_csv(rows).rstrip("\n"))
        return 0
    say_lines(_table(rows))
    say(", ".join(f"{n} {grade}" for grade, n in counted(rows).items() if n))
    return 0


def _table(rows: Sequence[Row]) -> str:
    """Columns for a terminal; why is cut to the first reason."""
    head = ["take", "verdict", "frames", "mean mm", "p95 mm", "s", "  why"]
    lines = [
        [
            one_line(row.take, 40), row.verdict, str(row.frames or ""), _short(row, "mean"),
            _short(row, "p95"), "" if row.seconds is None else f"{row.seconds:.1f}",
        ] for row in rows
    ]  # fmt: skip
    text = text_table(head[:-1], lines).split("\n")
    why = [head[-1], *(f"  {one_line(_first(row), 100)}" for row in rows)]
    width = max(len(line) for line in text)
    return "\n".join((t.ljust(width) + w).rstrip() for t, w in zip(text, why, strict=True))


def _csv(rows: Sequence[Row]) -> str:
    """All reasons of a row in one cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        why = row.error or "; ".join(str(r["text"]) for r in row.reasons)
        figures = [_short(row, key) for key in ("mean", "p95", "max")]
        seconds = "" if row.seconds is None else f"{row.seconds:.2f}"
        cells = [row.take, row.verdict, row.frames or "", f"{row.rate:g}", *figures, seconds, why]
        writer.writerow([one_line(c) for c in cells])
    return text.getvalue()


def _short(row: Row, key: str) -> str:
    return f"{row.error_mm[key]:.1f}" if row.error_mm else ""


def _first(row: Row) -> str:
    if row.error:
        return row.error
    more = f" (and {len(row.reasons) - 1} more)" if len(row.reasons) > 1 else ""
    return f"{row.reasons[0]['text']}{more}" if row.reasons else ""
