# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of what was found wrong with an action's tracks, kept on the action, to be ticked."""

import json
from collections.abc import Sequence

import bpy

from ...lsmplify_core.repair import Repair
from ...lsmplify_core.review.scene_frames import in_scene_frames
from ...lsmplify_core.review.track_record import TrackRecord
from ...lsmplify_core.runtime.errors import InputError
from . import live


def fill(action: bpy.types.Action, record: TrackRecord, undone: Sequence[Repair] = ()) -> None:
    """List the record's repairs, which are done, and those that are undone, by their frames."""
    step = action.lsmplify_step
    step.repairs.clear()
    with live.silent():
        step.repair = 0
    listed = [(r, True) for r in record.repairs] + [(r, False) for r in undone]
    for repair, on in sorted(listed, key=lambda pair: (pair[0].first, pair[0].tracks)):
        item = step.repairs.add()
        item.name = f"{repair.kind} {' '.join(repair.tracks)}"
        item.kind, item.tracks, item.on = repair.kind, json.dumps(repair.tracks), on
        item.first, item.last = repair.first, repair.last
        item.start = round(record.first + record.step * repair.first)
        item.end = round(record.first + record.step * repair.last)
        item.done, item.evidence = repair.done, repair.evidence
        item.told = in_scene_frames(f"{repair.done}: {repair.evidence}", record.first, record.step)


def listed(action: bpy.types.Action) -> tuple[list[Repair], list[Repair]]:
    """The repairs that are ticked, and those that are not."""
    items = action.lsmplify_step.repairs
    return [repair_of(i) for i in items if i.on], [repair_of(i) for i in items if not i.on]


def repair_of(item: bpy.types.PropertyGroup) -> Repair:
    """A line of the list as the core knows it."""
    try:
        tracks = tuple(str(t) for t in json.loads(item.tracks))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"the list of repairs is damaged at {item.name!r}; solve the take again"
        ) from error
    return Repair(item.kind, tracks, item.first, item.last, item.done, item.evidence)
