# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of any length, any number of tracks and people, to be solved against the clock."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ...datasets import find_sources
from ...geometry.skeleton import JOINT_NAMES, N_POSED
from ...layouts.layout import Keypoint, Layout, load_layout
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ..clips import load_clips
from ..joining import joined
from ..synthetic import strolling
from ..takes import keypoints
from .c3d_writer import write_c3d

_BASE: Final = 12_000
"""Frames of motion that are posed; longer takes go there and back over them."""
_NOISE: Final = 0.0005
"""Metres along each axis: markers of a good studio."""
_APART: Final = 2.0
"""Metres from one person to the next."""


@dataclass(frozen=True)
class TakeSpec:
    """A take to be made.

    frames: number. layout: a shipped one's name; None for `tracks` points of no layout. tracks: of
    each person. people: number. rate: frames per second. data: a folder of motions in the format
    of AMASS, which are joined; None for somebody who strolls.
    """

    frames: int
    layout: str | None = "CMU_41"
    tracks: int = 0
    people: int = 1
    rate: float = 120.0
    data: Path | None = None

    @property
    def points(self) -> Layout:
        """The points of a person."""
        return load_layout(self.layout) if self.layout else spread_layout(self.tracks)


def write_take(spec: TakeSpec, path: Path) -> None:
    """Write a take as a C3D, and its layout beside it where that is none of the shipped ones."""
    layout = spec.points
    base = _base(spec)
    points = keypoints(base, layout)
    points += _NOISE * np.random.default_rng(3).standard_normal(points.shape)
    names = layout.names
    if spec.people > 1:
        names = tuple(f"P{p + 1}:{name}" for p in range(spec.people) for name in layout.names)

    def some(first: int, end: int) -> Floats:
        place = np.arange(first, end) % (2 * len(points))
        own = points[np.minimum(place, 2 * len(points) - 1 - place)]
        return np.concatenate(
            [own + np.array((_APART * p, 0.0, 0.0)) for p in range(spec.people)], axis=1
        )

    write_c3d(path, some, spec.frames, names, spec.rate)
    if spec.layout is None:
        _write_layout(layout, layout_beside(path))


def layout_beside(path: Path) -> Path:
    """Where the layout of a take is written that has no shipped one."""
    return path.with_suffix(".layout.json")


def _write_layout(layout: Layout, path: Path) -> None:
    import json

    points = [
        {"name": k.name, "aliases": [], "joint": JOINT_NAMES[k.joint], "offset": list(k.offset)}
        for k in layout.keypoints
    ]
    path.write_text(json.dumps({"name": layout.name, "keypoints": points}), encoding="utf-8")


def spread_layout(count: int) -> Layout:
    """So many points over all of the body, 3 to 6 cm from their joints; the same at every call."""
    random = np.random.default_rng(5)
    points: list[Keypoint] = []
    for k in range(count):
        away = random.standard_normal(3)
        x, y, z = (away / np.linalg.norm(away) * random.uniform(0.03, 0.06)).tolist()
        # from the middle outwards and to both sides, so that a few points show a body too
        joint = _ORDER[k % len(_ORDER)]
        points.append(Keypoint(f"M{k:03d}", joint, (round(x, 4), round(y, 4), round(z, 4))))
    return Layout(f"spread {count}", tuple(points))


_ORDER: Final = (0, 12, 4, 5, 18, 19, 7, 8, 20, 21, 16, 17, 15, 1, 2, *(
    j for j in range(N_POSED) if j not in (0, 12, 4, 5, 18, 19, 7, 8, 20, 21, 16, 17, 15, 1, 2)
))  # fmt: skip
"""Joints in the order in which they get a point."""


def _base(spec: TakeSpec) -> Motion:
    frames = min(spec.frames, _BASE)
    if spec.data is None:
        return strolling(frames, spec.rate)
    motions: list[Motion] = []
    total = 0
    for source in find_sources(spec.data):
        for clip in load_clips(source):
            motions.append(clip.motion.at_rate(spec.rate))
            total += motions[-1].frames
        if total >= frames:
            break
    if not motions:
        raise InputError(f"{spec.data}: there are no motions in it")
    whole, _ = joined(motions)
    return whole.between(0, min(frames, whole.frames))
