# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes in the order in which Blender must know them, and what hangs on Blender's menus."""

import bpy

from ..lsmplify_core.runtime.threads import prepare_linear_algebra
from . import cli, menus, settings, translations
from .body import click
from .body import panel as body_panel
from .calibration import operators as calibration
from .character import export_operator as character_export
from .character import operators as character
from .character import overlay as character_overlay
from .character import panel as character_panel
from .character import properties as character_properties
from .character.bone_map import operators as bone_maps
from .character.bone_map import rest_operators
from .clean_up import history_operators, kept, making
from .clean_up import operators as clean_up
from .clean_up import panel as clean_up_panel
from .common.guard import protect
from .correct import operators as correct
from .correct import panel as correct_panel
from .correct import pose_operators
from .export import operators as export
from .export import panel as export_panel
from .feet import operators as feet
from .feet import panel as feet_panel
from .first_steps import operators as first_steps
from .first_steps import panel as first_steps_panel
from .mapping import operators as mapping
from .mapping import panel as mapping_panel
from .mapping import properties as mapping_properties
from .motion import operators as motion
from .preferences import properties as preferences
from .presets import operators as presets
from .props import operators as props
from .repair import operators as repair
from .repair import panel as repair_panel
from .review import operators as review
from .review import overlay, verdict, verdict_operators
from .review import panel as review_panel
from .review import properties as review_properties
from .solve import operators as solve
from .solve import panel as solve_panel
from .solve import properties as solve_properties
from .stages import operators as stages
from .stages import panel as stages_panel
from .takes import live
from .takes import properties as take_properties
from .tracks import level, look_operators
from .tracks import operators as tracks
from .tracks import panel as tracks_panel
from .tracks import properties as track_properties

_PROPERTIES = (
    preferences, mapping_properties, track_properties, take_properties, review_properties,
    verdict, solve_properties, character_properties, settings,
)  # fmt: skip
"""Groups before those that hold them."""

_OPERATORS = (
    tracks, look_operators, props, level, mapping, motion, first_steps, calibration, solve, review,
    verdict_operators, repair,
    stages, correct, pose_operators, export, feet, clean_up, history_operators, presets,
    character, bone_maps, rest_operators, character_export,
)  # fmt: skip

_PANELS = (
    stages_panel, tracks_panel, first_steps_panel, mapping_panel, body_panel, solve_panel,
    review_panel, correct_panel, repair_panel, feet_panel, clean_up_panel, export_panel,
    character_panel,
)  # fmt: skip
"""In the order in which they stand in the sidebar."""

_CLASSES = tuple(c for module in (*_PROPERTIES, *_OPERATORS, *_PANELS) for c in module.CLASSES)


def register() -> None:
    """Make everything known to Blender."""
    prepare_linear_algebra()  # before any thread computes
    for cls in _CLASSES:
        bpy.utils.register_class(protect(cls))
    settings.register()
    take_properties.register()
    character_properties.register()
    live.attach(making.remake)
    kept.register()
    overlay.register()
    character_overlay.register()
    click.register()
    menus.add()
    cli.register()
    translations.register()


def unregister() -> None:
    """Take everything back, in reverse."""
    translations.unregister()
    cli.unregister()
    menus.remove()
    click.unregister()
    kept.unregister()
    character_overlay.unregister()
    overlay.unregister()
    character_properties.unregister()
    take_properties.unregister()
    settings.unregister()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
