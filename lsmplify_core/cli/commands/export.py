# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify export`: a motion npz in other formats."""

import argparse
from pathlib import Path
from typing import Any

from ...motion.export import export
from ...motion.motion import load_motion
from ...runtime.console import say, shown
from ...runtime.errors import InputError


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("export", help="write a motion npz as BVH")
    parser.add_argument("file", type=Path, metavar="FILE.npz")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.bvh")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    if args.out.suffix.lower() != ".bvh":
        raise InputError(f"{args.out}: the formats written are .bvh")
    export(load_motion(args.file), args.out)
    say(f"{shown(args.file)} → {args.out}")
    return 0
