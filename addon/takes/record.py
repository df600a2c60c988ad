# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracks that an action was solved from, kept on it, so that all works after saving and
loading."""

import uuid
from collections.abc import Iterator, Sequence

import bpy
import numpy as np

from ...lsmplify_core.cleanup.attached import Attached, attached_of
from ...lsmplify_core.files.packing import pack, unpack
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.repair import Repair
from ...lsmplify_core.review.track_record import TrackRecord, from_text, to_text
from ...lsmplify_core.runtime.array_types import Floats
from ..tracks.scene_tracks import SceneTracks
from . import repairs
from .reading import Take

_MOST_READ = 8
_read: dict[str, TrackRecord] = {}
"""Records by their id, the last ones used: they are asked for at every redraw."""


def keep(
    action: bpy.types.Action, record: TrackRecord, undone: Sequence[Repair] = ()
) -> None:  # fmt: skip
    """Store the record on the action, and list its repairs; undone: those that were found and are
    not done."""
    step = action.lsmplify_step
    step.record, step.record_id = to_text(record), uuid.uuid4().hex
    repairs.fill(action, record, undone)
    _remember(step.record_id, record)


def keep_solved(
    action: bpy.types.Action, taken: SceneTracks, solution: Solution, step: float
) -> None:
    """After a solve; step: scene frames between two samples. Where only some frames were solved
    into an action that keeps a longer take, that one stays."""
    record = TrackRecord(
        attached_of(solution, taken.tracks), taken.first, step, solution.match.layout.name,
        solution.expected, solution.repairs,
    )  # fmt: skip
    old = action.lsmplify_step
    if old.record:
        before = from_text(old.record, f"action {action.name!r}")
        if before.first < record.first - 0.5 or before.last > record.last + 0.5:
            return
    if not old.kind:
        old.kind, old.take = "SOLVE", action.name.removesuffix(" LSMPLify")
    keep(action, record)


def chain(action: bpy.types.Action | None) -> Iterator[bpy.types.Action]:
    """The action, the one that it was made from, and so on."""
    seen: set[str] = set()
    while action is not None and action.name not in seen:
        seen.add(action.name)
        yield action
        action = action.lsmplify_step.source


def find(action: bpy.types.Action | None) -> TrackRecord | None:
    """The record of an action or of the one it was made from; None where none is kept. InputError
    for a damaged one."""
    owner = owner_of(action)
    if owner is None:
        return None
    step = owner.lsmplify_step
    if step.record_id not in _read:
        _remember(step.record_id, from_text(step.record, f"action {owner.name!r}"))
    return _read[step.record_id]


def owner_of(action: bpy.types.Action | None) -> bpy.types.Action | None:
    """The action that keeps the record of an action: itself, or one that it was made from."""
    return next((a for a in chain(action) if a.lsmplify_step.record), None)


def tracks_and_expected(take: Take) -> tuple[Attached | None, Floats | None]:
    """The take's tracks and expected errors on its own frames; None for what is not known."""
    record = find(take.action)
    if record is None:
        return None, None
    attached, expected = record.at(take.grid.frames)
    later = _later_expected(take)
    return attached, expected if later is None else later


def keep_expected(action: bpy.types.Action, take: Take, expected: Floats) -> None:
    """Store what a step expects to be wrong by, (T, 22) radians on the take's frames."""
    action.lsmplify_step.expected = pack(
        expected=expected.astype(np.float16), first=np.array(take.grid.first)
    )


def _later_expected(take: Take) -> Floats | None:
    """What the last step that solved expects, if it has the take's frames."""
    for owner in chain(take.action):
        step = owner.lsmplify_step
        if step.record:
            return None
        if step.expected:
            kept = unpack(step.expected, f"action {owner.name!r}")
            if len(kept["expected"]) == take.grid.count:
                return kept["expected"].astype(np.float64)
    return None


def _remember(key: str, record: TrackRecord) -> None:
    while len(_read) >= _MOST_READ:
        del _read[next(iter(_read))]
    _read[key] = record
