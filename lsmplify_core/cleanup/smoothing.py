# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing by region that keeps the punch: a zero-phase filter, weaker where something strikes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.kinematics import forward
from ..geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from ..geometry.skeleton import JOINT_INDEX, N_POSED, PARENTS
from ..ik.smoothing import gaussian_filter
from ..motion.motion import Motion
from ..motion.report import joint_jitter
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .regions import REGIONS, regions_of

_LONGEST: Final = 2.0
"""Seconds that a region may be filtered over."""
_END: Final = {
    joint: next(c for c, parent in enumerate(PARENTS) if parent == joint)
    for joint in set(PARENTS) - {-1, JOINT_INDEX["Pelvis"], JOINT_INDEX["Spine3"]}
}
"""The joint at the other end of each bone; pelvis and chest, which carry several, keep their
turn."""
_LIMBS: Final = frozenset(
    JOINT_INDEX[f"{side}_{joint}"]
    for side in "LR"
    for joint in ("Shoulder", "Elbow", "Hip", "Knee")
)
_MOST_TURN: Final = 0.06
"""Radians that a bone is turned by at most for its end to be where it is wanted, but for limbs,
which are long: a collarbone that made up for all of the trunk's noise would turn far."""


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
    """Filter each region's path in the world by a Gaussian of so many seconds.

    What is filtered are the joints' places and world rotations, not their local ones: a limb's
    local rotations make up for the trunk's noise, and filtered alone they would hand it on to the
    hand. A region that hangs on a filtered one keeps its own path where the bones' lengths allow.

    Args:
        motion: any SMPL motion.
        seconds: by region or group ("arms", "legs", "all"; later names win); "root" filters the
            pelvis's place too.
        settings: how impacts are found and kept; None for the usual ones.
        impacts: (T,) frames by region to keep, instead of those found by `find_impacts`.

    Returns:
        A new motion. Joints that neither are in a filtered region nor hang on one are
        bit-identical.

    Raises:
        InputError: for unknown regions and strengths out of range.
    """
    settings = settings or SmoothSettings()
    by_region = _by_region(seconds)
    widths = {r: w * motion.rate for r, w in by_region.items() if w * motion.rate >= 0.1}
    if not widths or motion.frames < 3:
        return motion
    if impacts is None:
        impacts = find_impacts(motion, settings)
    shares = {region: _kept(impacts.get(region), motion, settings) for region in widths}
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    wanted_turns, wanted_places = turned.copy(), placed.copy()
    for region, width in widths.items():
        joints = [JOINT_INDEX[j] for j in REGIONS[region]]
        wanted_turns[:, joints] = _filtered(turned[:, joints], width, shares[region])
        wanted_places[:, joints] = _calmed(placed[:, joints], width, shares[region])
    touched = _touched({JOINT_INDEX[j] for region in widths for j in REGIONS[region]})
    return _reached(motion, wanted_turns, wanted_places, touched)


def _touched(chosen: set[int]) -> set[int]:
    """The joints and all that hang on them."""
    found: set[int] = set()
    for joint, parent in enumerate(PARENTS):
        if joint in chosen or parent in found:
            found.add(joint)
    return found


def _reached(motion: Motion, turns: Floats, places: Floats, touched: set[int]) -> Motion:
    """The motion whose touched joints have these world rotations, turned on such that each bone
    points to where its end is wanted; lengths stay.

    turns: (T, 24, 3, 3), places: (T, 24, 3) metres in the world.
    """
    rotations, root = motion.rotations.copy(), motion.root
    if 0 in touched:
        root = places[:, 0]
    offsets = motion.body.offsets
    new_turns, new_places = np.empty_like(turns), np.empty_like(places)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            new_places[:, joint] = root
        else:
            carried = (new_turns[:, parent] @ offsets[joint][:, None])[..., 0]
            new_places[:, joint] = new_places[:, parent] + carried
        above = new_turns[:, parent] if parent >= 0 else np.eye(3)[None]
        if joint not in touched or joint >= N_POSED:  # SMPL's hands stay in line with the wrists
            new_turns[:, joint] = above @ rotations[:, joint]
            continue
        child = _END.get(joint)
        new_turns[:, joint] = turns[:, joint]
        if child is not None:
            points = (turns[:, joint] @ offsets[child][:, None])[..., 0]
            wanted = places[:, child] - new_places[:, joint]
            most = np.pi / 2 if joint in _LIMBS else _MOST_TURN
            new_turns[:, joint] = _smallest_turn(points, wanted, most) @ turns[:, joint]
        rotations[:, joint] = np.swapaxes(above, -1, -2) @ new_turns[:, joint]
    return replace(motion, rotations=rotations, root=root, track_error=None)


def _smallest_turn(a: Floats, b: Floats, most: float) -> Floats:
    """(T, 3, 3) the smallest rotations of directions a (T, 3) towards b (T, 3), by `most`
    radians."""
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis, axis=-1)
    angle = np.minimum(np.arctan2(sine, np.sum(a * b, axis=-1)), most)
    return axis_angle_to_matrix(axis * (angle / np.maximum(sine, 1e-12))[:, None])


def _calmed(places: Floats, width: float, share: Floats) -> Floats:
    """(T, n, 3) filtered, but for the share that is kept."""
    calm = gaussian_filter(places.reshape(len(places), -1), width).reshape(places.shape)
    return calm + share[:, None, None] * (places - calm)


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
    """What a step changed, as `compared` measures it, in a line."""
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
