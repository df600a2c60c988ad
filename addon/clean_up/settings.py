# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a step in the sidebar."""

import bpy

from ..common.panels import draw_field
from ..takes import fields
from ..takes import properties as groups


def draw_settings(
    column: bpy.types.UILayout, context: bpy.types.Context, kind: str,
    group: bpy.types.PropertyGroup,
) -> None:  # fmt: skip
    """The settings of a step, those that matter now."""
    names = list(_SHOWN.get(kind) or groups.names_of(group))
    if kind == "RESOLVE" and group.bones == "REGIONS":
        names.insert(names.index("bones") + 1, "regions")
    if kind == "KEYS":
        names += {"NTH": ["every"], "FEWEST": ["most_mm", "most_degrees"]}.get(group.mode, [])
    for name in names:
        if kind == "LIMITS" and name == "calm":  # this and what follows is of other rotations
            column.label(text="Unseen Rotations")
        if group.bl_rna.properties[name].type == "ENUM":
            draw_field(column, context, group, name)
        else:
            column.prop(group, name)


_SHOWN = {
    "RESOLVE": ("frame_start", "frame_end", "bones", "memory", "ease"),
    "FEET": ("height", "slope", "above", "slack", "ease"),
    "SMOOTH": (*fields.REGION_FIELDS.values(), "keep"),
    "KEYS": ("mode",),
}
