# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: where to look, and how well it went."""

import bpy

from ..common import lines
from ..common.panels import StagePanel, is_narrow
from ..takes import choosing
from ..translations import said, sentences
from . import verdict
from .operators import (
    LSMPLIFY_OT_attach_tracks,
    LSMPLIFY_OT_jump_to_span,
    LSMPLIFY_OT_jump_to_worst,
    LSMPLIFY_OT_measure,
)

_KINDS = {"track error": "TRACKER", "jitter": "RNDCURVE", "unsure": "QUESTION"}
"""An icon for what is wrong in a span: the line is short in a narrow sidebar."""

_FIGURE = 7
"""Letters of a figure with its unit that a line has room for; the sentence below has it whole."""

CHARACTER = (
    "A character: pose the bones and key them",
    "To re-solve: solve a new body, correct it, Apply to Character",
)
"""What the list of a character can't do, and what to do instead."""

REGIONS = {
    "root": "Root", "spine": "Spine", "head": "Head", "left arm": "L Arm", "right arm": "R Arm",
    "left leg": "L Leg", "right leg": "R Leg",
}  # fmt: skip
"""Short names of the regions."""


class LSMPLIFY_UL_spans(bpy.types.UIList):
    """Worst spans: what is wrong, whose, how much, at which scene frames, and the way to mend it."""  # noqa: E501

    def draw_item(
        self, context: bpy.types.Context, layout: bpy.types.UILayout, _data: object, item: object,
        _icon: int, _active: object, _property: str, index: int = 0,
    ) -> None:  # fmt: skip
        """One line; frames come first, since a narrow line is cut off at its end. The narrowest
        leaves the region to the sentence under the list."""
        row, narrow = layout.row(align=True), is_narrow(context)
        split = row.split(factor=0.75 if narrow else 0.5, align=True)
        frames = lines.span(item.first, item.last, 7 if narrow else 9)
        split.label(text=frames, icon=_KINDS.get(item.what, "DOT"), translate=False)
        rest = split if narrow else split.split(factor=0.45, align=True)
        if not narrow:
            rest.label(text=said(REGIONS.get(item.region, item.region)), translate=False)
        whole = len(item.figure) <= (0 if narrow else _FIGURE)
        rest.label(text=item.figure if whole else item.figure.partition(" ")[0], translate=False)
        row.operator("lsmplify.pose_this", text="", icon="POSE_HLT").index = index


class LSMPLIFY_PT_review(StagePanel, bpy.types.Panel):
    """Lines over the body, worst spans."""

    bl_label = "Review"
    bl_idname = "LSMPLIFY_PT_review"
    stage, page = "REVIEW", "SPANS"

    def draw(self, context: bpy.types.Context) -> None:
        """Overlay, list, tracks."""
        settings, column = context.scene.lsmplify.seeing, self.split_column(context)
        narrow = is_narrow(context)
        _draw_overlay(column, settings, "show", "worst_mm", "OVERLAY", narrow)
        _draw_overlay(column, settings, "show_doubt", "worst_degrees", "QUESTION", narrow)
        armature = choosing.reviewed(context)
        if armature is None:
            lines.draw(column, context, said("Select an animated body"), "INFO")
            return
        rig = armature.lsmplify_rig
        column.template_list("LSMPLIFY_UL_spans", "", rig, "spans", rig, "span", rows=6)
        row = column.row(align=True)
        jump = LSMPLIFY_OT_jump_to_span.bl_idname
        row.operator(jump, text="Previous", icon="TRIA_LEFT").step = -1
        row.operator(jump, text="Next", icon="TRIA_RIGHT").step = 1
        column.operator("lsmplify.pose_this", icon="POSE_HLT").index = rig.span
        if choosing.is_reviewed_character(armature):
            for text in CHARACTER:
                lines.draw(column, context, said(text), "INFO")
            if 0 <= rig.span < len(rig.spans):
                lines.draw(column, context, sentence(rig.spans[rig.span]))
            return
        row = column.row(align=True)
        row.operator(LSMPLIFY_OT_measure.bl_idname, icon="VIEWZOOM")
        row.prop(settings, "curves", text="", icon="GRAPH", toggle=True)
        column.operator(LSMPLIFY_OT_attach_tracks.bl_idname, icon="LINKED")
        if 0 <= rig.span < len(rig.spans):
            lines.draw(column, context, sentence(rig.spans[rig.span]))


class LSMPLIFY_PT_result(StagePanel, bpy.types.Panel):
    """How well it went."""

    bl_label = "Result"
    bl_idname = "LSMPLIFY_PT_result"
    stage, page = "REVIEW", "RESULT"

    def draw(self, context: bpy.types.Context) -> None:
        """Errors, and the way to the worst of them."""
        result, column = context.scene.lsmplify.result, self.layout.column()
        column.operator(LSMPLIFY_OT_jump_to_worst.bl_idname, icon="TRACKER")
        if not result.done:
            lines.draw(column, context, said("Nothing is solved yet"), "INFO")
            return
        for line in figures(result):
            lines.draw(column, context, line)
        verdict.draw(column, context, result.verdict)
        for note in result.notes.splitlines():
            lines.draw(column, context, sentences.translated(note), "INFO")


def _draw_overlay(
    column: bpy.types.UILayout, settings: bpy.types.PropertyGroup, show: str, worst: str, icon: str,
    narrow: bool,
) -> None:  # fmt: skip
    """A switch, and beside it the figure that is drawn red; under it, with its name, in a narrow
    sidebar."""
    part = column.column(align=True) if narrow else column.split(factor=0.72, align=True)
    part.use_property_split = False
    part.prop(settings, show, icon=icon, toggle=True)
    figure = part.row(align=True)
    figure.enabled = getattr(settings, show)
    if narrow:
        figure.prop(settings, worst)
    else:
        figure.prop(settings, worst, text="")


def sentence(span: bpy.types.PropertyGroup) -> str:
    """A span in words."""
    return said(
        "{region}: {what} {figure} at frame {frame} ({first} to {last})",
        region=said(span.region.title()), what=said(span.what), figure=span.figure,
        frame=span.worst, first=span.first, last=span.last,
    )  # fmt: skip


def figures(result: bpy.types.PropertyGroup) -> tuple[str, ...]:
    """What is said of the action that is shown, a line each."""
    return (
        said(
            "{layout}: {frames} frames in {seconds} s",
            layout=result.layout, frames=result.frames, seconds=f"{result.seconds:.1f}",
        ),
        said("Now {action}", action=result.shown or result.action),
        said("Mean track error {mm} mm", mm=f"{result.mean_mm:.1f}"),
        said(
            "95 % under {mm} mm, worst {worst} mm:",
            mm=f"{result.p95_mm:.1f}", worst=f"{result.worst_mm:.0f}",
        ),
        said(
            "{track}, scene frame {frame}", track=result.worst_track, frame=result.worst_frame
        ),
    )  # fmt: skip


CLASSES = (LSMPLIFY_UL_spans, LSMPLIFY_PT_review, LSMPLIFY_PT_result)
