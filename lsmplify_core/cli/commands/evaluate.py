# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify evaluate`: the metrics on AMASS-format clips, one row a method."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ...body.smpl_file import load_smpl_file
from ...files.atomic import write_whole
from ...ik.backend import DEVICES, NUMPY, check_device, check_processes, one_process
from ...layouts.layout import load_layout
from ...runtime.console import say_lines, say_over
from ...runtime.errors import InputError
from ...runtime.threads import workers


def add_parser(subparsers: Any) -> None:
    """Add the subcommand's options."""
    from ...evaluation.protocols import PROTOCOLS

    p = subparsers.add_parser("evaluate", help="measure methods on AMASS-format clips")
    p.add_argument("--data", type=Path, required=True,
                   help="folder of AMASS npz files, or of 3DPW's or RICH's pickles")  # fmt: skip
    p.add_argument("--layout", default="BODY_25", help="name or JSON file (default: BODY_25)")
    p.add_argument("--protocol", choices=PROTOCOLS, default="sequential")
    p.add_argument("--method", nargs="+", action="extend", metavar="M",
                   help="default, learned, gauss-newton, copy (default: default); several, or the "
                   "option repeated")  # fmt: skip
    p.add_argument("--convention", choices=("anatomical", "source"), default="anatomical",
                   help="bring truth and result into the anatomical convention, or compare them as "
                   "they are (default: anatomical)")  # fmt: skip
    p.add_argument("--noise-mm", type=float, default=0.0, help="noise along each axis")
    p.add_argument("--dropout", type=float, default=0.0, help="share of samples missing, 0 to 0.95")
    p.add_argument("--contacts", choices=("auto", "off"), default="off",
                   help="hold the feet of every method's result where they stand")  # fmt: skip
    p.add_argument("--subset", default="", help="only clips whose path contains this")
    p.add_argument("--rate", type=float, help="resample the clips to this many frames per second")
    p.add_argument("--proportions", type=float, default=0.0, metavar="S",
                   help="spread of random body proportions, as 0.08; with --body of betas, as "
                        "1")  # fmt: skip
    p.add_argument("--body", type=Path, metavar="FILE", help="SMPL, SMPL-H or SMPL-X model: the "
                   "clips' people are of it, and PVE is measured on its mesh")  # fmt: skip
    p.add_argument("--known-body", action="store_true", help="give methods the true body")
    p.add_argument("--given-first", action="store_true", help="sequential: give methods the body, "
                   "the first pose and every frame's place, as the paper's are")  # fmt: skip
    p.add_argument("--starts", type=Path, metavar="DIR", help="plugin: start from these results of "
                   "another estimator, NAME.npz or NAME.pkl a clip")  # fmt: skip
    p.add_argument("--device", choices=DEVICES, default=NUMPY,
                   help="where default, learned and gauss-newton compute: numpy, or by PyTorch on "
                   "this device; a GPU serves one process (default: numpy)")  # fmt: skip
    p.add_argument("--jobs", type=int, metavar="N", help="processes at a time, for more than a few "
                   "clips (default: one on each core that may be used); frames/s is of all of "
                   "them")  # fmt: skip
    p.add_argument("--json", type=Path, metavar="FILE", help="write the rows here")
    p.add_argument("--by-clip", type=Path, metavar="FILE.csv", help="write one line a clip here")
    p.add_argument("--by-joint", action="store_true", help="print errors by joint")
    p.add_argument("--by-frame", action="store_true", help="print errors by frame index (drift)")
    p.add_argument("--more", action="store_true", help="print acceleration, hidden points, floor")
    p.add_argument("--worst", type=int, default=0, metavar="N", help="print the N worst clips")
    p.add_argument("--plots", type=Path, metavar="DIR", help="draw errors by joint, by frame, by "
                   "clip and of the worst clips into this folder, as PNG (matplotlib)")  # fmt: skip
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate, print and write what was asked for."""
    from ...evaluation import plots, tables
    from ...evaluation.protocols import Conditions
    from ...evaluation.run import evaluate

    _check(args)
    model = None if args.body is None else load_smpl_file(args.body)
    conditions = Conditions(load_layout(args.layout), args.noise_mm, args.dropout, args.contacts)
    groups = evaluate(
        args.data, conditions, args.protocol, tuple(dict.fromkeys(args.method or ["default"])),
        args.subset, args.rate, args.proportions, args.known_body,
        _tell if sys.stderr.isatty() else _quiet, model, args.given_first, args.starts,
        args.convention, args.jobs or (1 if one_process(args.device) else workers()), args.device,
    )  # fmt: skip
    rows = [group.row() for group in groups]
    say_lines(tables.rows_table(rows))
    say_lines("\n" + tables.anatomy_table(groups))
    if args.more:
        say_lines("\n" + tables.more_table(groups))
    for group in groups:
        if args.by_joint:
            say_lines("\n" + tables.joint_table(group))
        if args.by_frame:
            say_lines("\n" + tables.frame_table(group))
        if args.worst:
            say_lines("\n" + tables.worst_table(group, args.worst))
    if args.json:
        text = json.dumps(rows, indent=1, allow_nan=False) + "\n"
        write_whole(args.json, lambda file: file.write(text.encode()))
    if args.by_clip:
        tables.write_clips_csv(groups, args.by_clip)
    if args.plots:
        plots.draw(groups, args.plots)
    return 0


def _check(args: argparse.Namespace) -> None:
    if not 0 <= args.noise_mm < 1000:
        raise InputError(f"--noise-mm {args.noise_mm}: it must be from 0 to 1000")
    if not 0 <= args.dropout <= 0.95:
        raise InputError(f"--dropout {args.dropout}: it is a share, from 0 to 0.95")
    most = 0.5 if args.body is None else 3.0
    if not 0 <= args.proportions <= most:
        raise InputError(f"--proportions {args.proportions}: it must be from 0 to {most}")
    if args.given_first and args.protocol != "sequential":
        raise InputError("--given-first belongs to --protocol sequential")
    if args.starts is not None and args.protocol != "plugin":
        raise InputError("--starts belongs to --protocol plugin")
    if args.jobs is not None and args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give 1 or more processes")
    check_processes(args.device, args.jobs or 1)
    check_device(args.device)
    if args.rate is not None and not 0 < args.rate <= 10000:
        raise InputError(f"--rate {args.rate}: it must be a number of frames per second")


def _tell(line: str) -> None:
    say_over(line)


def _quiet(line: str) -> None:
    del line
