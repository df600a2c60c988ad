# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify.result.verdict`: whether the last solve can be used, kept and drawn."""

from typing import Final

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty

from ...lsmplify_core.verdict import CHECK, DO_NOT_USE, GOOD, Verdict
from ...lsmplify_core.verdict.limits import TEXTS
from ..bake.motion_keys import Timing
from ..common import lines
from ..translations import said

NOWHERE: Final = -1_000_000
"""Scene frame of a reason that holds for the whole take."""

GRADES: Final = {
    GOOD: ("Good: nothing speaks against it", "COLORSET_03_VEC"),
    CHECK: ("Check it before you use it", "COLORSET_09_VEC"),
    DO_NOT_USE: ("Do not use it", "COLORSET_01_VEC"),
}
"""What is said of each grade, and a green, yellow or red icon."""


class LSMPLifyReason(bpy.types.PropertyGroup):
    """One reason of a verdict."""

    code: StringProperty(description="The reason's short name")
    number: StringProperty(description="The number in the reason's sentence")
    subject: StringProperty(description="The track or limb that it concerns")
    refuses: BoolProperty(description="Whether this reason alone forbids to use the result")
    frame: IntProperty(description="The scene frame where it shows most", default=NOWHERE)


class LSMPLifyVerdict(bpy.types.PropertyGroup):
    """The verdict on the last solve."""

    grade: StringProperty(description="The grade: good, check or do not use")
    reasons: CollectionProperty(type=LSMPLifyReason, description="Why it is not good")


def fill(kept: bpy.types.PropertyGroup, verdict: Verdict, timing: Timing) -> None:
    """Keep a verdict in the scene.

    Args:
        kept: the scene's verdict, replaced.
        verdict: of the solve.
        timing: when the take's samples are in the scene.
    """
    kept.grade = verdict.grade
    kept.reasons.clear()
    for reason in verdict.reasons:
        item = kept.reasons.add()
        item.code, item.number = reason.code, reason.shown
        item.subject = ", ".join(reason.tracks)
        item.refuses = reason.grade == DO_NOT_USE
        if reason.frame is not None:
            item.frame = round(timing.first + timing.step * reason.frame)


def sentence(reason: bpy.types.PropertyGroup) -> str:
    """The reason in the language of the window."""
    subject = reason.subject
    if reason.code in ("limb-unseen", "limb-mostly-unseen"):
        subject = said(subject.title())
    text = said(TEXTS[reason.code], v=reason.number, track=subject)
    return text[:1].upper() + text[1:]


def draw(
    layout: bpy.types.UILayout, context: bpy.types.Context, verdict: bpy.types.PropertyGroup
) -> None:
    """The grade with its colour, and each reason with a button that shows it."""
    if verdict.grade not in GRADES:
        return
    text, icon = GRADES[verdict.grade]
    box = layout.box().column()
    box.alert = verdict.grade == DO_NOT_USE
    lines.draw(box, context, said(text), icon)
    for index, reason in enumerate(verdict.reasons):
        if reason.code not in TEXTS:
            continue  # of a scene that a later version made
        part = box.column(align=True)
        lines.draw(part, context, sentence(reason), "ERROR" if reason.refuses else "DOT")
        part.operator("lsmplify.show_reason", icon="VIEWZOOM").index = index


CLASSES = (LSMPLifyReason, LSMPLifyVerdict)
