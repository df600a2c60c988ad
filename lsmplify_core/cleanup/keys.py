# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys as artists like them: every frame, every n-th, or as few as a given error allows.

Between two keys a curve is a cubic Bézier whose handles lie at a third of the way in time, so that it
is a cubic polynomial of time (Hermite's): what Blender plays back, quaternions channel by channel,
is known exactly. Handles on both sides of a key are in line. All four channels of a bone have their keys on
the same frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..errors import InputError
from ..joints import ANCESTORS, N_JOINTS
from ..kinematics import forward
from ..motion import Motion
from ..rotations import (
    angle_between,
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from .bezier import CurveKeys, curve_keys, evaluate_curve, hermite, slopes_of

__all__ = ["CurveKeys", "KeyPlan", "KeySettings", "curve_keys", "evaluate_curve", "plan_keys"]

Indices = NDArray[np.intp]
_LONGEST: Final = 128
"""Frames of the longest stretch between two keys that is looked at while fitting."""


@dataclass(frozen=True)
class KeySettings:
    """every: a key on every n-th frame, counted from the first. most_mm, most_degrees: where given,
    `every` is not used, and there are as few keys as keep every joint's position and own rotation
    within them. keep: frames that have keys in any case (contacts, poses set by hand)."""

    every: int = 1
    most_mm: float | None = None
    most_degrees: float | None = None
    keep: tuple[int, ...] = ()


@dataclass(frozen=True)
class KeyPlan:
    """Frames with keys: rotations, 24 rising arrays, one a joint; location, of the pelvis."""

    rotations: tuple[Indices, ...]
    location: Indices

    @property
    def keys(self) -> int:
        """Keys on all curves: four a joint's rotation, three the location."""
        return 4 * sum(len(r) for r in self.rotations) + 3 * len(self.location)


def plan_keys(motion: Motion, settings: KeySettings | None = None) -> KeyPlan:
    """Choose the frames; the first and last always have keys. Raises InputError for bad settings."""
    settings = settings or KeySettings()
    _check(settings, motion.frames)
    if settings.most_mm is None and settings.most_degrees is None:
        chosen = _with(np.arange(0, motion.frames, settings.every), motion.frames, settings.keep)
        return KeyPlan((chosen,) * N_JOINTS, chosen)
    mm = np.inf if settings.most_mm is None else settings.most_mm
    degrees = 180.0 if settings.most_degrees is None else settings.most_degrees
    return _fewest(motion, mm / 1000.0, np.radians(degrees), settings.keep)


def played_back(motion: Motion, plan: KeyPlan) -> Motion:
    """The motion that the planned keys show: curves between keys, quaternions made unit."""
    quaternions = continuous_quaternions(matrix_to_quaternion(motion.rotations))
    shown = quaternions.copy()
    for joint, chosen in enumerate(plan.rotations):
        shown[:, joint] = _curve(quaternions[:, joint], chosen)
    shown /= np.linalg.norm(shown, axis=-1, keepdims=True)
    root = _curve(motion.root, plan.location)
    return Motion(quaternion_to_matrix(shown), root, motion.rate, motion.body)


def _check(settings: KeySettings, frames: int) -> None:
    if settings.every < 1:
        raise InputError(f"a key every {settings.every} frames is not possible")
    for value, unit in ((settings.most_mm, "mm"), (settings.most_degrees, "degrees")):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise InputError(f"an error of {value} {unit} for the keys must be above 0")
    for frame in settings.keep:
        if not 0 <= frame < frames:
            raise InputError(f"frame {frame}, which is to keep a key, is not in the motion")


def _with(chosen: Indices, frames: int, keep: Sequence[int]) -> Indices:
    return np.unique(np.concatenate((chosen, [0, frames - 1], np.array(keep, np.intp)))).astype(
        np.intp
    )


def _fewest(motion: Motion, metres: float, radians: float, keep: Sequence[int]) -> KeyPlan:
    """Each joint's own share of the error first; where the shares add up to too much, tighter ones."""
    quaternions = continuous_quaternions(matrix_to_quaternion(motion.rotations))
    allowed = np.minimum(radians, 0.5 * metres / _reach(motion))
    allowed_root = 0.5 * metres
    plan = KeyPlan((np.arange(motion.frames),) * N_JOINTS, np.arange(motion.frames))
    for _ in range(6):
        chosen = tuple(
            _greedy(quaternions[:, j], float(allowed[j]), True, keep) for j in range(N_JOINTS)
        )
        plan = KeyPlan(chosen, _greedy(motion.root, allowed_root, False, keep))
        shown = played_back(motion, plan)
        apart = np.linalg.norm(shown.joints() - motion.joints(), axis=-1).max(axis=0)
        turned = angle_between(shown.rotations, motion.rotations).max(axis=0)
        over = np.maximum(apart / metres, 1e-9)
        if over.max() <= 1.0 and turned.max() <= radians * (1 + 1e-6):
            return plan
        worst = np.array([over[ANCESTORS[:, j]].max() for j in range(N_JOINTS)])
        allowed = np.where(worst > 1.0, allowed / worst / 1.05, allowed)
        allowed_root /= max(1.0, float(over.max())) * 1.05
    return plan


def _reach(motion: Motion) -> Floats:
    """(24,) metres to the farthest joint that each joint carries, at rest."""
    rest = forward(np.broadcast_to(np.eye(3), (24, 3, 3)), motion.body.offsets, np.zeros(3))[1]
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1) * ANCESTORS
    return np.maximum(apart.max(axis=0), 1e-3)


def _greedy(values: Floats, allowed: float, quaternions: bool, keep: Sequence[int]) -> Indices:
    """From each key as far as the cubic stays within `allowed` of every sample, then a key again."""
    slopes = slopes_of(values)
    frames = len(values)
    stops = sorted({frames - 1, *keep} - {0})
    chosen = [0]
    for stop in stops:
        while chosen[-1] < stop:
            chosen.append(_farthest(values, slopes, chosen[-1], stop, allowed, quaternions))
    return np.array(chosen, np.intp)


def _farthest(
    values: Floats, slopes: Floats, first: int, stop: int, allowed: float, quaternions: bool
) -> int:
    good, step = first + 1, 1
    while good < stop and step < _LONGEST:
        reach = min(good + step, stop)
        if not _fits(values, slopes, first, reach, allowed, quaternions):
            break
        good, step = reach, 2 * step
    bad = min(good + step, stop)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _fits(values, slopes, first, middle, allowed, quaternions):
            good = middle
        else:
            bad = middle
    return good


def _fits(
    values: Floats, slopes: Floats, first: int, last: int, allowed: float, quaternions: bool
) -> bool:
    if last - first < 2:
        return True
    shown = hermite(values[first], values[last], slopes[first], slopes[last], last - first)
    apart = np.linalg.norm(shown - values[first : last + 1], axis=-1).max()
    return float(apart) * (2.0 if quaternions else 1.0) <= allowed


def _curve(values: Floats, chosen: Indices) -> Floats:
    """The curve's values (T, C) on every frame."""
    slopes = slopes_of(values)
    shown = np.empty_like(values)
    for a, b in pairwise(chosen.tolist()):
        shown[a : b + 1] = hermite(values[a], values[b], slopes[a], slopes[b], b - a)
    if len(chosen) == 1:
        shown[:] = values[chosen[0]]
    return shown
