# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks beside a motion: in metres, frame for frame, each fixed to a joint of the body."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..body.markers import MarkerObservations
from ..geometry.kinematics import forward, posed_points
from ..layouts.layout import load_layout
from ..layouts.matching import Match, best_match, match_layout
from ..motion.motion import Motion
from ..pipeline import Solution
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import converted, find_world

_SPREAD: Final = 0.01
"""Metres: how far a point may lie from the layout's place on the body; what the take says counts
more the further it is seen away from there, and the more frames say so."""
_ENOUGH: Final = 30.0
"""Frames whose median is believed as much as the layout."""


@dataclass(frozen=True)
class Attached:
    """K tracks of a motion of T frames.

    positions: (T, K, 3) metres, world Z up, NaN where unseen. names: (K,). joints: (K,) the joint
    that carries each. offsets: (K, 3) metres in the joints' frames. source: for messages.
    """

    positions: Floats
    names: tuple[str, ...]
    joints: NDArray[np.intp]
    offsets: Floats
    source: str = "tracks"
    _last: list[tuple[Motion, Floats]] = field(
        default_factory=list[tuple[Motion, Floats]], init=False, repr=False, compare=False
    )
    """The motion that errors were asked for last, and they: curves, spans and figures of one motion
    all ask for them."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, K) where a track was measured."""
        return np.asarray(np.isfinite(self.positions).all(axis=-1))

    def target(self, motion: Motion) -> MarkerObservations:
        """The tracks as the solver wants them, on the motion's body, in metres."""
        return MarkerObservations(
            motion.body.offsets, self.joints, self.offsets,
            np.nan_to_num(self.positions), self.seen.astype(np.float64),
        )  # fmt: skip

    def on_body(self, motion: Motion) -> Floats:
        """(T, K, 3) metres: where the body has the points."""
        return posed_points(
            motion.rotations, motion.body.offsets, motion.root, self.joints, self.offsets
        )

    def errors(self, motion: Motion) -> Floats:
        """(T, K) metres between tracks and body, NaN where unseen."""
        if not self._last or self._last[0][0] is not motion:
            away = self.positions - self.on_body(motion)
            x, y, z = (away[..., i] for i in range(3))
            self._last[:] = [(motion, np.sqrt(x * x + y * y + z * z))]
        return self._last[0][1].copy()


def attach(
    motion: Motion, tracks: Tracks, layout: str = "auto", match: Match | None = None
) -> Attached:
    """Fix tracks to a motion's body where the motion itself shows them to be.

    tracks: in any unit, any axis up, as many frames as the motion. match: which track is which
    keypoint; found by `layout` where it is None. A point's offset is the median over the frames of
    where it lies in its joint's frame, drawn to the layout's place where few frames show it.
    Raises InputError where the frames differ in number or the tracks are no body's.
    """
    if tracks.frames != motion.frames:
        raise InputError(
            f"{tracks.source}: has {tracks.frames} frames and the motion has {motion.frames}; "
            "they must be the same take at the same rate"
        )
    if match is None:
        match = (
            best_match(tracks.names) if layout == "auto"
            else match_layout(tracks.names, load_layout(layout))
        )  # fmt: skip
    taken = converted(tracks.select([t for _, t in match.matched]), find_world(tracks, match))
    keypoints = [k for k, _ in match.matched]
    joints = match.layout.joints[keypoints]
    size = motion.body.height / default_body().height
    offsets = _seen_offsets(motion, taken.positions, joints, size * match.layout.offsets[keypoints])
    return Attached(taken.positions, taken.names, joints, offsets, tracks.source)


def attached_of(solution: Solution, tracks: Tracks) -> Attached:
    """The same after a solve, with the places that it found, as large as its motion; tracks: those
    that were solved."""
    match = solution.match
    world = find_world(tracks, match) if solution.facts is None else solution.facts.world
    taken = converted(tracks.select([t for _, t in match.matched]), world)
    places = taken.positions
    if solution.scaling is not None:
        places = solution.scaling.of(places)
    return Attached(places, taken.names, solution.joints, solution.offsets, tracks.source)


def _seen_offsets(
    motion: Motion, positions: Floats, joints: NDArray[np.intp], prior: Floats
) -> Floats:
    """(K, 3) medians in the joints' frames, drawn to the prior."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    away = positions - placed[:, joints]
    local = (np.swapaxes(turned[:, joints], -1, -2) @ away[..., None])[..., 0]
    offsets = prior.copy()
    for k in range(len(joints)):
        seen = local[np.isfinite(local[:, k]).all(axis=1), k]
        if len(seen):
            share = len(seen) / (len(seen) + _ENOUGH)
            offsets[k] = prior[k] + share * (np.median(seen, axis=0) - prior[k])
    return offsets
