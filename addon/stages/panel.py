# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of the sidebar, always of the same height: stages, where one is, what comes next,
pages."""

import bpy

from ..common import lines
from ..common.panels import SidebarPanel, is_narrow
from ..translations import said
from .next_step import next_step
from .properties import PAGES, STAGES

_COLUMNS = 3
"""Stages or pages side by side, in a sidebar as Blender opens it."""


class LSMPLIFY_PT_stages(SidebarPanel, bpy.types.Panel):
    """Stages, status, the next button, pages."""

    bl_label = "LSMPLify"
    bl_idname = "LSMPLIFY_PT_stages"
    bl_options = {"HIDE_HEADER"}  # noqa: RUF012 - Blender reads it so

    def draw(self, context: bpy.types.Context) -> None:
        """From top to bottom."""
        settings, column = context.scene.lsmplify, self.layout.column()
        most = 2 if is_narrow(context) else _COLUMNS
        _draw_tabs(column, settings, "stage", [s[0] for s in STAGES], most)
        _draw_next(column, context)
        pages = PAGES.get(settings.stage)
        if pages:
            name = f"{settings.stage.lower()}_page"
            _draw_tabs(column, settings, name, [p[0] for p in pages], most)


def _draw_tabs(
    column: bpy.types.UILayout, settings: bpy.types.PropertyGroup, name: str, values: list[str],
    most: int,
) -> None:  # fmt: skip
    rows = column.column(align=True)
    columns = most if len(values) % most == 0 or len(values) > 4 else 2
    for start in range(0, len(values), columns):
        row = rows.row(align=True)
        for value in values[start : start + columns]:
            row.prop_enum(settings, name, value)


def _draw_next(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    settings = context.scene.lsmplify
    step = next_step(context)
    line = column.row(align=True)
    first, second = _two_lines(context, step.status)
    line.label(text=first, translate=False)
    playing = context.screen is not None and context.screen.is_animation_playing
    line.operator("screen.animation_play", text="", icon="PAUSE" if playing else "PLAY")
    column.label(text=second, translate=False)
    row = column.row()
    row.scale_y = 1.5
    if settings.progress >= 0.0:
        told = said("{step} (Esc stops)", step=said(settings.progress_text))
        row.progress(factor=settings.progress, text=told)
        return
    if step.text:
        button = row.operator(step.operator, text=said(step.text), icon=step.icon, translate=False)
    else:
        button = row.operator(step.operator, icon=step.icon)
    for key, value in step.values.items():
        setattr(button, key, value)


def _two_lines(context: bpy.types.Context, status: str) -> tuple[str, str]:
    """Always two, so that no button moves when the status changes; the tooltip of the button under
    them has the whole of a longer one."""
    first, second, *more = [*lines.wrapped(context, status, lines.PLAY), "", ""]
    return first, f"{second[:-1]}…" if any(more) else second


CLASSES = (LSMPLIFY_PT_stages,)
