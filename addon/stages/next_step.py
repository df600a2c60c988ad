# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one is, in a line, and the one button that comes next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy

from ..character.apply.plan import target_of
from ..solve.operators import missing
from ..takes import choosing, record
from ..takes.reading import shown_action
from ..tracks.choice import missing_tracks, said_tracks
from ..translations import said
from .properties import PAGES


@dataclass(frozen=True)
class Next:
    """status: where one is. operator, text, icon, values: the button; text "" is the operator's
    own."""

    status: str
    operator: str
    text: str = ""
    icon: str = "NONE"
    values: dict[str, Any] = field(default_factory=dict)


def next_step(context: bpy.types.Context) -> Next:
    """What the head of the sidebar says and offers now. Asked at every redraw: reads no file."""
    return _STEPS.get(context.scene.lsmplify.stage, _before_a_solve)(context)


def _before_a_solve(context: bpy.types.Context) -> Next:
    lacking = missing_tracks(context)
    if lacking:
        return Next(said(lacking), "lsmplify.import_tracks", icon="IMPORT")
    status = said(missing(context)) or said_tracks(context)
    return Next(status, "lsmplify.solve_and_bake", icon="ARMATURE_DATA")


def _review(context: bpy.types.Context) -> Next:
    armature = choosing.chosen(context)
    if armature is None or shown_action(armature) is None:
        return _before_a_solve(context)
    rig, action = armature.lsmplify_rig, shown_action(armature)
    if rig.posing:
        status = said("Pose it at scene frame {frame}", frame=context.scene.frame_current)
        return Next(status, "lsmplify.resolve_pose", icon="KEY_HLT")
    if rig.spans_of != action.name:
        return Next(action.name, "lsmplify.measure", icon="VIEWZOOM")
    if not rig.spans:
        status = said("Nothing is worth a look")
        return _to_stage(status, "CLEAN_UP", "Clean Up")
    seen = 0 <= rig.span < len(rig.spans) and rig.looked
    if not seen:
        status = said("{count} spans worth a look", count=len(rig.spans))
        text, values = "Worst Span", {"index": 0}
    else:
        status = said("Span {number} of {count}", number=rig.span + 1, count=len(rig.spans))
        text, values = "Next Span", {"step": 1}
        if rig.span == len(rig.spans) - 1:
            return _to_stage(status, "CLEAN_UP", "Clean Up")
    return Next(status, "lsmplify.jump_to_span", text, "TRIA_RIGHT", values)


_MADE_BY = {
    "FEET": ("lsmplify.lock_feet", "LOCKED"),
    "SMOOTH": ("lsmplify.smooth", "MOD_SMOOTH"),
    "LIMITS": ("lsmplify.limits", "CON_ROTLIMIT"),
    "KEYS": ("lsmplify.reduce_keys", "KEYFRAME_HLT"),
}
"""The step of each page of the clean-up, in the usual order."""
_LABELS = {page[0]: page[1] for page in PAGES["CLEAN_UP"]}


def _clean_up(context: bpy.types.Context) -> Next:
    armature, page = choosing.chosen(context), context.scene.lsmplify.clean_up_page
    action = shown_action(armature)
    if action is None:
        status = said("Select an animated body")
        return Next(status, "lsmplify.import_motion", icon="IMPORT")
    made = {a.lsmplify_step.kind for a in record.chain(action)}
    if page in _MADE_BY and page not in made:
        operator, icon = _MADE_BY[page]
        return Next(action.name, operator, icon=icon)
    if page == "EXPORT":
        return Next(action.name, "lsmplify.export_take", icon="EXPORT")
    after = _after(page, made)
    values = {"stage": "CLEAN_UP", "page": after}
    return Next(action.name, "lsmplify.go_to_stage", _LABELS[after], "FORWARD", values)


def _after(page: str, made: set[str]) -> str:
    """The page that follows one of a step that is made; from a page without a step, the first step
    that is not made yet. Export is the last."""
    steps = [*_MADE_BY, "EXPORT"]
    if page in steps:
        return steps[steps.index(page) + 1]
    return next((s for s in steps if s not in made), "EXPORT")


def _character(context: bpy.types.Context) -> Next:
    target = target_of(context)
    applied = target.lsmplify_applied.action if target is not None else None
    if target is not None and applied is not None and shown_action(target) == applied:
        return Next(applied.name, "lsmplify.export_character", icon="EXPORT")
    action = shown_action(choosing.chosen(context))
    if action is None:
        return _before_a_solve(context)
    if target is None:
        return Next(
            said("Choose the character's armature"), "lsmplify.apply_to_character",
            icon="ARMATURE_DATA",
        )  # fmt: skip
    return Next(action.name, "lsmplify.apply_to_character", icon="ARMATURE_DATA")


def _to_stage(status: str, stage: str, text: str) -> Next:
    return Next(status, "lsmplify.go_to_stage", text, "FORWARD", {"stage": stage, "page": ""})


_STEPS: dict[str, Callable[[bpy.types.Context], Next]] = {
    "REVIEW": _review, "CLEAN_UP": _clean_up, "CHARACTER": _character,
}  # fmt: skip
"""By stage; the others lead to a solve. A feature with a stage of its own may put its own here."""


def attach(stage: str, step: Callable[[bpy.types.Context], Next]) -> None:
    """Let a feature say what comes next on its stage."""
    _STEPS[stage] = step
