# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify benchmark`: speed and scale of the solver on this machine."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...files.atomic import write_whole
from ...ik.backend import DEVICES, NUMPY
from ...runtime.console import say, say_lines
from ...runtime.errors import InputError


def add_parser(subparsers: Any) -> None:
    """Add the subcommand's options."""
    p = subparsers.add_parser("benchmark", help="measure speed and memory on this machine")
    p.add_argument("--only", nargs="+", metavar="PART",
                   help="of floor, start, stages, frames, tracks, people and threads, all where "
                        "not given; and device, which compares --device with NumPy")  # fmt: skip
    for name, what in (
        ("frames", "lengths of takes"), ("tracks", "tracks of a person"),
        ("people", "people in a file"), ("threads", "threads of the process"),
    ):  # fmt: skip
        p.add_argument(f"--{name}", nargs="+", type=int, metavar="N",
                       help=f"{what} to measure")  # fmt: skip
    p.add_argument("--job", type=int, metavar="N", help="frames of a take where they don't vary")
    p.add_argument("--repeats", type=int, metavar="N", help="the median of so many counts")
    p.add_argument("--data", type=Path, metavar="DIR",
                   help="AMASS-format motions to make the takes of; somebody strolls where not "
                        "given")  # fmt: skip
    p.add_argument("--device", choices=DEVICES, default=NUMPY,
                   help="where the takes' network and refinement are computed (default: numpy); "
                   "cpu, cuda and mps by PyTorch")  # fmt: skip
    p.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    p.add_argument("--plots", type=Path, metavar="DIR", help="draw the curves here (PNG)")
    p.add_argument("--quick", action="store_true", help="short takes only, once each")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, print, draw and write."""
    from ...evaluation.scale.plots import draw
    from ...evaluation.scale.suites import PARTS, QUICK, Sizes, measure
    from ...evaluation.scale.tables import as_text

    sizes = QUICK if args.quick else Sizes()
    told = {name: tuple(getattr(args, name)) for name in ("frames", "tracks", "people", "threads")
            if getattr(args, name) is not None}  # fmt: skip
    told |= {name: getattr(args, name) for name in ("job", "repeats", "data")
             if getattr(args, name) is not None}  # fmt: skip
    for name, value in told.items():
        _check(name, value)
    found = measure(
        replace(sizes, device=args.device, **told),
        args.only or PARTS,
        lambda line: say(f"… {line}", error=True),
    )
    say_lines(as_text(found))
    if args.json:
        text = json.dumps(found, indent=1) + "\n"
        write_whole(args.json, lambda file: file.write(text.encode()))
    if args.plots:
        draw(found, args.plots)
    return 0


_MOST = {"frames": 10_000_000, "tracks": 1000, "people": 30, "threads": 8, "job": 10_000_000,
         "repeats": 100}  # fmt: skip
_LEAST = {"tracks": 8, "frames": 20, "job": 100}


def _check(name: str, value: Any) -> None:
    if name == "data":
        return
    low, high = _LEAST.get(name, 1), _MOST[name]
    for number in value if isinstance(value, tuple) else (value,):
        if not low <= number <= high:
            raise InputError(f"--{name} {number} is not a number from {low} to {high:,}")
