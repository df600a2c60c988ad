# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify convert-checkpoint`: the official Learnable SMPLify weights as a file of ours."""

import argparse
from pathlib import Path
from typing import Any

from ...runtime.console import say
from ...runtime.errors import InputError


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "convert-checkpoint",
        help="official Learnable SMPLify weights to weights of `evaluate --method paper`",
    )
    parser.add_argument("checkpoint", type=Path, metavar="FILE", help="best_ckpt.pth.tar")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("paper.npz"), help="weights to write (npz)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Convert and say how to use the result."""
    try:
        from ...learning.paper.convert import convert_checkpoint
    except ImportError as error:
        raise InputError(
            f"reading a checkpoint needs torch ({error}); "
            "install it with: pip install -e .[learning]"
        ) from error
    if args.output.suffix != ".npz":
        raise InputError(f"{args.output}: weights are written as .npz")
    count = convert_checkpoint(args.checkpoint, args.output)
    say(
        f"{args.output}: {count:,} weights; set LSMPLIFY_PAPER_WEIGHTS={args.output} "
        "for `lsmplify evaluate --method paper`"
    )
    return 0
