# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing by region that keeps the punch: a zero-phase filter, weaker where something strikes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..geometry.rotations import (
    angle_between,
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from ..geometry.skeleton import JOINT_INDEX
from ..ik.smoothing import gaussian_filter
from ..motion.motion import Motion
from ..motion.report import joint_jitter
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .regions import REGIONS, regions_of

_LONGEST = 2.0


@dataclass(frozen=True)
class SmoothSettings:
    """keep: 0 to 1, how much of the original is kept at impacts. sharp: an impact is where a region
    is accelerated so many times harder than at its usual peaks (its 95th percentile). around:
    seconds to each side that an impact keeps."""

    keep: float = 1.0
    sharp: float = 2.0
    around: float = 0.06


def smooth_regions(
    motion: Motion,
    seconds: Mapping[str, float],
    settings: SmoothSettings | None = None,
    impacts: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Motion:
    """Filter each region's rotations by a Gaussian of so many seconds; the root's place with
    "root".

    seconds: by region or group ("arms", "legs", "all"; later names win). impacts: (T,) frames by
    region to keep, instead of those found by `find_impacts`. Joints of regions without a strength
    are bit-identical. Raises InputError for unknown regions and strengths out of range.
    """
    settings = settings or SmoothSettings()
    by_region = _by_region(seconds)
    if not any(by_region.values()) or motion.frames < 3:
        return motion
    if impacts is None:
        impacts = find_impacts(motion, settings)
    rotations, root = motion.rotations.copy(), motion.root
    for region, width in by_region.items():
        if width * motion.rate < 0.1:
            continue
        share = _kept(impacts.get(region), motion, settings)
        joints = [JOINT_INDEX[j] for j in REGIONS[region]]
        rotations[:, joints] = _filtered(rotations[:, joints], width * motion.rate, share)
        if region == "root":
            calm = gaussian_filter(root, width * motion.rate)
            root = calm + share[:, None] * (root - calm)
    return replace(motion, rotations=rotations, root=root, track_error=None)


def find_impacts(
    motion: Motion, settings: SmoothSettings | None = None
) -> dict[str, NDArray[np.bool_]]:
    """(T,) by region: frames where one of its joints is accelerated far harder than is usual for
    it."""
    settings = settings or SmoothSettings()
    frames = motion.frames
    if frames < 5:
        return {region: np.zeros(frames, dtype=bool) for region in REGIONS}
    joints = motion.joints()
    hard = np.linalg.norm(np.gradient(np.gradient(joints, axis=0), axis=0), axis=-1)
    usual = np.percentile(hard, 95, axis=0)
    sharp = hard > settings.sharp * np.maximum(usual, 1e-6)
    return {
        region: sharp[:, [JOINT_INDEX[j] for j in names]].any(axis=1)
        for region, names in REGIONS.items()
    }


def compared(before: Motion, after: Motion) -> dict[str, Any]:
    """What a step changed: joint_jitter_km_s3 (before, after), moved_mm (mean, max over joints and
    frames), turned_deg (mean, max over joints and frames)."""
    moved = 1000 * np.linalg.norm(after.joints() - before.joints(), axis=-1)
    turned = np.degrees(angle_between(before.rotations, after.rotations))
    return {
        "joint_jitter_km_s3": (
            joint_jitter(before.joints(), before.rate),
            joint_jitter(after.joints(), after.rate),
        ),
        "moved_mm": (float(moved.mean()), float(moved.max())),
        "turned_deg": (float(turned.mean()), float(turned.max())),
    }


def changes(before: Motion, after: Motion) -> str:
    """The same in a line."""
    found = compared(before, after)
    jitter, moved, turned = (found[k] for k in ("joint_jitter_km_s3", "moved_mm", "turned_deg"))
    return (
        f"jitter {jitter[0]:.2f} → {jitter[1]:.2f} km/s³, joints moved {moved[0]:.1f} mm "
        f"(most {moved[1]:.0f}), turned {turned[0]:.1f}° (most {turned[1]:.0f})"
    )


def _by_region(seconds: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in seconds.items():
        if not 0 <= value <= _LONGEST:
            raise InputError(f"smoothing {name}: {value} is not from 0 to {_LONGEST:g} seconds")
        found |= {region: value for region in regions_of(name)}
    return found


def _kept(impacts: NDArray[np.bool_] | None, motion: Motion, settings: SmoothSettings) -> Floats:
    """(T,) the share of the original: 1 (times keep) at impacts, eased to 0 around them."""
    if impacts is None or not impacts.any():
        return np.zeros(motion.frames)
    at = np.flatnonzero(impacts)
    frames = np.arange(motion.frames)
    after = np.searchsorted(at, frames)
    apart = np.minimum(
        np.abs(frames - at[np.maximum(after - 1, 0)]),
        np.abs(at[np.minimum(after, len(at) - 1)] - frames),
    )
    reach = max(1.0, settings.around * motion.rate)
    near = np.clip(apart / reach - 1.0, 0.0, 1.0)
    return settings.keep * (0.5 + 0.5 * np.cos(np.pi * near))


def _filtered(rotations: Floats, width: float, share: Floats) -> Floats:
    frames, joints = rotations.shape[:2]
    q = continuous_quaternions(matrix_to_quaternion(rotations))
    calm = gaussian_filter(q.reshape(frames, -1), width).reshape(frames, joints, 4)
    calm += share[:, None, None] * (q - calm)
    return quaternion_to_matrix(calm / np.linalg.norm(calm, axis=-1, keepdims=True))
