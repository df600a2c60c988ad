# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's clean-up: every step makes a new action from the one before and keeps its settings."""

from ..correct import operators as resolve_operators
from ..feet import operators as feet_operators
from ..presets import operators as preset_operators
from ..takes import live
from . import history_operators, making
from . import operators as other_operators
from . import panel as panels

live.attach(making.remake)

CLASSES = (
    *resolve_operators.CLASSES, *feet_operators.CLASSES, *other_operators.CLASSES,
    *history_operators.CLASSES, *preset_operators.CLASSES, *panels.CLASSES,
)  # fmt: skip
