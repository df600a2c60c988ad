# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve knows of its tracks, kept with its result: as text that a scene file can hold."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..cleanup.attached import Attached, attach
from ..cleanup.confidence import expected_errors
from ..files.packing import pack, unpack
from ..geometry.skeleton import N_JOINTS, N_POSED
from ..layouts.layout import load_layout
from ..layouts.matching import best_match, match_layout
from ..motion.motion import Motion
from ..repair import Repair, apply
from ..repair.records import repair_from_json
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks, checked_tracks
from ..tracks.units_and_axes import converted, find_world

_VERSION: Final = 1
_NEAR: Final = 0.02
"""Samples: nearer than this a frame shows the sample itself, without its neighbour."""


@dataclass(frozen=True)
class TrackRecord:
    """Tracks beside an armature's motion, on the clock of their own.

    attached: (T, K) tracks in metres as they were measured, where each is fixed to the body, and
    their source. first: scene frame of the first sample. step: scene frames between two samples.
    layout: its name. expected: (T, 22) radians, the error that the network expects of each
    rotation; None where the motion is not from the solver. repairs: what was mended before the
    solve.
    """

    attached: Attached
    first: float
    step: float
    layout: str
    expected: Floats | None = None
    repairs: tuple[Repair, ...] = ()

    @cached_property
    def mended(self) -> Floats:
        """(T, K, 3) metres: the tracks with labels right and mistakes left out; gaps stay gaps."""
        if not self.repairs:
            return self.attached.positions
        return apply(self.tracks(), [r for r in self.repairs if r.kind != "gap"]).positions

    def tracks(self) -> Tracks:
        """The tracks as they were measured, on their own clock at a rate of one, in metres, Z
        up."""
        old = self.attached
        made = checked_tracks(old.positions, old.names, 1.0, old.source, 1.0, "+z")
        return replace(made, unit_given=True, up_given=True)

    @property
    def samples(self) -> int:
        """Number of samples, T."""
        return len(self.attached.positions)

    @property
    def last(self) -> float:
        """Scene frame of the last sample."""
        return self.first + self.step * (self.samples - 1)

    def at(self, frames: Floats) -> tuple[Attached, Floats | None]:
        """Tracks and expected errors at scene frames (N,).

        They are the mended ones. Positions between two samples are interpolated where both are
        seen; frames that the record does not cover show no track, and their expected errors are
        those of the nearest sample.
        """
        where = (np.asarray(frames, dtype=np.float64) - self.first) / self.step
        inside = (where > -_NEAR) & (where < self.samples - 1 + _NEAR)
        held = np.clip(where, 0, self.samples - 1)
        nearest = np.rint(held).astype(np.intp)
        tracks = self.mended
        positions = tracks[nearest]
        between = np.flatnonzero(np.abs(held - nearest) >= _NEAR)
        if len(between):
            low = np.minimum(held[between].astype(np.intp), max(self.samples - 2, 0))
            share = np.clip(held[between] - low, 0.0, 1.0)[:, None, None]
            high = np.minimum(low + 1, self.samples - 1)
            positions[between] = (1.0 - share) * tracks[low] + share * tracks[high]
        positions[~inside] = np.nan
        old = self.attached
        attached = Attached(positions, old.names, old.joints, old.offsets, old.source)
        return attached, None if self.expected is None else self.expected[nearest]


def fixed_to(
    motion: Motion, where: Floats, tracks: Tracks, layout: str = "auto"
) -> tuple[Attached, str]:
    """Tracks on a clock of their own fixed to a motion's body; also the layout's name.

    where: (T,) the motion's frame, fractional, that each sample of the tracks falls on. The places
    on the body are found where tracks and motion overlap. tracks: in any unit, any axis up. Raises
    InputError where they do not overlap or the tracks are no body's.
    """
    inside = np.flatnonzero((where > -_NEAR) & (where < motion.frames - 1 + _NEAR))
    if not len(inside):
        raise InputError(f"{tracks.source}: none of its samples fall on frames of the action")
    match = (
        best_match(tracks.names) if layout == "auto"
        else match_layout(tracks.names, load_layout(layout))
    )  # fmt: skip
    taken = replace(converted(tracks, find_world(tracks, match)), unit_given=True, up_given=True)
    first, last = int(inside[0]), int(inside[-1])
    part = attach(motion.at(where[inside]), taken.between(first, last), match=match)
    columns = [t for _, t in match.matched]
    whole = Attached(
        taken.positions[:, columns], part.names, part.joints, part.offsets, tracks.source
    )
    return whole, match.layout.name


def expected_beside(motion: Motion, points: Attached, where: Floats) -> Floats:
    """(T, 22) radians on the tracks' clock: what the network expects to be wrong of a motion that
    it did not solve. where: as in `fixed_to`; samples beside the motion have its nearest
    frame's."""
    held = np.clip(where, 0, motion.frames - 1)
    inside = (where > -_NEAR) & (where < motion.frames - 1 + _NEAR)
    shown = replace(points, positions=np.where(inside[:, None, None], points.positions, np.nan))
    return expected_errors(motion.at(held), shown)


def to_text(record: TrackRecord) -> str:
    """The record in one string of ASCII."""
    attached = record.attached
    told = {"version": _VERSION, "first": record.first, "step": record.step,
            "layout": record.layout, "source": attached.source, "names": attached.names,
            "repairs": [r.to_json() for r in record.repairs]}  # fmt: skip
    arrays: dict[str, Any] = {
        "told": np.array(json.dumps(told)),
        "positions": attached.positions.astype(np.float32),
        "joints": np.asarray(attached.joints, dtype=np.int16),
        "offsets": np.asarray(attached.offsets, dtype=np.float32),
    }
    if record.expected is not None:
        arrays["expected"] = record.expected.astype(np.float16)
    return pack(**arrays)


def from_text(text: str, where: str) -> TrackRecord:
    """The record again. InputError, naming `where` it was kept, for text that is none."""
    arrays = unpack(text, where)
    try:
        told: dict[str, Any] = json.loads(str(arrays["told"]))
        attached = Attached(
            arrays["positions"].astype(np.float64), tuple(str(n) for n in told["names"]),
            arrays["joints"].astype(np.intp), arrays["offsets"].astype(np.float64),
            str(told["source"]),
        )  # fmt: skip
        expected = arrays["expected"].astype(np.float64) if "expected" in arrays else None
        record = TrackRecord(
            attached, float(told["first"]), float(told["step"]), str(told["layout"]), expected,
            tuple(repair_from_json(r, where) for r in told.get("repairs", ())),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{where}: what it keeps of its tracks is damaged: {error}") from error
    if not _sound(record):
        raise InputError(f"{where}: what it keeps of its tracks does not fit together")
    return record


def _sound(record: TrackRecord) -> bool:
    attached: Attached = record.attached
    tracks, joints = len(attached.names), attached.joints
    shapes = (
        attached.positions.shape[1:] == (tracks, 3) and joints.shape == (tracks,)
        and attached.offsets.shape == (tracks, 3)
        and (record.expected is None or record.expected.shape == (record.samples, N_POSED))
    )  # fmt: skip
    inside: NDArray[np.bool_] = (joints >= 0) & (joints < N_JOINTS)
    clock = np.isfinite(record.first) and np.isfinite(record.step) and record.step > 0
    return bool(shapes and record.samples > 0 and inside.all() and clock)
