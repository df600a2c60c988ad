# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a solve: the contract's JSON."""

from typing import Any

import numpy as np

from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .motion import Motion


def joint_jitter(joints: Floats, rate: float) -> float:
    """Mean size of the third difference of joint positions (T, 24, 3), in km/s³."""
    if len(joints) < 4:
        return 0.0
    third = np.diff(joints, n=3, axis=0) * rate**3
    return float(np.linalg.norm(third, axis=-1).mean() / 1000.0)


def make_report(
    motion: Motion, tracks: Tracks, layout: str, unit: str, up: str, seconds: dict[str, float],
    warnings: tuple[str, ...], verdict: dict[str, Any], joints: Floats | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The contract's report without the seconds of reading and writing, which the caller knows.

    tracks: those that were solved for. unit, up: of the source. verdict: its grade and reasons.
    joints: (T, 24, 3) metres, the motion's, where they are known already.
    """
    assert motion.track_error is not None
    error = 1000.0 * motion.track_error[np.isfinite(motion.track_error)]
    total = sum(seconds.values())
    return {
        "frames": motion.frames,
        "tracks": len(motion.track_names),
        "rate": motion.rate,
        "layout": layout,
        "unit": unit,
        "up": up,
        "gaps": tracks.gaps,
        "track_error_mm": {
            "mean": float(error.mean()),
            "median": float(np.median(error)),
            "p95": float(np.percentile(error, 95)),
            "max": float(error.max()),
        },
        "joint_jitter_km_s3": joint_jitter(
            motion.joints() if joints is None else joints, motion.rate
        ),
        "seconds": dict(seconds),
        "frames_per_second": motion.frames / total if total > 0 else 0.0,
        "warnings": list(warnings),
        "verdict": verdict,
    }
