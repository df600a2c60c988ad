# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to weights: the data is opened, the processes join, cycle after cycle is
trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..runtime.console import say
from ..runtime.errors import InputError
from .checkpoints import checkpoint_path, read_checkpoint
from .configuration import configuration_text
from .data import Clips, load_clips
from .denoising.train import DenoiserSettings, DenoiserTrained
from .distributed import Team, team
from .loop import Run, Trainee, learn
from .paper.train import PaperSettings, PaperTrained
from .shards import is_shards, load_shards
from .train import Trained, TrainSettings
from .unnamed.train import PointSettings, PointsTrained


@dataclass(frozen=True)
class Options:
    """What does not change what is learned: device, processes, files beside the weights. As in
    `Run`."""

    device: str = "auto"
    workers: int = 0
    per_step: int = 0
    resume: bool = False
    validate_every: int = 500
    checkpoint_every: int = 500
    log: Path | None = None
    tensorboard: Path | None = None
    start: Path | None = None


@dataclass(frozen=True)
class Kind:
    """settings: their dataclass. shipped: the configuration when nothing else is said. build: a
    trainee from training clips, clips kept apart, settings, weights to go on from, and the
    configuration."""

    settings: type
    shipped: str
    build: Callable[[Clips, Clips | None, Any, Path | None, str], Trainee]


def _paper(
    clips: Clips, apart: Clips | None, settings: PaperSettings, start: Path | None, text: str
) -> Trainee:
    if start is not None:
        raise InputError("the paper's network is trained in one cycle, from nothing")
    return PaperTrained(clips, apart, settings, text)


KINDS: Final[dict[str, Kind]] = {
    "ours": Kind(TrainSettings, "ours", Trained),
    "paper": Kind(PaperSettings, "comparison", _paper),
    "unnamed": Kind(PointSettings, "unnamed", PointsTrained),
    "denoiser": Kind(DenoiserSettings, "denoiser", DenoiserTrained),
}
"""The networks by name."""


def train_network(
    network: str, cycles: Sequence[Any], data: Path, out: Path, options: Options | None = None
) -> None:
    """Train and write the weights.

    Args:
        network: One of KINDS.
        cycles: Its settings; each cycle goes on from the weights of the one before.
        data: Folder of motion clips, or of shards that `prepare_shards` wrote.
        out: Weights to write (npz). A checkpoint lies beside it.
        options: Device, processes, logs.

    Raises:
        InputError: There is no data, no such device, or the checkpoint is of another training.
    """
    given = options or Options()
    with team(given.device) as here:
        if here.size > 1 and any(getattr(cycle, "minutes", None) is not None for cycle in cycles):
            raise InputError("--minutes can't be kept by several processes alike; give --steps")
        clips, apart = opened(data, _anatomical(cycles))
        text = configuration_text(network, cycles)
        for i, settings in enumerate(cycles):
            if i < _first_cycle(out, text, given.resume):
                continue
            start = out if i else given.start
            trainee = KINDS[network].build(clips, apart, settings, start, text)
            if isinstance(trainee, DenoiserTrained):
                trainee.prepare(out.with_suffix(".takes"))
            learn(trainee, _run(out, text, given, i, len(cycles)), here)
    _told(here, out)


def opened(data: Path, anatomical: bool = False) -> tuple[Clips, Clips | None]:
    """Clips to train on, and those kept apart to validate on, or None.

    Args:
        data: folder of motion clips, or of shards.
        anatomical: whether rotations are in the anatomical convention, or as the files have them.

    Raises:
        InputError: there are no clips, or the shards were prepared the other way.
    """
    if is_shards(data):
        return (
            load_shards(data, "train", anatomical),
            _if_any(lambda: load_shards(data, "validation", anatomical)),
        )
    return (
        load_clips(data, anatomical=anatomical),
        _if_any(lambda: load_clips(data, validation=True, anatomical=anatomical)),
    )


def _anatomical(cycles: Sequence[Any]) -> bool:
    """Whether a training is on rotations in the anatomical convention; the data is read once for
    all cycles."""
    asked = {bool(getattr(cycle, "anatomical", False)) for cycle in cycles}
    if len(asked) > 1:
        raise InputError("anatomical: either all cycles of a configuration set it, or none")
    return asked.pop()


def _if_any(load: Callable[[], Clips]) -> Clips | None:
    try:
        return load()
    except InputError:
        return None


def _first_cycle(out: Path, text: str, resume: bool) -> int:
    content = read_checkpoint(checkpoint_path(out), text) if resume else None
    return 0 if content is None else int(content["cycle"])


def _run(out: Path, text: str, options: Options, cycle: int, cycles: int) -> Run:
    return Run(
        out, text, options.workers, options.per_step, options.resume, options.validate_every,
        options.checkpoint_every, options.log, options.tensorboard, cycle, cycles,
    )  # fmt: skip


def _told(here: Team, out: Path) -> None:
    if here.leads:
        say(f"weights: {out}")
