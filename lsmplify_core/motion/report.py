# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a solve: the contract's JSON."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..geometry.vectors import lengths
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .motion import Motion

_CHUNK: Final = 1024
"""Frames that are looked at together, few enough for a processor's cache."""


def joint_jitter(joints: Floats, rate: float) -> float:
    """Mean size of the third difference of joint positions (T, 24, 3), in km/s³."""
    if len(joints) < 4:
        return 0.0
    total = 0.0
    for first in range(0, len(joints) - 3, _CHUNK):
        part = np.ascontiguousarray(joints[first : first + _CHUNK + 3].transpose(2, 1, 0))
        total += float(lengths(np.diff(part, n=3).transpose(1, 2, 0)).sum())
    return total / ((len(joints) - 3) * joints.shape[1]) * rate**3 / 1000.0


def make_report(
    motion: Motion, tracks: Tracks, layout: str, unit: str, up: str, seconds: dict[str, float],
    warnings: tuple[str, ...], verdict: dict[str, Any], joints: Floats | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The contract's report without the seconds of reading and writing, which the caller knows.

    tracks: those that were solved for. unit, up: of the source. verdict: its grade and reasons.
    joints: (T, 24, 3) metres, the motion's, where they are known already.
    """
    assert motion.track_error is not None
    placed = motion.joints() if joints is None else joints
    return report_of(
        Figures(
            motion.frames, motion.track_names, motion.rate, layout, unit, up, tracks.gaps,
            1000.0 * motion.track_error[np.isfinite(motion.track_error)],
            joint_jitter(placed, motion.rate),
        ),
        seconds, warnings, verdict,
    )  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What a report says of a result: gaps, a share; error, (N,) millimetres of all samples that
    are seen, which may be reordered; jitter in km/s³; the other fields are those of the report."""

    frames: int
    track_names: tuple[str, ...]
    rate: float
    layout: str
    unit: str
    up: str
    gaps: float
    error: Floats
    jitter: float


def report_of(
    figures: Figures,
    seconds: dict[str, float],
    warnings: tuple[str, ...],
    verdict: dict[str, Any],
) -> dict[str, Any]:
    """The contract's report from its figures; the other arguments are those of `make_report`."""
    error, total = figures.error, sum(seconds.values())
    mean, largest = float(error.mean(dtype=np.float64)), float(error.max())
    median, p95 = np.percentile(error, (50, 95), overwrite_input=True)
    return {
        "frames": figures.frames,
        "tracks": len(figures.track_names),
        "rate": figures.rate,
        "layout": figures.layout,
        "unit": figures.unit,
        "up": figures.up,
        "gaps": figures.gaps,
        "track_error_mm": {
            "mean": mean, "median": float(median), "p95": float(p95), "max": largest,
        },
        "joint_jitter_km_s3": figures.jitter,
        "seconds": dict(seconds),
        "frames_per_second": figures.frames / total if total > 0 else 0.0,
        "warnings": list(warnings),
        "verdict": verdict,
    }  # fmt: skip
