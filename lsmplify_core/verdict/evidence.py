# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict is found from: a solved motion, its tracks, and what was done to them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..motion.motion import Motion
from ..repair import Repair
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import World
from .posed_body import PosedBody, pose_body

LEAST_POINTS: Final = 4
"""Frames that show fewer points are interpolated and not solved."""
STATURE_OF_HEIGHT: Final = 1.64 / 1.50
"""Stature (sole to crown) over `Body.height` (toe joint to head joint) of the default body."""


@dataclass(frozen=True)
class Measure:
    """A number about a take, the frame and the tracks where it shows most, if anywhere."""

    value: float
    frame: int | None = None
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A solved take.

    Attributes:
        motion: the result, with `track_error` (T, K) in metres.
        tracks: the K tracks that it was solved from in metres with Z up, in the order of the
            motion's `track_names`, after repairs (left-out samples are NaN); None where only the
            motion is there, as in a file of results.
        repairs: what was repaired or left out in them.
        expected: (T, 22) radians, the error that the predictor expects of each rotation.
        joints: (K,) joint that carries each track.
        offsets: (K, 3) metres, calibrated place of each track in its joint's frame.
        usual: (K, 3) metres on the default body, the layout's own place of each track.
        certainty: 0 to 1, of a match without names; None where names said what the tracks are.
        sized: whether the unit is known; an arbitrary one says nothing about the person's height.
        world: how the tracks came into metres with Z up; None where they were so.
    """

    motion: Motion
    tracks: Tracks | None = None
    repairs: tuple[Repair, ...] = ()
    expected: Floats | None = None
    joints: NDArray[np.intp] | None = None
    offsets: Floats | None = None
    usual: Floats | None = None
    certainty: float | None = None
    sized: bool = True
    world: World | None = None

    def prepare(self) -> None:
        """Compute what several measures look at, before they are taken side by side."""
        _ = self.body, self.error, self.seen, self.shown

    @cached_property
    def body(self) -> PosedBody:
        """The joints in the world."""
        return pose_body(self.motion)

    @property
    def places(self) -> Floats:
        """(T, 24, 3) metres: the joints in the world."""
        return self.body.placed.transpose(2, 1, 0)

    @property
    def size(self) -> float:
        """The body's size beside the default one."""
        return max(self.motion.body.height / default_body().height, 1e-6)

    @property
    def stature(self) -> float:
        """Metres from sole to crown."""
        return self.motion.body.height * STATURE_OF_HEIGHT

    @cached_property
    def error(self) -> Floats:
        """(T, K) metres on a body of the default size, NaN where unseen."""
        if self.motion.track_error is None:
            return np.full((self.motion.frames, len(self.motion.track_names)), np.nan)
        return self.motion.track_error / self.size

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """(T, K): samples that the result was solved from."""
        return np.isfinite(self.error) if self.tracks is None else self.tracks.seen

    @cached_property
    def shown(self) -> NDArray[np.bool_]:
        """(T,): frames that enough tracks show for a pose to be solved; all where none are
        known."""
        if not self.seen.any():
            return np.ones(self.motion.frames, dtype=bool)
        return np.asarray(self.seen.sum(axis=1) >= LEAST_POINTS)

    @property
    def shown_span(self) -> tuple[int, int]:
        """The first frame that is shown, and the one after the last."""
        frames = np.flatnonzero(self.shown)
        return (int(frames[0]), int(frames[-1]) + 1) if len(frames) else (0, self.motion.frames)


def worst_window(values: Floats, width: int) -> Measure:
    """The largest mean of `values` (T,) over `width` frames, NaN left out, and its middle frame."""
    known = np.isfinite(values)
    width = min(max(width, 1), len(values))
    total = np.convolve(np.where(known, values, 0.0), np.ones(width), "valid")
    count = np.convolve(known.astype(float), np.ones(width), "valid")
    mean = np.where(count > 0, total / np.maximum(count, 1.0), 0.0)
    first = int(np.argmax(mean))
    return Measure(float(mean[first]), first + width // 2)
