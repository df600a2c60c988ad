# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys as artists like them: every frame, every n-th, or as few as a given error allows.

Between two keys a curve is a cubic Bézier whose handles lie at a third of the way in time, so that
it is a cubic polynomial of time (Hermite's): what Blender plays back, quaternions channel by
channel, is known exactly. Handles on both sides of a key are in line. All four channels of a bone
have their keys on the same frames.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.intervals import intervals_of
from ...geometry.kinematics import forward
from ...geometry.rotations import (
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from ...geometry.skeleton import ANCESTORS, N_JOINTS
from ...ik.smoothing import gaussian_filter
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from .bezier import CurveKeys, curve_keys, evaluate_curve, fitted, played, slopes_of

__all__ = ["CurveKeys", "KeyPlan", "KeySettings", "curve_keys", "evaluate_curve", "plan_keys"]

Indices = NDArray[np.intp]
_LOOSE: Final = 2.0
"""Keys are first set for so many times the error: fitting to all samples brings it down."""
_MOST_TURNS: Final = 60
_CALM: Final = 1.0
"""Frames that the density of the first keys is averaged over."""
_CANDIDATES: Final = 6
"""Curves that are asked for a key where a joint is too far off."""


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
    """Frames with keys: rotations, 24 rising arrays, one a joint; location, of the pelvis. exact:
    frames whose samples the keys have exactly, for `curve_keys`."""

    rotations: tuple[Indices, ...]
    location: Indices
    exact: tuple[int, ...] = ()
    played: tuple[Motion, Motion] | None = field(default=None, compare=False, repr=False)
    """The motion that was planned for and what the keys play back of it, where that is known."""

    @property
    def keys(self) -> int:
        """Keys on all curves: four a joint's rotation, three the location."""
        return 4 * sum(len(r) for r in self.rotations) + 3 * len(self.location)


def plan_keys(motion: Motion, settings: KeySettings | None = None) -> KeyPlan:
    """Choose the frames; the first and last always have keys. Raises InputError for bad
    settings."""
    settings = settings or KeySettings()
    _check(settings, motion.frames)
    if settings.most_mm is None and settings.most_degrees is None:
        chosen = _with(np.arange(0, motion.frames, settings.every), motion.frames, settings.keep)
        return KeyPlan((chosen,) * N_JOINTS, chosen, settings.keep)
    mm = np.inf if settings.most_mm is None else settings.most_mm
    degrees = 180.0 if settings.most_degrees is None else settings.most_degrees
    return _fewest(motion, mm / 1000.0, np.radians(degrees), settings.keep)


def played_back(motion: Motion, plan: KeyPlan) -> Motion:
    """The motion that the planned keys show: curves between keys, quaternions made unit."""
    if plan.played is not None and plan.played[0] is motion:
        return plan.played[1]
    curves = _Curves(motion, plan.exact)
    curves.choose(dict(enumerate((*plan.rotations, plan.location))))
    return curves.shown()


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


def _fewest(motion: Motion, metres: float, radians: float, keep: tuple[int, ...]) -> KeyPlan:
    """Few keys first, each curve by itself; then a key more wherever the whole body is too far off,
    on the curve that errs most there, until nothing is."""
    curves = _Curves(motion, keep)
    allowed = np.minimum(radians, metres / _reach(motion)) / 2.0
    curves.choose(dict(enumerate(curves.spread(_LOOSE * np.append(allowed, metres)))))
    joints = motion.joints()
    shown = curves.shown()
    for _ in range(_MOST_TURNS):
        wanted = _too_far(joints, curves.turned(), shown.joints(), metres, radians)
        if not wanted or not curves.add(wanted):
            break
        shown = curves.shown()
    return KeyPlan(tuple(curves.chosen[:N_JOINTS]), curves.chosen[N_JOINTS], keep, (motion, shown))


class _Curves:
    """The curves of 24 rotations and of the root's place, with the keys chosen so far."""

    def __init__(self, motion: Motion, keep: tuple[int, ...]) -> None:
        quaternions = continuous_quaternions(matrix_to_quaternion(motion.rotations))
        place = np.concatenate((motion.root, np.zeros((motion.frames, 1))), axis=1)
        self.values = np.concatenate((np.swapaxes(quaternions, 0, 1), place[None]))
        """(25, T, 4); the place has a channel that is never used."""
        self._slopes = np.swapaxes(slopes_of(np.swapaxes(self.values, 0, 1)), 0, 1)
        self.chosen: list[Indices] = [np.zeros(0, np.intp)] * len(self.values)
        self._played = self.values.copy()
        self._keep, self._motion = keep, motion

    def spread(self, allowed: Floats) -> list[Indices]:
        """Frames for keys of each curve between which cubics are about `allowed` (25,) off."""
        density = _density(self.values, allowed)
        return [_even(own, len(own), self._keep) for own in density]

    def choose(self, chosen: Mapping[int, Indices]) -> None:
        """Set the keys of some curves, and fit these, end to end as one."""
        which, frames = list(chosen), self._motion.frames
        for curve, own in chosen.items():
            self.chosen[curve] = own
        starts = frames * np.arange(len(which))[:, None]
        keys = np.concatenate(
            [own + start for own, start in zip(chosen.values(), starts, strict=True)]
        )
        exact = (starts + np.array([0, frames - 1, *self._keep])).ravel()
        values = self.values[which].reshape(-1, 4)
        fit = fitted(values, keys, exact, self._slopes[which].reshape(-1, 4))
        self._played[which] = played(*fit, keys).reshape(-1, frames, 4)

    def turned(self) -> Floats:
        """(T, 24) radians between the motion's rotations and those that are played back: four times
        the arcsine of half the distance of the unit quaternions, whose signs go on alike."""
        played = self._played[:N_JOINTS]
        length = np.sqrt(np.square(played).sum(axis=-1, keepdims=True))
        apart = np.sqrt(np.square(played / length - self.values[:N_JOINTS]).sum(axis=-1))
        return 4.0 * np.arcsin(np.minimum(0.5 * apart, 1.0)).T

    def shown(self) -> Motion:
        """What the keys play back."""
        q = np.swapaxes(self._played[:N_JOINTS], 0, 1)
        q = q / np.linalg.norm(q, axis=-1, keepdims=True)
        return replace(
            self._motion, rotations=quaternion_to_matrix(q), root=self._played[N_JOINTS, :, :3],
            track_error=None,
        )  # fmt: skip

    def add(self, wanted: list[tuple[int, Floats]]) -> bool:
        """One key more at each wanted frame, on the first curve, worst first, that has room there.

        wanted: (frame, how much (25,) each curve errs there). Stretches that just got a key wait
        for the next fit. Returns whether any key was added.
        """
        new: dict[int, set[int]] = {}
        for frame, errors in wanted:
            for curve in np.argsort(-errors)[:_CANDIDATES].tolist():
                low, high = _stretch(self.chosen[curve], frame)
                if high - low < 2 or errors[curve] <= 0:
                    continue
                if not any(low < f < high for f in new.get(curve, ())):
                    third = max(1, (high - low) // 3)
                    new.setdefault(curve, set()).add(int(np.clip(frame, low + third, high - third)))
                break
        if new:
            self.choose(
                {c: np.union1d(self.chosen[c], sorted(f)).astype(np.intp) for c, f in new.items()}
            )
        return bool(new)


def _stretch(chosen: Indices, frame: int) -> tuple[int, int]:
    """The keys on both sides of a frame. A frame that has a key and none free after it is off since
    the samples before pull at its value: then the stretch that ends there."""
    k = int(np.clip(np.searchsorted(chosen, frame, "right") - 1, 0, len(chosen) - 2))
    if k and chosen[k] == frame and chosen[k + 1] - frame < 2:
        k -= 1
    return int(chosen[k]), int(chosen[k + 1])


def _too_far(
    joints: Floats, turned: Floats, shown: Floats, metres: float, radians: float
) -> list[tuple[int, Floats]]:
    """The worst frames of every stretch that is too far off, with what each of the 25 curves is to
    blame for there. joints, shown: (T, 24, 3) metres, the motion's and those played back. turned:
    (T, 24) radians between the two."""
    x, y, z = np.moveaxis(shown - joints, -1, 0)
    apart = np.sqrt(x * x + y * y + z * z)
    moved = apart[:, 0]
    found: list[tuple[int, Floats]] = []
    for joint in range(N_JOINTS):
        for frame in _peaks(turned[:, joint] / radians):
            blame = np.zeros(N_JOINTS + 1)
            blame[joint] = 1.0
            found.append((frame, blame))
        for frame in _peaks(apart[:, joint] / metres):
            lever = np.linalg.norm(joints[frame, joint] - joints[frame], axis=-1)
            blame = turned[frame] * lever * ANCESTORS[joint]
            found.append((frame, np.append(blame, moved[frame])))
    return found


def _peaks(share: Floats) -> list[int]:
    """The worst frame of every run above 1."""
    if share.max() <= 1.0:
        return []
    return [first + int(np.argmax(share[first:end])) for first, end in intervals_of(share > 1.0)]


def _reach(motion: Motion) -> Floats:
    """(24,) metres to the farthest joint that each joint carries, at rest."""
    rest = forward(np.broadcast_to(np.eye(3), (24, 3, 3)), motion.body.offsets, np.zeros(3))[1]
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1) * ANCESTORS
    return np.maximum(apart.max(axis=0), 1e-3)


def _density(values: Floats, allowed: Floats) -> Floats:
    """(25, T) keys a frame at which cubics through the samples (25, T, 4) are `allowed` (25,) off.

    A cubic with its ends' values and slopes misses a curve by h⁴ / 384 of its fourth derivative.
    """
    curves, frames = values.shape[:2]
    if frames < 5:
        return np.ones((curves, frames))
    fourth = np.zeros((curves, frames))
    fourth[:, 2:-2] = np.linalg.norm(np.diff(values, n=4, axis=1), axis=-1)
    density = (fourth / (384.0 * allowed[:, None])) ** 0.25
    return gaussian_filter(np.ascontiguousarray(density.T), _CALM).T


def _even(density: Floats, frames: int, keep: Sequence[int]) -> Indices:
    """Frames with as much of the density (T,) from one to the next, at most 1."""
    stops = sorted({0, frames - 1, *keep})
    passed = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))))
    found = [np.array(stops)]
    for first, last in pairwise(stops):
        count = int(np.ceil(passed[last] - passed[first]))
        inner = np.linspace(passed[first], passed[last], max(count, 1) + 1)[1:-1]
        found.append(np.clip(np.searchsorted(passed, inner), first, last))
    return np.unique(np.concatenate(found)).astype(np.intp)
