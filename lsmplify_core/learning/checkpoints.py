# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints: all that a training needs to go on as if it had not been stopped.

Beside OUT.npz, which holds the weights only, lies OUT.checkpoint.pt: weights in full precision,
their average, the optimiser's and the schedule's state, and how many lessons are done. Lessons need
no state, since they are made from their number.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from ..files.atomic import write_whole
from ..runtime.errors import InputError

FORMAT: Final = 1


@dataclass(frozen=True)
class Progress:
    """cycle: from 0. lessons: of it that are done. seconds: spent in it."""

    cycle: int
    lessons: int
    seconds: float


@dataclass(frozen=True)
class Parts:
    """What a checkpoint restores in place."""

    model: nn.Module
    averaged: nn.Module
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def checkpoint_path(out: Path) -> Path:
    """Beside the weights: OUT.checkpoint.pt."""
    return out.with_suffix(".checkpoint.pt")


def save_checkpoint(path: Path, parts: Parts, progress: Progress, configuration: str) -> None:
    """Write it beside and rename it into place."""
    content = {
        "format": FORMAT,
        "configuration": configuration,
        "cycle": progress.cycle,
        "lessons": progress.lessons,
        "seconds": progress.seconds,
        "model": parts.model.state_dict(),
        "averaged": parts.averaged.state_dict(),
        "optimiser": parts.optimiser.state_dict(),
        "schedule": parts.schedule.state_dict(),
    }
    write_whole(path, lambda file: torch.save(content, file))


def read_checkpoint(path: Path, configuration: str) -> dict[str, Any] | None:
    """What `restore` takes; None where there is no such file.

    Raises:
        InputError: It is damaged, or was begun with another configuration.
    """
    if not path.exists():
        return None
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises many kinds for damaged files
        raise InputError(
            f"{path}: is no checkpoint that can be read; delete it to begin anew"
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path}: is no checkpoint of this version; delete it to begin anew")
    if content["configuration"] != configuration:
        line = _first_difference(content["configuration"], configuration)
        raise InputError(
            f"{path}: this training was begun with other settings ({line}); give the same, or "
            "leave out --resume to begin anew"
        )
    return content


def progress_of(content: dict[str, Any]) -> Progress:
    """How far it is."""
    return Progress(int(content["cycle"]), int(content["lessons"]), float(content["seconds"]))


def restore(content: dict[str, Any], parts: Parts, path: Path) -> None:
    """Put the checkpoint's state into the parts. InputError where it does not fit."""
    try:
        parts.model.load_state_dict(content["model"])
        parts.averaged.load_state_dict(content["averaged"])
        parts.optimiser.load_state_dict(content["optimiser"])
        parts.schedule.load_state_dict(content["schedule"])
    except (RuntimeError, KeyError, ValueError) as error:
        raise InputError(
            f"{path}: is a checkpoint of another network; delete it to begin anew"
        ) from error


def _first_difference(old: str, new: str) -> str:
    for before, now in zip(old.splitlines(), new.splitlines(), strict=False):
        if before != now:
            return f"{before!r}, now {now!r}"
    return "more or fewer of them"
