# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify train`: train the network on clips of AMASS format."""

import argparse
from pathlib import Path
from typing import Any

from ..runtime.errors import InputError


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("train", help="train the network (needs torch)")
    parser.add_argument("--data", type=Path, required=True, help="folder of motion clips (npz)")
    parser.add_argument("--out", type=Path, required=True, help="weights to write (npz)")
    parser.add_argument(
        "--steps",
        type=int,
        help="lessons (batches) to learn from, in one cycle; as the shipped ones if not given",
    )
    parser.add_argument(
        "--network",
        choices=("ours", "paper", "unnamed"),
        default="ours",
        help="ours, that of the paper Learnable SMPLify for comparison, or the small one that gives "
        "tracks without names to joints",
    )
    parser.add_argument(
        "--minutes", type=float, help="--network paper: end after so long if lessons are left"
    )
    parser.add_argument("--log", type=Path, help="file to append a line every 50 steps to")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; takes an hour or more."""
    try:
        from ..learning.paper.train import PaperSettings, train_paper
        from ..learning.train import CYCLES, TrainSettings, train_cycles
        from ..learning.unnamed.train import PointSettings, train_points
    except ImportError as error:
        raise InputError(
            f"training needs torch ({error}); install it with: pip install -e .[learning]"
        ) from error
    if args.steps is not None and args.steps < 1:
        raise InputError(f"--steps {args.steps} is not a number of lessons")
    if args.out.suffix != ".npz":
        raise InputError(f"{args.out}: weights are written as .npz")
    if args.minutes is not None and (args.network != "paper" or not args.minutes > 0):
        raise InputError("--minutes belongs to --network paper, and is more than none")
    if args.network == "unnamed":
        points = PointSettings() if args.steps is None else PointSettings(steps=args.steps)
        train_points(args.data, args.out, points)
        return 0
    if args.network == "paper":
        steps = PaperSettings.steps if args.steps is None else args.steps
        settings = PaperSettings(steps=steps, minutes=args.minutes)
        train_paper(args.data, args.out, settings, args.log)
        return 0
    cycles = CYCLES if args.steps is None else (TrainSettings(steps=args.steps),)
    train_cycles(args.data, args.out, cycles, args.log)
    return 0
