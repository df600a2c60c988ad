# SPDX-License-Identifier: GPL-3.0-or-later
"""Run methods over a folder of clips under a protocol."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..body.smpl_file import SmplFile, layout_on
from ..datasets import Source, find_sources
from ..ik.backend import NUMPY
from .clips import Clip, load_clips
from .methods import find_method, with_feet
from .protocols import Conditions, takes
from .scores import ANATOMICAL, Score, row, score
from .side_by_side import processes_for, side_by_side
from .takes import Take

Found = list[tuple[str, int | None, Score]]
"""Method, stride and score of what a source holds, in its order."""


@dataclass(frozen=True)
class Group:
    """What one row of the table is made of.

    seconds: that its methods took by the clock, all processes working; None for their sum.
    """

    method: str
    protocol: str
    stride: int | None
    conditions: Conditions
    scores: list[Score]
    convention: str = ANATOMICAL
    seconds: float | None = None

    def row(self) -> dict[str, Any]:
        """The contract's row of `lsmplify evaluate --json`."""
        return {
            "method": self.method,
            "protocol": self.protocol,
            "stride": self.stride,
            "layout": self.conditions.layout.name,
            "noise_mm": self.conditions.noise_mm,
            "dropout": self.conditions.dropout,
            **row(self.scores, self.conditions.layout, self.seconds),
            "convention": self.convention,
        }


def evaluate(
    data: Path,
    conditions: Conditions,
    protocol: str = "sequential",
    methods: tuple[str, ...] = ("default",),
    subset: str = "",
    rate: float | None = None,
    proportions: float = 0.0,
    known_body: bool = False,
    tell: Callable[[str], None] = lambda line: None,
    model: SmplFile | None = None,
    given_first: bool = False,
    starts: Path | None = None,
    convention: str = ANATOMICAL,
    jobs: int = 1,
    device: str = NUMPY,
) -> list[Group]:
    """Every method on every clip under `data`; one group a method and stride.

    subset: only clips with this in their path. rate: frames per second to resample to. proportions:
    spread of the clips' body proportions. known_body: give methods the true body, so that only
    poses are to be found. tell: gets a line a clip. model: the clips' people are of this file,
    whose mesh PVE is measured on. convention: "anatomical" or "source", what truth and result are
    brought into before they are compared. jobs: how many processes at the most; the scores are the
    same with any number. device: one of `ik.backend.DEVICES`, where the solver's own methods
    compute. Raises InputError.
    """
    sources = find_sources(data, subset)
    for method in methods:
        find_method(method)
    if model is not None:
        conditions = replace(conditions, layout=layout_on(model, conditions.layout))
    load = partial(
        load_clips, rate=rate, proportions=proportions, model=model, starts=starts
    )  # fmt: skip
    measure = partial(
        _measured, load=load, protocol=protocol, conditions=conditions, methods=methods,
        known_body=known_body, given_first=given_first, convention=convention, device=device,
    )  # fmt: skip
    found: dict[tuple[str, int | None], list[Score]] = {}
    clock: dict[tuple[str, int | None], dict[int, float]] = {}
    for process, scores in side_by_side(
        measure, sources, processes_for(len(sources), jobs),
        lambda number: tell(f"{number + 1}/{len(sources)} {sources[number].name}"),
    ):  # fmt: skip
        for method, stride, one in scores:
            found.setdefault((method, stride), []).append(one)
            busy = clock.setdefault((method, stride), {})
            busy[process] = busy.get(process, 0.0) + one.seconds
    name = f"{protocol}, first pose given" if given_first else protocol
    order = sorted(found, key=lambda key: (methods.index(key[0]), key[1] or 0))
    return [
        Group(m, name, s, conditions, found[m, s], convention, max(clock[m, s].values()))
        for m, s in order
    ]


def _measured(
    source: Source,
    load: Callable[[Source], list[Clip]],
    protocol: str,
    conditions: Conditions,
    methods: tuple[str, ...],
    known_body: bool,
    given_first: bool,
    convention: str,
    device: str,
) -> Found:
    """Every method on the clips of one source."""
    found: Found = []
    for clip in load(source):
        for stride, take in takes(clip, protocol, conditions):
            take = given(take, clip, body=known_body, first=given_first)
            for method in methods:
                answer = find_method(method, device)(take)
                if conditions.contacts == "auto":
                    answer = with_feet(take, answer)
                found.append((method, stride, score(take, answer, convention)))
    return found


def given(take: Take, clip: Clip, body: bool = False, first: bool = False) -> Take:
    """A take that tells the true body; or with it the first pose and every frame's place."""
    if body or first:
        take = replace(take, body=clip.motion.body)
    return replace(take, known_truth=clip.motion) if first else take
