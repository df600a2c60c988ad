# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify train`: train a network on clips of AMASS format, or prepare the clips.

lsmplify train --data CLIPS --out FILE.npz
lsmplify train prepare --data AMASS --out SHARDS
torchrun --nproc-per-node 4 -m lsmplify_core train --data SHARDS --out FILE.npz
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...runtime.errors import InputError


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("train", help="train the network (needs torch)")
    parser.add_argument("what", nargs="?", choices=("prepare",),
                        help="prepare: read the clips once and write shards to train "
                             "from")  # fmt: skip
    parser.add_argument("--data", type=Path, required=True,
                        help="folder of motion clips (npz), or of shards")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True,
                        help="weights to write (npz), a checkpoint beside them; with prepare, a "
                             "folder")  # fmt: skip
    parser.add_argument("--network", choices=("ours", "paper", "unnamed", "denoiser"),
                        help="ours, that of the paper Learnable SMPLify for comparison, the "
                             "small "
                        "one that gives tracks without names to joints, or the one that corrects "
                        "poses of noisy takes")  # fmt: skip
    parser.add_argument("--config", metavar="NAME|FILE.toml",
                        help="settings of all cycles: a shipped configuration or a "
                             "file")  # fmt: skip
    parser.add_argument("--steps", type=int,
                        help="lessons (batches) to learn from, in one cycle; as the shipped ones "
                             "if "
                        "not given")  # fmt: skip
    parser.add_argument("--epochs", type=int, help="--network paper: times over all frames")
    parser.add_argument("--minutes", type=float,
                        help="--network paper: end after so long if lessons are left")  # fmt: skip
    parser.add_argument("--seed", type=int, help="of all random numbers; cycle i has seed + i")
    parser.add_argument("--precision", choices=("bf16", "fp32"),
                        help="of the network's products; bf16 where a configuration says no "
                             "other")  # fmt: skip
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--workers", type=int, default=0, metavar="N",
                        help="processes that make lessons ahead, for each training "
                             "process")  # fmt: skip
    parser.add_argument("--lessons-per-step", type=int, default=0, metavar="N",
                        help="lessons that a step of the optimiser is the mean of; one for each "
                        "process if not given")  # fmt: skip
    parser.add_argument("--resume", action="store_true",
                        help="go on from the checkpoint beside --out, if there is one")  # fmt: skip
    parser.add_argument("--start", type=Path, metavar="FILE.npz", help="weights to begin with")
    parser.add_argument("--validate-every", type=int, default=500, metavar="N",
                        help="lessons between looks at the clips kept apart; 0 for "
                             "none")  # fmt: skip
    parser.add_argument("--checkpoint-every", type=int, default=500, metavar="N",
                        help="lessons between checkpoints; 0 for one at the end")  # fmt: skip
    parser.add_argument("--log", "--log-file", type=Path,
                        help="file for a line every 50 lessons: .csv for a table; under torchrun "
                             "say "
                        "--log-file, since --log is torchrun's")  # fmt: skip
    parser.add_argument("--tensorboard", type=Path, metavar="FOLDER",
                        help="write TensorBoard's files too (pip install tensorboard)")  # fmt: skip
    parser.add_argument("--leave-out", action="append", default=[], metavar="PATTERN",
                        help="prepare: clips to leave out, as CMU/02/*; can be "
                             "repeated")  # fmt: skip
    parser.add_argument("--anatomical", action="store_true",
                        help="prepare: bring rotations into the anatomical convention, for "
                             "configurations that ask for it")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; takes an hour or more."""
    _check(args)
    _threads_shared()
    try:
        from ...learning import running, shards
    except ImportError as error:
        raise InputError(
            f"training needs torch ({error}); install it with: pip install -e .[learning]"
        ) from error
    if args.what == "prepare":
        shards.prepare_shards(args.data, args.out, args.leave_out, args.workers, args.anatomical)
        return 0
    network, cycles = _settings(args)
    options = running.Options(
        args.device, args.workers, args.lessons_per_step, args.resume, args.validate_every,
        args.checkpoint_every, args.log, args.tensorboard, args.start,
    )  # fmt: skip
    running.train_network(network, cycles, args.data, args.out, options)
    return 0


def _check(args: argparse.Namespace) -> None:
    for name in ("steps", "epochs"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise InputError(f"--{name} {value} is not a number of {_COUNTED[name]}")
    for name in ("workers", "lessons_per_step", "validate_every", "checkpoint_every", "seed"):
        if (getattr(args, name) or 0) < 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(args, name)} is less than none")
    if args.what is None and args.out.suffix != ".npz":
        raise InputError(f"{args.out}: weights are written as .npz")
    if not args.data.is_dir():
        raise InputError(f"{args.data}: there is no such folder")


_COUNTED = {"steps": "lessons", "epochs": "times over the data"}


def _settings(args: argparse.Namespace) -> tuple[str, list[Any]]:
    """The network and the settings of its cycles: shipped, from a file, and as options change
    them."""
    from ...learning import configuration, running

    network = args.network or "ours"
    path = configuration.configuration_path(args.config or running.KINDS[network].shipped)
    named, tables = configuration.read_configuration(path)
    if named not in running.KINDS or args.network not in (None, named):
        raise InputError(
            f"{path}: is for the network {named!r}; there are {', '.join(running.KINDS)}"
        )
    network, kind = named, running.KINDS[named].settings
    cycles = [configuration.settings_of(kind, table, str(path)) for table in tables]
    if args.minutes is not None and (network != "paper" or not args.minutes > 0):
        raise InputError("--minutes belongs to --network paper, and is more than none")
    if args.epochs is not None and network != "paper":
        raise InputError("--epochs belongs to --network paper")
    if args.steps is not None and args.config is None:
        cycles = [kind()]
    return network, [_changed(cycle, i, args) for i, cycle in enumerate(cycles)]


def _changed(settings: Any, index: int, args: argparse.Namespace) -> Any:
    """A cycle's settings with what was said on the command line."""
    changes: dict[str, Any] = {}
    if args.steps is not None:
        changes["steps"] = args.steps
        if hasattr(settings, "epochs"):
            changes["epochs"] = None
    if args.epochs is not None:
        changes["epochs"] = args.epochs
    if args.minutes is not None:
        changes["minutes"] = args.minutes
    if args.seed is not None:
        changes["seed"] = args.seed + index
    if args.precision is not None and hasattr(settings, "half"):
        changes["half"] = args.precision == "bf16"
    return replace(settings, **changes)


def _threads_shared() -> None:
    """torchrun gives each process one thread, whatever the machine has; share the cores out."""
    size = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if size > 1 and os.environ.get("LSMPLIFY_THREADS") is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        os.environ["OMP_NUM_THREADS"] = str(max(1, (cores or 1) // size))
