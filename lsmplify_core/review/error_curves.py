# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors over time as named curves: of the tracks, whole and by region, and how unsure the network
is."""

from dataclasses import dataclass

import numpy as np

from ..cleanup.attached import Attached
from ..cleanup.regions import REGIONS
from ..cleanup.worst_intervals import region_errors
from ..geometry.skeleton import JOINT_INDEX
from ..motion.motion import Motion
from ..runtime.array_types import Floats

TRACK_ERROR = "track_error_mm"
DOUBT = "rotation_doubt_deg"


def error_curves(
    motion: Motion, points: Attached | None, expected: Floats | None
) -> dict[str, Floats]:
    """(T,) values by name: `track_error_mm` is the mean over all tracks, `track_error_mm left arm`
    that of a region's; `rotation_doubt_deg left arm` is the largest error that the network expects
    of the region's rotations, in degrees. 0 where nothing is known."""
    curves: dict[str, Floats] = {}
    if points is not None:
        errors = 1000.0 * points.errors(motion)
        seen = np.isfinite(errors)
        curves[TRACK_ERROR] = np.where(seen, errors, 0.0).sum(axis=1) / np.maximum(
            seen.sum(axis=1), 1
        )
        for region, values in region_errors(motion, points).items():
            curves[f"{TRACK_ERROR} {region}"] = 1000.0 * values
    if expected is not None:
        degrees = np.degrees(np.nan_to_num(expected))
        for region, names in REGIONS.items():
            own = [i for n in names if (i := JOINT_INDEX[n]) < degrees.shape[1]]
            curves[f"{DOUBT} {region}"] = degrees[:, own].max(axis=1)
    return curves


@dataclass(frozen=True)
class ErrorFigures:
    """Distances of all tracks to the body in millimetres. frame, track: where the largest is."""

    mean_mm: float
    p95_mm: float
    worst_mm: float
    frame: int
    track: str


def error_figures(motion: Motion, points: Attached) -> ErrorFigures | None:
    """How well a motion lies on its tracks; None where no track is seen.

    Args:
        motion: T frames.
        points: the tracks beside them.
    """
    errors = 1000.0 * points.errors(motion)
    seen = np.isfinite(errors)
    if not seen.any():
        return None
    frame, track = np.unravel_index(int(np.argmax(np.where(seen, errors, -1.0))), errors.shape)
    shown = errors[seen]
    return ErrorFigures(
        float(shown.mean()), float(np.percentile(shown, 95)), float(errors[frame, track]),
        int(frame), points.names[track],
    )  # fmt: skip
