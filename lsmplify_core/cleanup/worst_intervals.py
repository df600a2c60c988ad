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
_PEAK: Final = 0.03
"""Metres of one track's distance from which a peak is listed even if it lasts a few frames only;
larger lists fewer of them."""
_ABOVE_USUAL: Final = 2.0
"""How many times its usual distance (the take's median) a peak must reach: a marker that sits badly
is no peak on every frame."""
_LONGEST: Final = 3.0
"""Seconds that a span may last: longer ones are split at what changes, since nobody corrects them
in one go."""
_LEAST: Final[dict[str, float]] = {"track error": 0.02, "jitter": 3.0, "unsure": 12.0}
"""Under these (metres, km/s³, degrees) nothing is worth a look."""
_UNIT: Final[dict[str, tuple[float, str]]] = {
    "track error": (1000.0, "mm"), "jitter": (1.0, "km/s³"), "unsure": (1.0, "°"),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """An interval of a region. kind: "track error", "jitter" or "unsure" (the network expects its
    rotations to be wrong). worst: the worst frame, figure: the value there in `unit` ("mm",
    "km/s³", "°"; of track error the largest of the region's tracks). badness: the figure beside
    what is worth a look, for sorting over the kinds."""

    region: str
    first: int
    last: int
    worst: int
    kind: str
    figure: float
    unit: str
    badness: float


def worst_intervals(
    motion: Motion,
    points: Attached | None = None,
    expected: Floats | None = None,
    most: int = 20,
) -> list[Span]:
    """The worst spans, worst first, at most `most`.

    points: the tracks. expected: (T, 22) radians, what the network expects to be wrong by
    (`Solution.expected`). What is not given is not looked at.
    """
    figures: list[tuple[str, str, Floats, Floats]] = []
    if points is not None:
        peaks = region_peaks(motion, points)
        figures += [
            (r, "track error", e, peaks[r]) for r, e in region_errors(motion, points).items()
        ]
    figures += [(r, "jitter", e, e) for r, e in region_jitter(motion).items()]
    if expected is not None:
        figures += [(r, "unsure", e, e) for r, e in _expected_errors(expected).items()]
    found = [s for r, kind, mean, peak in figures for s in _spans(r, kind, mean, peak, motion.rate)]
    return sorted(found, key=lambda s: -s.badness)[:most]


def region_peaks(motion: Motion, points: Attached) -> dict[str, Floats]:
    """(T,) metres by region: the largest distance of its tracks to the body, 0 where none is seen.

    Args:
        motion: T frames.
        points: the tracks beside them.
    """
    errors = np.nan_to_num(points.errors(motion), nan=0.0)
    regions = [region_of(int(j)) for j in points.joints]
    none = np.zeros((motion.frames, 1))
    return {
        region: np.hstack((none, errors[:, [r == region for r in regions]])).max(axis=1)
        for region in REGIONS
    }


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


def _spans(region: str, kind: str, mean: Floats, peak: Floats, rate: float) -> list[Span]:
    """mean: (T,) what is averaged over time to find what lasts; peak: (T,) what is worst at a
    frame."""
    calm = gaussian_filter(mean[:, None], _CALM * rate)[:, 0] if len(mean) > 2 else mean
    bad: NDArray[np.bool_] = calm > _LEAST[kind]
    share = calm / _LEAST[kind]
    if kind == "track error":
        high = _steady(peak)
        leaps = high > max(_PEAK, _ABOVE_USUAL * float(np.median(peak)))
        bad |= leaps
        share = np.maximum(share, np.where(leaps, high / _PEAK, 0.0))
    longest = max(min(round(_LONGEST * rate), 3 * len(mean) // 4), 1)
    scale, unit = _UNIT[kind]
    spans: list[Span] = []
    for start, stop in intervals_of(bad):
        for first, end in _parts(share, start, stop, longest):
            worst = first + int(np.argmax(peak[first:end]))
            figure = scale * float(peak[worst])
            badness = float(share[first:end].max())
            spans.append(Span(region, first, end - 1, worst, kind, figure, unit, badness))
    return spans


def _steady(values: Floats) -> Floats:
    """(T,) the median of each frame and its two neighbours: what a single frame shows is noise."""
    if len(values) < 3:
        return values
    padded = np.concatenate((values[:1], values, values[-1:]))
    return np.median(np.stack((padded[:-2], padded[1:-1], padded[2:])), axis=0)


def _parts(share: Floats, first: int, stop: int, longest: int) -> list[tuple[int, int]]:
    """A long run split at what changes: the parts of it that are worse than half-way between its
    median and its worst, and again where they are still too long. Where nothing changes, `longest`
    frames about the worst."""
    if stop - first <= longest:
        return [(first, stop)]
    run = share[first:stop]
    level = 0.5 * (float(np.median(run)) + float(run.max()))
    found = intervals_of(run > level)
    if not found or run.max() < 1.1 * np.median(run):
        middle = first + int(np.argmax(run))
        low = min(max(middle - longest // 2, first), stop - longest)
        return [(low, low + longest)]
    return [p for a, b in found for p in _parts(share, first + a, first + b, longest)]
