# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to look first: the worst spans of a motion by region."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..geometry.skeleton import JOINT_INDEX
from ..ik.smoothing import gaussian_filter
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from .attached import Attached
from .regions import REGIONS, region_of

_CALM: Final = 0.2
"""Seconds that a figure is averaged over before spans are cut."""
_LEAST: Final[dict[str, float]] = {"track error": 0.02, "jitter": 3.0, "unsure": 12.0}
"""Under these (metres, km/s³, degrees) nothing is worth a look."""
_UNIT: Final[dict[str, tuple[float, str]]] = {
    "track error": (1000.0, "mm"), "jitter": (1.0, "km/s³"), "unsure": (1.0, "°"),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A stretch of a region. kind: "track error", "jitter" or "unsure" (the network expects its
    rotations to be wrong). worst: the worst frame, figure: the value there in `unit` ("mm", "km/s³",
    "°"). badness: the figure beside what is worth a look, for sorting over the kinds."""

    region: str
    first: int
    last: int
    worst: int
    kind: str
    figure: float
    unit: str
    badness: float


def worst_spans(
    motion: Motion,
    points: Attached | None = None,
    expected: Floats | None = None,
    most: int = 20,
) -> list[Span]:
    """The worst spans, worst first, at most `most`.

    points: the tracks. expected: (T, 22) radians, what the network expects to be wrong by
    (`Solution.expected`). What is not given is not looked at.
    """
    figures: list[tuple[str, str, Floats]] = []
    if points is not None:
        figures += [(r, "track error", e) for r, e in region_errors(motion, points).items()]
    figures += [(r, "jitter", e) for r, e in region_jitter(motion).items()]
    if expected is not None:
        figures += [(r, "unsure", e) for r, e in _expected_errors(expected).items()]
    found = [span for r, kind, values in figures for span in _spans(r, kind, values, motion.rate)]
    return sorted(found, key=lambda s: -s.badness)[:most]


def region_errors(motion: Motion, points: Attached) -> dict[str, Floats]:
    """(T,) metres by region: the mean distance of its tracks to the body, 0 where none is seen."""
    errors = points.errors(motion)
    regions = [region_of(int(j)) for j in points.joints]
    found: dict[str, Floats] = {}
    for region in REGIONS:
        own = errors[:, [k for k, r in enumerate(regions) if r == region]]
        seen = np.isfinite(own)
        found[region] = np.where(seen, own, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return found


def region_jitter(motion: Motion) -> dict[str, Floats]:
    """(T,) km/s³ by region: the third difference of its joints' positions seen from the pelvis (the
    root's: of the pelvis in the world)."""
    joints = motion.joints()
    moves = joints - joints[:, :1]
    moves[:, 0] = joints[:, 0]
    size = np.zeros(joints.shape[:2])
    if motion.frames >= 4:
        third = np.linalg.norm(np.diff(moves, n=3, axis=0), axis=-1) * motion.rate**3 / 1000.0
        size[1:-2] = third
    return {
        r: size[:, [JOINT_INDEX[j] for j in names]].mean(axis=1) for r, names in REGIONS.items()
    }


def _expected_errors(expected: Floats) -> dict[str, Floats]:
    """(T,) degrees by region, of the joint that is least sure."""
    degrees = np.degrees(expected)
    return {
        region: degrees[:, [i for j in names if (i := JOINT_INDEX[j]) < degrees.shape[1]]].max(
            axis=1
        )
        for region, names in REGIONS.items()
    }


def _spans(region: str, kind: str, values: Floats, rate: float) -> list[Span]:
    calm = gaussian_filter(values[:, None], _CALM * rate)[:, 0] if len(values) > 2 else values
    bad: NDArray[np.bool_] = calm > _LEAST[kind]
    scale, unit = _UNIT[kind]
    spans: list[Span] = []
    for first, stop in intervals_of(bad):
        worst = first + int(np.argmax(values[first:stop]))
        badness = float(calm[first:stop].max()) / _LEAST[kind]
        figure = scale * float(values[worst])
        spans.append(Span(region, first, stop - 1, worst, kind, figure, unit, badness))
    return spans
