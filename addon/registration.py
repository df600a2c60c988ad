# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes in the order in which Blender must know them, and what hangs on Blender's menus."""

import bpy

from . import (
    calibration,
    cli,
    first_steps,
    mapping,
    menus,
    preferences,
    repair,
    takes,
    translations,
)
from . import clean_up as cleanup
from . import review as seeing
from . import settings as properties
from .motion import operators as import_motion
from .solve import operators as solve_operator
from .solve import panel as panels
from .tracks import look_operators as result_operators
from .tracks import operators as import_operator

_CLASSES = (
    preferences.LSMPLIFY_AP_preferences,
    *mapping.PROPERTIES,
    properties.LSMPLifyPersonName,
    *takes.CLASSES,
    *seeing.SETTINGS,
    properties.LSMPLifyResult,
    properties.LSMPLifySettings,
    solve_operator.LSMPLIFY_OT_solve_and_bake,
    import_operator.LSMPLIFY_OT_import_tracks,
    *import_motion.CLASSES,
    result_operators.LSMPLIFY_OT_jump_to_worst,
    result_operators.LSMPLIFY_OT_find_layout,
    *first_steps.CLASSES,
    panels.LSMPLIFY_PT_tracks,
    *mapping.CLASSES,
    *calibration.CLASSES,
    panels.LSMPLIFY_PT_body,
    panels.LSMPLIFY_PT_bake,
    panels.LSMPLIFY_PT_method,
    panels.LSMPLIFY_PT_result,
    *repair.CLASSES,
    *seeing.CLASSES,
    *cleanup.CLASSES,
)


def register() -> None:
    """Make everything known to Blender."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.lsmplify = bpy.props.PointerProperty(type=properties.LSMPLifySettings)
    takes.register()
    seeing.register()
    menus.add()
    cli.register()
    translations.register()


def unregister() -> None:
    """Take everything back, in reverse."""
    translations.unregister()
    cli.unregister()
    menus.remove()
    seeing.unregister()
    takes.unregister()
    del bpy.types.Scene.lsmplify
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
