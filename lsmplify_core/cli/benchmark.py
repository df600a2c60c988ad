# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify benchmark`: speed and scale of the solver on this machine."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..files.atomic import write_whole
from ..runtime.console import say_lines


def add_parser(subparsers: Any) -> None:
    """Add the subcommand's options."""
    p = subparsers.add_parser("benchmark", help="measure speed and memory on this machine")
    p.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    p.add_argument("--quick", action="store_true", help="short takes only")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, print and write."""
    from ..evaluation.speed import LENGTHS, measure
    from ..evaluation.tables import speed_table

    figures = measure(LENGTHS[:1] if args.quick else LENGTHS)
    say_lines(speed_table(figures))
    if args.json:
        text = json.dumps(figures, indent=1) + "\n"
        write_whole(args.json, lambda file: file.write(text.encode()))
    return 0
