# SPDX-License-Identifier: GPL-3.0-or-later
"""From a take and an order to what the step makes of it: the core's functions, kind by kind."""

import json
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import numpy as np

from ...lsmplify_core.cleanup.confidence import undecided
from ...lsmplify_core.cleanup.feet.contacts import Contact
from ...lsmplify_core.cleanup.feet.floor import Floor
from ...lsmplify_core.cleanup.feet.lock import FeetMemory, FeetSettings, lock_feet
from ...lsmplify_core.cleanup.keys.plan import KeySettings, plan_keys
from ...lsmplify_core.cleanup.limits import smooth_unseen, spread_twist, within_limits
from ...lsmplify_core.cleanup.placing import placed
from ...lsmplify_core.cleanup.regions import joints_of
from ...lsmplify_core.cleanup.resolve.plugin import blended
from ...lsmplify_core.cleanup.resolve.plugin_tracks import refined_beside
from ...lsmplify_core.cleanup.resolve.pose_keys import PoseKey
from ...lsmplify_core.cleanup.resolve.spans import ResolveSettings, resolve_steps
from ...lsmplify_core.cleanup.smoothing import SmoothSettings, smooth_regions
from ...lsmplify_core.files.packing import pack, unpack
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.in_thread import in_thread
from ..takes import record
from ..takes.fields import REGION_FIELDS, region_of_item
from ..takes.reading import Take
from .orders import Order, Outcome, pose_of

_feet_memory = FeetMemory()
"""Of the feet that were held last: their sliders are dragged."""
_MOST_KEPT = 20_000
"""Frames of a take whose feet are kept: up to 17 kB a frame."""
Steps = Generator[Progress | None, None, Outcome]


def computed(take: Take, order: Order) -> Steps:
    """The outcome of an order; yields the share done. InputError says what is missing."""
    return (yield from _KINDS[order.kind](take, order))


def _resolve(take: Take, order: Order) -> Steps:
    values = order.values
    span = take.grid.within(values["frame_start"], values["frame_end"])
    points, _ = record.tracks_and_expected(take)
    keys: dict[int, PoseKey] = {}
    for frame, text in order.pose_keys:
        at = take.grid.index(frame)
        near = abs(take.grid.first + at * take.grid.step - frame) <= 0.5 * take.grid.step + 1e-3
        if near and span[0] - 1 <= at <= span[1] + 1:
            keys[at] = pose_of(text, f"pose key at frame {frame:g}")
    if points is None and not keys:
        raise InputError(
            "there is no pose key in the range and the action knows no tracks; "
            "mark a pose key, or use Attach Tracks"
        )
    settings = ResolveSettings(memory=values["memory"], ease=values["ease"])
    found = yield from in_thread(
        resolve_steps(take.motion, points, span, keys, joints=_joints(values), settings=settings)
    )
    _, before = record.tracks_and_expected(take)
    expected = None
    if before is not None:
        known = np.isfinite(found.expected)
        expected = np.where(known, np.nan_to_num(found.expected), before)
    return Outcome(found.motion, expected=expected, notes=tuple(found.notes))


def _joints(values: dict[str, Any]) -> tuple[int, ...] | None:
    if values["bones"] == "ALL":
        return None
    if values["bones"] == "REGIONS":
        names = [region_of_item(str(i)) for i in values["regions"]]
    else:
        names = [n.strip() for n in str(values["bone_names"]).split(",") if n.strip()]
    if not names:
        raise InputError("no bone that may change is chosen; select bones, or take all")
    return joints_of(names)


def _refine(take: Take, order: Order) -> Steps:
    refined, text, expected = _kept_motion(take, order.refined), order.refined, None
    if refined is None:
        points, _ = record.tracks_and_expected(take)
        if points is None:
            raise InputError(
                f"action {take.action.name!r} knows no tracks; choose them in Tracks "
                "and use Attach Tracks"
            )
        refined, expected = yield from in_thread(refined_beside(take.motion, points))
        text = pack(rotations=refined.rotations, root=refined.root)
    return Outcome(
        blended(take.motion, refined, order.values["strength"]), expected=expected, refined=text
    )


def _kept_motion(take: Take, text: str) -> Motion | None:
    """The refined motion that a step keeps for its slider, if it is of the same frames."""
    if not text:
        return None
    kept = unpack(text, f"action {take.action.name!r}")
    if kept["rotations"].shape != take.motion.rotations.shape:
        return None
    return replace(take.motion, rotations=kept["rotations"], root=kept["root"])


def _feet(take: Take, order: Order) -> Steps:
    values = order.values
    floor = Floor(values["height"], tuple(values["slope"]))
    contacts = [Contact(part, a, b) for part, a, b in json.loads(order.contacts or "[]")]
    settings = FeetSettings(ease=values["ease"], slack=values["slack"], above=values["above"])
    yield Progress("clean", 0.1)
    if take.motion.frames > _MOST_KEPT:
        forget()
        return Outcome(lock_feet(take.motion, contacts, floor, settings))
    return Outcome(lock_feet(take.motion, contacts, floor, settings, _feet_memory))


def forget() -> None:
    """Let go of the feet that are kept, as where the file that they were in is closed."""
    _feet_memory.passes.clear()


def _smooth(take: Take, order: Order) -> Steps:
    seconds = {name: order.values[field] for name, field in REGION_FIELDS.items()}
    yield Progress("clean", 0.1)
    return Outcome(smooth_regions(take.motion, seconds, SmoothSettings(keep=order.values["keep"])))


def _limits(take: Take, order: Order) -> Steps:
    values = order.values
    yield Progress("clean", 0.1)
    motion, notes = take.motion, ()
    if values["calm"] > 0:
        points, expected = record.tracks_and_expected(take)
        if points is None:
            notes = (
                "Smoothing did nothing: the action knows no tracks, which show what is "
                "decided; use Attach Tracks",
            )
        else:
            nobody = undecided(motion, points)
            motion = smooth_unseen(motion, expected, values["calm"], values["unsure"], nobody)
    motion = within_limits(motion, values["limits"], values["margin"])
    return Outcome(spread_twist(motion, values["twist"]), notes=notes)


def _place(take: Take, order: Order) -> Steps:
    values = order.values
    yield Progress("clean", 0.1)
    done = placed(
        take.motion, on_floor=values["on_floor"], face_front=values["face_front"],
        centre=values["centre"], in_place=values["in_place"],
    )  # fmt: skip
    return Outcome(done.motion, changes=", ".join(done.notes))


def _keys(take: Take, order: Order) -> Steps:
    values = order.values
    yield Progress("clean", 0.1)
    if values["mode"] == "FEWEST":
        settings = KeySettings(most_mm=values["most_mm"], most_degrees=values["most_degrees"])
    else:
        settings = KeySettings(every=values["every"] if values["mode"] == "NTH" else 1)
    plan = plan_keys(take.motion, settings)
    every = 99 * take.motion.frames
    share = f"{plan.keys} keys, {100 * plan.keys / every:.0f} % of a key on every frame"
    return Outcome(take.motion, plan=plan, notes=(share,))


_KINDS: dict[str, Callable[[Take, Order], Steps]] = {
    "RESOLVE": _resolve, "REFINE": _refine, "FEET": _feet, "SMOOTH": _smooth, "LIMITS": _limits,
    "KEYS": _keys, "PLACE": _place,
}  # fmt: skip
